"""CGD files: nets that Systre, ToposPro and our own reader understand."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from carvsdb.atomic_write import write_text
from carvsdb.atoms.cell import check_volume, parameters_of_cell
from carvsdb.errors import InputError
from carvsdb.escaping import escaped
from carvsdb.net import Net
from carvsdb_ingest.readers.cgd.blocks import HEADER
from carvsdb_ingest.readers.cgd.places import CrowdError, Places
from carvsdb_ingest.readers.item import KINDS

_LABEL = re.compile(r'[^\s#"]+')
# Positions are written with 10 decimals: what is further away than this, or closer together, is written as a
# graph without coordinates.
FARTHEST = 1e4
NEAREST = 0.01


def write_cgd(
    nets: Net | Sequence[Net],
    path: str | Path,
    *,
    kind: str | None = None,
    provenance: Mapping[str, object] | None = None,
    comments: Sequence[str] = (),
) -> None:
    """Write nets to a CGD file, so that reading it gives equal nets.

    A net with positions and cell becomes a ``CRYSTAL`` block in P1, any other a ``PERIODIC_GRAPH`` block; so
    does a net with two vertices at one place, which coordinates could not tell apart. Parallel links are
    repeated lines. The file appears whole or not at all.

    Parameters
    ----------
    nets : Net or sequence of Net
    path : str or Path
    kind : {"crystalline", "amorphous", "generated"}, optional
        Written into a comment, which :func:`carvsdb_ingest.readers.read_items` reads back.
    provenance : mapping, optional
        JSON values about where the nets come from, written into the same comment.
    comments : sequence of str
        Lines for whoever reads the file, written as comments after the header.

    Raises
    ------
    InputError
        For a net with linkers, a net that CGD cannot hold, or a path that cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from carvsdb.net import library
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "sql.cgd"
    ...     write_cgd(library.load("sql"), file, kind="crystalline")
    ...     print(file.read_text(), end="")
    # carvsdb: {"kind": "crystalline"}
    PERIODIC_GRAPH
      NAME sql
      EDGES
        1 1  0 1
        1 1  1 0
    END
    """
    several = [nets] if isinstance(nets, Net) else list(nets)
    if not several:
        raise InputError("there are no nets to write", path=path)
    lines = [*_header(path, kind, provenance), *(f"# {escaped(one)}" for one in comments)]
    for net in several:
        lines.extend(cgd_lines(net, path))
    write_text(path, "\n".join(lines) + "\n")


def cgd_lines(net: Net, path: str | Path = "") -> Iterator[str]:
    """Yield the lines of the block of one net; see :func:`write_cgd`.

    Parameters
    ----------
    net : Net
    path : str or Path
        The file, for messages.
    """
    _check(net, path)
    yield from _crystal(net) if _has_places(net) else _periodic_graph(net, path)


def _header(path: str | Path, kind: str | None, provenance: Mapping[str, object] | None) -> Iterator[str]:
    if kind is not None and kind not in KINDS:
        raise InputError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}", path=path)
    content: dict[str, object] = {} if kind is None else {"kind": kind}
    if provenance:
        content["provenance"] = dict(provenance)
    try:
        text = json.dumps(content)
    except (TypeError, ValueError) as error:
        raise InputError(f"provenance must be JSON values ({error})", path=path) from error
    if content:
        yield f"{HEADER} {text}"


def _check(net: Net, path: str | Path) -> None:
    name = net.name or "a net"
    if net.is_node_linker:
        raise InputError(
            f"{name} has linkers, which a CGD file cannot tell from nodes; write its contracted net",
            path=path,
        )
    if not net.n_vertices:
        raise InputError(f"{name} has no vertices", path=path)


def _has_places(net: Net) -> bool:
    """Tell whether coordinates tell all vertices apart."""
    if net.positions is None or net.cell is None or np.abs(net.positions).max() > FARTHEST:
        return False
    try:
        check_volume(net.cell)
        return Places.of(net.positions, net.cell, NEAREST).coinciding(NEAREST) is None
    except (InputError, CrowdError):
        return False


def _crystal(net: Net) -> Iterator[str]:
    assert net.positions is not None
    assert net.cell is not None
    labels = labels_in_cgd(net)
    lengths_and_angles = " ".join(f"{value:.10f}" for value in parameters_of_cell(net.cell))
    yield "CRYSTAL"
    yield from _name(net)
    yield "  GROUP P1"
    yield f"  CELL {lengths_and_angles}"
    rows, links = net.edges, net.multiplicity.tolist()
    ends = net.positions[rows[:, 1]] + rows[:, 2:]
    starts = np.searchsorted(rows[:, 0], np.arange(net.n_vertices + 1))
    degrees = net.degrees().tolist()
    for vertex, place in enumerate(net.positions):
        yield f"  ATOM {labels[vertex]} {degrees[vertex]} {_point(place)}"
        for edge in range(starts[vertex], starts[vertex + 1]):
            yield from [f"  EDGE {labels[vertex]} {_point(ends[edge])}"] * links[edge]
    yield "END"


def _periodic_graph(net: Net, path: str | Path) -> Iterator[str]:
    if (net.degrees() == 0).any():
        raise InputError(
            f"{net.name or 'a net'} has vertices without edges and no coordinates, which CGD cannot hold",
            path=path,
        )
    # Directions in which the net does not repeat come last; Systre takes the columns for its periodicity.
    used = np.flatnonzero(net.edges[:, 2:].any(axis=0))
    width = int(used[-1]) + 1 if len(used) else 1
    yield "PERIODIC_GRAPH"
    yield from _name(net)
    yield "  EDGES"
    for (src, dst, *offset), links in zip(net.edges.tolist(), net.multiplicity.tolist(), strict=True):
        yield from [f"    {src + 1} {dst + 1}  {' '.join(map(str, offset[:width]))}"] * links
    yield "END"


def _name(net: Net) -> Iterator[str]:
    name = " ".join(net.name.replace("#", " ").replace('"', " ").split())
    if name:
        yield f"  NAME {name}"


def labels_in_cgd(net: Net) -> Sequence[str]:
    """Return what vertices are called in a CGD file: by their labels if these serve, else V1, V2 and so on."""
    labels = net.labels
    if labels and len(set(labels)) == len(labels) and all(map(_LABEL.fullmatch, labels)):
        return labels
    return [f"V{vertex + 1}" for vertex in range(net.n_vertices)]


def _point(place: np.ndarray[tuple[int], np.dtype[np.float64]]) -> str:
    return " ".join(f"{part:.10f}" for part in place)
