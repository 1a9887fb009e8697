"""``CRYSTAL`` blocks of CGD files: the asymmetric unit as it is written down.

Both dialects are one grammar: published models have ``GROUP P1``, ``ATOM label degree x y z`` and
``EDGE label x y z`` (from an atom to a point); the RCSR and Systre have a group, ``NODE`` and
``EDGE x1 y1 z1 x2 y2 z2``. An edge may also join two labels, with or without a lattice translation.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell import cell_of_parameters
from carvsdb.atoms.symmetry_operations import Operations, keeps_metric
from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile, plain, shown
from carvsdb_ingest.readers.cgd.blocks import Block, KeywordLine
from carvsdb_ingest.readers.cgd.places import usable_tolerance
from carvsdb_ingest.readers.symmetry import group_operations


@dataclass(frozen=True, slots=True)
class Atom:
    """An atom of the asymmetric unit, or the centre of an edge: label, declared degree, fractional position, line."""

    label: str
    degree: int
    position: tuple[float, ...]
    line: int
    is_center: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge of the asymmetric unit: its ends (fractional), the label it starts from if any, its line."""

    ends: tuple[tuple[float, ...], tuple[float, ...]]
    label: str
    line: int


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The file, the dimension of the block, its cell (rows, Å), its group and the tolerance (Å)."""

    file: TextFile
    dimension: int
    cell: NDArray[np.float64]
    group: str
    operations: Operations
    tolerance: float

    def images(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the images of points, shape (n_points, n_operations, 3); the identity is first."""
        rotations, translations = self.operations
        turned: NDArray[np.float64] = np.einsum("oij,pj->poi", rotations, points) + translations
        return turned


def read_frame(file: TextFile, block: Block, tolerance: float) -> tuple[Frame, list[str]]:
    """Read CELL and GROUP; sentences say what was missing and taken for granted.

    Raises
    ------
    InputError
        With the line, for a missing or impossible cell, an unknown group, or two that do not fit.
    """
    entry, group = _only(file, block, "cell"), _only(file, block, "group")
    name = "".join(group.values) if group else "P1"
    quality = [] if group else ["the CRYSTAL block has no GROUP; P1 was taken"]
    if entry is None:
        dimension, cell = _default_cell(file, block, name)
        quality.append("the CRYSTAL block has no CELL; a unit cell with edges of 1 Å was taken")
    else:
        dimension, cell = _cell(file, entry)
    found = group_operations(name, dimension, cell)
    line = group.line if group else block.line
    if found is None:
        sort, such = ("space group", "Fd-3m:2") if dimension == 3 else ("plane group", "p6mm")
        raise file.error(line, f"there is no {sort} {shown(name)}; expected a symbol such as {such}")
    operations, doubts = found
    if not keeps_metric(operations[0], cell, dimension):
        raise file.error(line, f"the cell does not have the symmetry of {plain(name)}; is the setting right?")
    return Frame(file, dimension, cell, name, operations, usable_tolerance(cell, tolerance)), quality + doubts


def _cell(file: TextFile, entry: KeywordLine) -> tuple[int, NDArray[np.float64]]:
    if len(entry.values) not in (3, 6):
        raise file.error(
            entry.line, f"CELL needs a b c alpha beta gamma (or a b gamma), got {len(entry.values)} values"
        )
    parameters = file.numbers(entry.values, entry.line, "a cell parameter")
    try:
        return (3 if len(entry.values) == 6 else 2), cell_of_parameters(parameters)
    except InputError as error:
        raise file.error(entry.line, error.message) from None


