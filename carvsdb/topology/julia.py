"""The cross-check by Julia: whether CrystalNets.jl says the same name and PeriodicGraphs.jl finds the same rings.

Optional, and never started unasked: importing juliacall would look for Julia, and download it. Written against the
packages' documentation (CrystalNets 7952bbbe-a946-4118-bea0-081a0932faa9, PeriodicGraphs
18c5b727-b240-4874-878a-f2e242435bab); it runs only where Julia is.
"""

import importlib
import importlib.util
import os
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from carvsdb.errors import CarvsdbError, MissingExtraError, RefusedError
from carvsdb.net import Net
from carvsdb.rings import find_rings
from carvsdb.topology.archive import Archive, shipped
from carvsdb.topology.keys import VERSION, net_of_key
from carvsdb.topology.normal_form import key_of

PACKAGES = {
    "CrystalNets": "7952bbbe-a946-4118-bea0-081a0932faa9",
    "PeriodicGraphs": "18c5b727-b240-4874-878a-f2e242435bab",
}


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """What two programs say about one net.

    Attributes
    ----------
    key : str
        Ours.
    names : tuple of str
        Ours.
    julia_name : str
        What CrystalNets.jl says: a name, several with commas between, or a genome.
    rings, julia_rings : dict of int to int
        Ring classes in the primitive cell by size.
    """

    key: str
    names: tuple[str, ...]
    julia_name: str
    rings: dict[int, int]
    julia_rings: dict[int, int]

    @property
    def same_name(self) -> bool:
        """Whether both know a name in common, or neither knows one."""
        theirs = {name for name in re.split(r",\s*", self.julia_name) if not re.search(r"\s|^$", name)}
        return bool(theirs & set(self.names)) if theirs else not self.names

    @property
    def same_rings(self) -> bool:
        """Whether both count the same rings."""
        return self.rings == self.julia_rings


def start() -> Any:
    """Start Julia with the packages that the cross-check needs, without downloading anything.

    Returns
    -------
    module of juliacall
        In which CrystalNets and PeriodicGraphs are in use.

    Raises
    ------
    MissingExtraError
        If juliacall is not installed.
    RefusedError
        If Julia or its packages are not there.
    """
    _expect("juliacall")
    os.environ.setdefault("PYTHON_JULIAPKG_OFFLINE", "yes")
    try:
        julia = importlib.import_module("juliacall").newmodule("carvsdb_crosscheck")
        julia.seval("using CrystalNets, PeriodicGraphs")
        julia.seval("CrystalNets.toggle_export(false)")
    except (KeyboardInterrupt, CarvsdbError):
        raise
    except BaseException as error:  # juliapkg and Julia raise, and exit, in ways of their own
        raise RefusedError(
            f"Julia cannot be started ({_first_line(error)})", hint="run `carvsdb julia setup`, which downloads it"
        ) from error
    return julia


def set_up() -> None:
    """Download Julia and the packages that the cross-check needs: only on request of the user.

    Raises
    ------
    MissingExtraError
        If juliapkg, which comes with juliacall, is not installed.
    RefusedError
        If the set-up fails.
    """
    _expect("juliacall")
    _expect("juliapkg")
    os.environ["PYTHON_JULIAPKG_OFFLINE"] = "no"
    try:
        packages = importlib.import_module("juliapkg")
        for name, uuid in PACKAGES.items():
            packages.add(name, uuid=uuid)
        packages.resolve()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise RefusedError(f"Julia could not be set up ({_first_line(error)})") from error


def crosscheck(
    net: Net, largest_ring: int = 15, *, archive: Archive | None = None, julia: Any | None = None
) -> CrossCheck:
    """Ask CrystalNets.jl and PeriodicGraphs.jl about a connected net.

    Parameters
    ----------
    net : Net
        Linkers are contracted; names and rings belong to the primitive cell of what is left.
    largest_ring : int
        Ring sizes compared.
    archive : Archive, optional
        Default: the archive that comes with carvsdb.
    julia : module of juliacall, optional
        Default: :func:`start`.

    Raises
    ------
    MissingExtraError, RefusedError
        If Julia is not there, or fails.
    """
    key = key_of(net)
    primitive = net_of_key(key)
    ours = find_rings(primitive, largest_ring).ring_counts
    module = start() if julia is None else julia
    try:
        graph = module.PeriodicGraph(graph_text(key))
        name = str(module.seval("string")(module.topological_genome(module.CrystalNet(graph))))
        theirs = ring_sizes(module.rings(graph, depth_for(largest_ring))[0], largest_ring)
    except (KeyboardInterrupt, CarvsdbError):
        raise
    except BaseException as error:
        raise RefusedError(f"Julia failed on this net ({_first_line(error)})") from error
    return CrossCheck(key, (archive or shipped()).names_of(key), name, ours, theirs)


def graph_text(key: str) -> str:
    """Return a key as PeriodicGraphs.jl reads it.

    Examples
    --------
    >>> graph_text("ck1:2 1 1 0 1 1 1 1 0")
    '2 1 1 0 1 1 1 1 0'
    """
    return key.removeprefix(f"{VERSION}:")


def depth_for(largest_ring: int) -> int:
    """Return the depth at which ``PeriodicGraphs.rings`` finds rings up to a size: it goes to ``2 depth + 3``.

    Examples
    --------
    >>> depth_for(12), depth_for(15)
    (5, 6)
    """
    return max(0, (largest_ring - 2) // 2)


def ring_sizes(rings: Any, largest_ring: int) -> dict[int, int]:
    """Count rings, given as lists of vertices, by size."""
    counts = Counter(len(ring) for ring in rings)
    return {size: counts[size] for size in sorted(counts) if size <= largest_ring}


def _expect(package: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise MissingExtraError(f'the cross-check needs {package}; install it by pip install "carvsdb[julia]"')


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
