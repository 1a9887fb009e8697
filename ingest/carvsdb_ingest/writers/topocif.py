"""TopoCIF files: nets by the Topology CIF dictionary, in P 1; the data names are those of its version 0.9.7."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from carvsdb.atomic_write import write_text
from carvsdb.atoms.cell import parameters_of_cell
from carvsdb.errors import InputError
from carvsdb.net import Net, periodicity
from carvsdb.net.edge_vectors import edge_vectors
from carvsdb_ingest.files.cif_tags import CELL
from carvsdb_ingest.writers.cif_values import block_name, cif_value

VERSION = "0.9.7"
"""Of the dictionary."""

NET = ("id", "label", "overall_topology_RCSR", "period")
NODE = ("id", "label", "net_id", "fract_x", "fract_y", "fract_z", "carvsdb_is_node")
LINK = (
    "id", "node_id_1", "node_id_2", "symop_id_1", "translation_1_x", "translation_1_y", "translation_1_z",
    "symop_id_2", "translation_2_x", "translation_2_y", "translation_2_z", "distance", "multiplicity",
    "carvsdb_parallel",
)  # fmt: skip
"""Data names that are written, without their category; those with ``carvsdb`` are our own: whether a node counts
towards ring sizes, and for how many parallel links a link stands."""


def write_topocif(nets: Net | Sequence[Net], path: str | Path) -> None:
    r"""Write nets to a TopoCIF file, so that reading it gives equal nets.

    Raises
    ------
    InputError
        If there are none, or the path cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from carvsdb.net import library
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "sql.topocif"
    ...     write_topocif(library.load("sql"), file)
    ...     print("\n".join(file.read_text().splitlines()[:3]))
    #\#CIF_1.1
    data_sql
    _audit_conform.dict_name CIF_TOPO
    """
    several = [nets] if isinstance(nets, Net) else list(nets)
    if not several:
        raise InputError("there are no nets to write", path=path)
    lines = [HEAD, *(line for net in several for line in topocif_lines(net))]
    write_text(path, "\n".join(lines) + "\n")


HEAD = "#\\#CIF_1.1"


def topocif_lines(net: Net, names: Sequence[str] = ()) -> Iterator[str]:
    """Yield the lines of the block of one net.

    Parameters
    ----------
    net : Net
    names : sequence of str
        What it is called in the RCSR.
    """
    yield f"data_{block_name(net.name)}"
    yield from ("_audit_conform.dict_name CIF_TOPO", f"_audit_conform.dict_version {VERSION}")
    if net.cell is not None:
        for key, value in zip(CELL, parameters_of_cell(net.cell), strict=True):
            yield f"_cell.{key} {value!r}"
    yield from ("_space_group.name_H-M_alt 'P 1'", "loop_", "_space_group_symop.id", "_space_group_symop.operation_xyz")
    yield "1 x,y,z"
    yield from ("loop_", *(f"_topol_net.{name}" for name in NET))
    yield f"1 {cif_value(net.name)} {cif_value(', '.join(names))} {periodicity(net)}"
    yield from ("loop_", *(f"_topol_node.{name}" for name in NODE))
    labels = net.labels or tuple(f"V{vertex + 1}" for vertex in range(net.n_vertices))
    for vertex, label in enumerate(labels):
        place = ". . ." if net.positions is None else " ".join(map(repr, net.positions[vertex].tolist()))
        yield f"{vertex + 1} {cif_value(label)} 1 {place} {int(net.is_node[vertex])}"
    yield from ("loop_", *(f"_topol_link.{name}" for name in LINK))
    lengths = _lengths(net)
    for row, ((src, dst, *offset), links) in enumerate(zip(net.edges.tolist(), net.multiplicity.tolist(), strict=True)):
        moved = " ".join(map(str, offset))
        yield f"{row + 1} {src + 1} {dst + 1} 1 0 0 0 1 {moved} {lengths[row]} {links} {links}"


def _lengths(net: Net) -> list[str]:
    if net.positions is None or net.cell is None:
        return ["."] * net.n_edges
    vectors = edge_vectors(net, net.positions) @ net.cell
    return [f"{length:.5f}" for length in np.linalg.norm(vectors, axis=1)]