def _default_cell(file: TextFile, block: Block, group: str) -> tuple[int, NDArray[np.float64]]:
    """Return the cell of a group whose block gives none, as in Systre: edges of 1 Å, 120° where the group asks."""
    if "edge" not in block.entries:
        raise file.error(block.line, "the CRYSTAL block has no CELL, and no edges: neighbours need distances")
    dimension = 2 if group[:1].islower() else 3
    cubic, hexagonal = ([1.0] * 3 + [90.0] * 3, [1.0] * 3 + [90.0, 90.0, 120.0])
    if dimension == 2:
        cubic, hexagonal = [1.0, 1.0, 90.0], [1.0, 1.0, 120.0]
    for parameters in (cubic, hexagonal):
        cell = cell_of_parameters(parameters)
        found = group_operations(group, dimension, cell)
        if found is not None and keeps_metric(found[0][0], cell, dimension):
            # A lattice R fits the cube as well, but is written in hexagonal axes if nothing else is said.
            if parameters is cubic and group[:1] in "Rr" and not group.upper().endswith("R"):
                continue
            return dimension, cell
    return dimension, cell_of_parameters(cubic)


def _only(file: TextFile, block: Block, keyword: str) -> KeywordLine | None:
    entries = block.entries.get(keyword, [])
    if len(entries) > 1:
        raise file.error(entries[1].line, f"a second {keyword.upper()} in one block")
    return entries[0] if entries else None


def read_atoms(frame: Frame, block: Block) -> list[Atom]:
    """Read the atoms.

    Raises
    ------
    InputError
        With the line, for an atom that is none or is given twice, or if there are no atoms.
    """
    file, atoms, lines = frame.file, [], dict[str, int]()
    listed = [(entry, False) for entry in block.entries.get("node", [])]
    for entry, is_center in listed + [(entry, True) for entry in block.entries.get("center", [])]:
        if len(entry.values) != frame.dimension + 2:
            raise file.error(
                entry.line,
                f"an atom needs a label, its degree and {frame.dimension} coordinates "
                f"({frame.dimension + 2} fields), got {len(entry.values)}",
            )
        label, degree, *tokens = entry.values
        if label in lines:
            raise file.error(entry.line, f"atom {shown(label)} was already given in line {lines[label]}")
        lines[label] = entry.line
        position = (*file.numbers(tokens, entry.line, "a coordinate"), 0.0)[:3]
        atom = Atom(label, file.whole(degree, entry.line, "a degree"), position, entry.line, is_center)
        if is_center and atom.degree != 2:
            raise file.error(entry.line, f"the centre of an edge has degree 2, got {atom.degree}")
        atoms.append(atom)
    if all(atom.is_center for atom in atoms):
        raise file.error(block.line, "the CRYSTAL block has no atoms (ATOM or NODE lines)")
    return atoms


def read_edges(frame: Frame, block: Block, atoms: list[Atom]) -> list[Edge]:
    """Read the edges that the block lists.

    Raises
    ------
    InputError
        With the line, for an edge that is none or names an unknown atom.
    """
    entries = block.entries.get("edge", [])
    by_label = {atom.label: atom for atom in atoms}
    return [_edge(frame, entry, by_label) for entry in entries]


def _edge(frame: Frame, entry: KeywordLine, by_label: dict[str, Atom]) -> Edge:
    file, dimension, values, line = frame.file, frame.dimension, entry.values, entry.line

    def atom(label: str) -> tuple[float, ...]:
        if label not in by_label:
            raise file.error(line, f"edge names the atom {shown(label)}, which this block does not have")
        return by_label[label].position

    def point(tokens: list[str]) -> tuple[float, ...]:
        return (*file.numbers(tokens, line, "a coordinate"), 0.0)[:3]

    if len(values) == 2 * dimension:
        return Edge((point(values[:dimension]), point(values[dimension:])), "", line)
    if len(values) == dimension + 1:
        return Edge((atom(values[0]), point(values[1:])), values[0], line)
    if len(values) == 2:
        return Edge((atom(values[0]), atom(values[1])), values[0], line)
    if len(values) == dimension + 2:
        shift = point(values[2:])
        if any(part != round(part) for part in shift):
            raise file.error(line, f"a translation must be whole numbers, got {shown(' '.join(values[2:]))}")
        end = tuple(a + b for a, b in zip(atom(values[1]), shift, strict=True))
        return Edge((atom(values[0]), end), values[0], line)
    raise file.error(
        line,
        f"an edge needs a label and a point, two points or two labels "
        f"({dimension + 1}, {2 * dimension} or 2 fields), got {len(values)}",
    )
