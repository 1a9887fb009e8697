"""The identity of a net: its names, its key, or why it has none."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import RefusedError
from carvsdb.net import Component, Net, contract_linkers
from carvsdb.net.graph import check_net
from carvsdb.net.own_lattice import in_own_lattice
from carvsdb.net.placement import TooLargeError
from carvsdb.topology.archive import Archive, shipped
from carvsdb.topology.branching import TooSymmetricError
from carvsdb.topology.canonical import Canonical, canonical
from carvsdb.topology.keys import short_id
from carvsdb.topology.normal_form import checked_components


@dataclass(frozen=True, slots=True)
class ComponentIdentity:
    """A sort of components of a net.

    Attributes
    ----------
    key : str or None
        None if the component has none within bounds.
    names : tuple of str
    periodicity : int
        0 to 3.
    multiplicity : int
        How many copies there are: of a 3-periodic component in the whole net, of others in a cell as given.
    per_cell : bool
        True where `multiplicity` counts copies per given cell.
    stable : bool or None
        Whether its vertices lie at different places in the barycentric placement; None if finite or not known.
    cause : str or None
        Why there is no key.
    """

    key: str | None
    names: tuple[str, ...]
    periodicity: int
    multiplicity: int
    per_cell: bool
    stable: bool | None
    cause: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Identity:
    """Who a net is.

    Attributes
    ----------
    status : str
        ``named``, ``keyed`` (a key, no name), ``unkeyed`` (see `cause`) or ``no net`` (nothing periodic).
    cause : str or None
        ``too large``, ``too symmetric``, ``no bonds``, ``0-periodic``.
    key : str or None
        The key of the periodic components; those of different sorts, sorted and joined by `` + ``.
    names : tuple of str
        All names of `key`: ``sra``, ``ABW``; of different sorts in the order of `components`: ``pcu + dia``.
    components : tuple of ComponentIdentity
        Sorts of components: those of highest periodicity first, then the larger keys.
    stable : bool or None
        Whether all periodic components are.
    orbits : ndarray of int64, shape (n_vertices,)
        A number for each vertex of the net as it was given, the same for images under automorphisms of its component
        and for vertices that correspond in isomorphic components; -1 for contracted linkers and in components
        without key.
    orbit_vertices : tuple of (str, int)
        For each of these numbers the key of its component, and its first vertex in the numbering of that key, from 0.
    n_automorphisms : int or None
        Order of the group of automorphisms of one component modulo its translations; None where there are
        several sorts.

    Examples
    --------
    >>> from carvsdb.net import library, supercell
    >>> identify(supercell(library.load("dia"), (2, 2, 2)))
    <Identity dia: named, 1 × 3-periodic>
    """

    status: str
    cause: str | None
    key: str | None
    names: tuple[str, ...]
    components: tuple[ComponentIdentity, ...]
    stable: bool | None
    orbits: NDArray[np.int64]
    orbit_vertices: tuple[tuple[str, int], ...]
    n_automorphisms: int | None

    @property
    def name(self) -> str | None:
        """All names in one text, None if there are none."""
        return ", ".join(self.names) or None

    @property
    def short_id(self) -> str | None:
        """A short name of the key for display."""
        return None if self.key is None else short_id(self.key)

    @property
    def periodicity(self) -> int:
        """The largest periodicity among the components."""
        return max((component.periodicity for component in self.components), default=0)

    @property
    def multiplicity(self) -> int | None:
        """How many copies of the net with `key` there are; None if there are several sorts or none."""
        periodic = [component for component in self.components if component.periodicity]
        return periodic[0].multiplicity if len(periodic) == 1 else None

    def __repr__(self) -> str:
        what = self.name or self.short_id or self.cause or "?"
        parts = " + ".join(f"{part.multiplicity} × {part.periodicity}-periodic" for part in self.components)
        return f"<Identity {what}: {self.status}, {parts}>" if parts else f"<Identity {what}: {self.status}>"


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    component: Component
    canonical: Canonical | None
    cause: str | None


def identify(net: Net, archive: Archive | None = None) -> Identity:
    """Find out which net this is.

    Parameters
    ----------
    net : Net
        Linkers are contracted first: those of degree 0 or 1 are dropped, of degree 2 become edges.
    archive : Archive, optional
        Names; default: the archive that comes with carvsdb.

    Raises
    ------
    RefusedError
        If the net has more than 10^5 vertices, or offsets that are no net of a material.

    Notes
    -----
    Finite components next to periodic ones are listed, but do not count for `status`, `key` and `names`.
    """
    check_net(net, "identify")
    names = archive or shipped()
    contracted = contract_linkers(net)
    if contracted.n_edges == 0:
        return Identity("no net", "no bonds", None, (), (), None, *_orbits(net, contracted, []), None)
    found = _find_all(contracted)
    sorts = _sorts(found, names)
    periodic = [sort for sort in sorts if sort.periodicity]
    orbits, orbit_vertices = _orbits(net, contracted, found)
    if not periodic:
        return Identity("no net", "0-periodic", None, (), sorts, None, orbits, orbit_vertices, None)
    stables = [sort.stable for sort in periodic]
    stable = None if None in stables else all(stables)
    causes = [sort.cause for sort in periodic if sort.cause]
    if causes:
        return Identity("unkeyed", causes[0], None, (), sorts, stable, orbits, orbit_vertices, None)
    key = " + ".join(sorted(sort.key for sort in periodic if sort.key))
    if len(periodic) > 1:
        combined = tuple(" + ".join(choice) for choice in product(*(sort.names for sort in periodic)))
        status = "named" if combined else "keyed"
        return Identity(status, None, key, combined, sorts, stable, orbits, orbit_vertices, None)
    only = periodic[0]
    order = next(one.canonical.n_automorphisms for one in found if one.canonical and one.canonical.key == only.key)
    status = "named" if only.names else "keyed"
    return Identity(status, None, only.key, only.names, sorts, stable, orbits, orbit_vertices, order)


def _find_all(net: Net) -> list[_Found]:
    """Key all components; those of equal numbering, as molecules and single vertices often are, only once."""
    known: dict[tuple[int, int, bytes], tuple[Canonical | None, str | None]] = {}
    degrees = net.degrees()
    found = []
    for component in checked_components(net):
        alone = len(component.vertices) == 1 and not degrees[component.vertices[0]]
        part = Net.from_edges([], 1) if alone else in_own_lattice(net, component)
        numbering = (component.periodicity, part.n_vertices, part.edges.tobytes())
        if numbering not in known:
            known[numbering] = _find(part, component.periodicity)
        found.append(_Found(component, *known[numbering]))
    return found


def _find(part: Net, periodicity: int) -> tuple[Canonical | None, str | None]:
    try:
        return canonical(part, periodicity), None
    except TooLargeError:
        return None, "too large"
    except TooSymmetricError:
        return None, "too symmetric"
    except OverflowError as error:
        raise RefusedError("the offsets of the net do not fit 64-bit integers") from error


def _sorts(found: list[_Found], archive: Archive) -> tuple[ComponentIdentity, ...]:
    """Count isomorphic components; those without key are a sort each."""
    sorts: dict[object, ComponentIdentity] = {}
    for number, one in enumerate(found):
        periodicity, copies = one.component.periodicity, one.component.multiplicity
        per_cell = periodicity < 3
        if one.canonical is None:
            sorts[number] = ComponentIdentity(None, (), periodicity, copies, per_cell, None, one.cause)
            continue
        key = one.canonical.key
        before = sorts[key].multiplicity if key in sorts else 0
        stable = one.canonical.stable
        sorts[key] = ComponentIdentity(key, archive.names_of(key), periodicity, before + copies, per_cell, stable)
    return tuple(sorted(sorts.values(), key=lambda sort: (-sort.periodicity, -len(sort.key or ""), sort.key or "")))


def _orbits(net: Net, contracted: Net, found: list[_Found]) -> tuple[NDArray[np.int64], tuple[tuple[str, int], ...]]:
    numbers: dict[tuple[str, int], int] = {}
    orbits = np.full(contracted.n_vertices, -1, np.int64)
    for one in found:
        if one.canonical is None:
            continue
        # An orbit is known by its first vertex in the numbering of the key, which copies share.
        for vertex, orbit in zip(one.component.vertices, one.canonical.vertex_orbits, strict=True):
            orbits[vertex] = numbers.setdefault((one.canonical.key, int(orbit)), len(numbers))
    if contracted is net:
        return orbits, tuple(numbers)
    kept = net.is_node | (net.degrees() >= 3)
    given = np.full(net.n_vertices, -1, np.int64)
    given[kept] = orbits
    return given, tuple(numbers)
