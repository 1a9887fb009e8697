"""A net as it is looked at: places, kinds, edges with both ends, rings, in a cell that shows it well.

What draws a net, on paper or on a screen, takes a :class:`NetScene`; :meth:`NetScene.document` is the same as JSON.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carvsdb.atoms.cell import heights_of_cell
from carvsdb.atoms.structure import Structure
from carvsdb.net.components import components
from carvsdb.net.conventional import conventional_cell
from carvsdb.net.edge_vectors import edge_vectors
from carvsdb.net.graph import Net
from carvsdb.net.lattice import hermite_basis, reduce_into
from carvsdb.net.realisation import standard_realisation
from carvsdb.net.transforms import in_cell_of, shift
from carvsdb.rings.census import RingCensus

MOST_VERTICES = 5000
"""A cell is not made larger than this for the sake of a better look."""

_WIDE = 1.9
_MOST_REPEATS = 3


@dataclass(frozen=True, slots=True, eq=False)
class SceneRings:
    """The rings of one size, each translation class once.

    Attributes
    ----------
    vertices : ndarray of int32, shape (n_rings, length)
        Vertices of the scene in the order of the ring; `length` is the size in nodes, or twice that where linkers
        stand between them.
    offsets : ndarray of int32, shape (n_rings, length, 3)
        The cell of each vertex; the first is in cell 0.
    """

    vertices: NDArray[np.int32]
    offsets: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class SceneAtoms:
    """The atoms that a net was found in, in the cell shown.

    Attributes
    ----------
    elements : tuple of str, length n_atoms
    positions : ndarray of float64, shape (n_atoms, 3)
        Cartesian, in Å, in the frame of the scene.
    vertex : ndarray of int64, shape (n_atoms,)
        The vertex of the net (as `NetScene.vertex` counts) that the atom belongs to; -1 for none.
    bonds : ndarray of int32, shape (n_bonds, 5)
        Rows ``(src, dst, u, v, w)``, as edges of the scene.
    """

    elements: tuple[str, ...]
    positions: NDArray[np.float64]
    vertex: NDArray[np.int64]
    bonds: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class NetScene:
    """A net, ready to be drawn. All arrays are by vertex, or by edge, of the cell shown.

    Attributes
    ----------
    name : str
        As the net has it: text of others, to be escaped by whoever shows it.
    unit : str
        ``Å``, or ``edge``: the net has no coordinates of its own, and its mean edge length is 1.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in `unit`.
    positions : ndarray of float64, shape (n, 3)
        Cartesian, in `unit`; all lie in the cell at the origin: fractions from 0 to below 1.
    is_node : ndarray of bool, shape (n,)
        False for linkers of a node-linker net.
    coordination : ndarray of int64, shape (n,)
        Edge ends at the vertex.
    component : ndarray of int64, shape (n,)
        Which of the nets that share no edge, from 0 by their first vertices: each copy of an interpenetrated net has a
        number of its own.
    vertex : ndarray of int64, shape (n,)
        Number of the vertex in the net that the scene is of; several where the cell shown is larger.
    labels : tuple of str, length n
        Empty strings where the net has none; text of others.
    edges : ndarray of int32, shape (n_edges, 5)
        Rows ``(src, dst, u, v, w)``: an edge goes from ``positions[src]`` to ``positions[dst] + (u, v, w) @ cell``.
    rings : dict of int to SceneRings
        By size in nodes, ascending.
    repeats : tuple of int
        How many cells side by side, along each vector, show the net well; 1 along those along which it does not repeat.
    notes : tuple of str
        What a reader should know: that the coordinates are made, that vertices were moved apart.
    atoms : SceneAtoms or None
    """

    name: str
    unit: str
    cell: NDArray[np.float64]
    positions: NDArray[np.float64]
    is_node: NDArray[np.bool_]
    coordination: NDArray[np.int64]
    component: NDArray[np.int64]
    vertex: NDArray[np.int64]
    labels: tuple[str, ...]
    edges: NDArray[np.int32]
    rings: dict[int, SceneRings] = field(default_factory=dict)
    repeats: tuple[int, int, int] = (1, 1, 1)
    notes: tuple[str, ...] = ()
    atoms: SceneAtoms | None = None

    @property
    def n_components(self) -> int:
        """Number of nets that share no edge, in the cell."""
        return int(self.component.max(initial=-1)) + 1

    @property
    def edge_ends(self) -> NDArray[np.float64]:
        """Both ends of each edge, shape (n_edges, 2, 3), Cartesian, in `unit`."""
        first = self.positions[self.edges[:, 0]]
        second = self.positions[self.edges[:, 1]] + self.edges[:, 2:] @ self.cell
        return np.stack([first, second], axis=1)

    def ring_places(self, size: int) -> NDArray[np.float64]:
        """Return the corners of the rings of a size, shape (n_rings, length, 3), Cartesian, in `unit`."""
        rings = self.rings[size]
        return np.asarray(self.positions[rings.vertices] + rings.offsets @ self.cell, np.float64)

    def document(self, digits: int = 5) -> dict[str, Any]:
        """Return the scene as JSON values, positions rounded."""
        return {
            "name": self.name,
            "unit": self.unit,
            "cell": self.cell.round(digits).tolist(),
            "positions": (self.positions.round(digits) + 0.0).tolist(),
            "is_node": self.is_node.tolist(),
            "coordination": self.coordination.tolist(),
            "component": self.component.tolist(),
            "vertex": self.vertex.tolist(),
            "labels": list(self.labels),
            "edges": self.edges.tolist(),
            "rings": {
                str(size): {"vertices": rings.vertices.tolist(), "offsets": rings.offsets.tolist()}
                for size, rings in self.rings.items()
            },
            "repeats": list(self.repeats),
            "notes": list(self.notes),
            "atoms": None
            if self.atoms is None
            else {
                "elements": list(self.atoms.elements),
                "positions": (self.atoms.positions.round(digits) + 0.0).tolist(),
                "vertex": self.atoms.vertex.tolist(),
                "bonds": self.atoms.bonds.tolist(),
            },
        }


def net_scene(
    net: Net,
    census: RingCensus | None = None,
    sizes: Collection[int] | None = None,
    atoms: SceneAtoms | None = None,
) -> NetScene:
    """Make the scene of a net.

    Parameters
    ----------
    net : Net
        Its own positions are used if it has them and a cell; else the standard realisation, see
        :mod:`carvsdb.net.realisation`, in a conventional cell.
    census : RingCensus, optional
        Rings of this very net, for ``rings``.
    sizes : collection of int, optional
        Only rings of these sizes, in nodes.
    atoms : SceneAtoms, optional
        Atoms in the net's own cell (see :func:`atoms_of`); left out, with a note, if the net has no coordinates.

    Notes
    -----
    A net whose copies interpenetrate within one cell is shown in a cell in which each copy is a component. The same net
    gives the same scene, bit for bit.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> dia = net_scene(library.load("dia"))  # a cube of eight vertices, not the primitive cell of two
    >>> len(dia.positions), (dia.cell.round(3) + 0.0).tolist()
    (8, [[2.309, 0.0, 0.0], [0.0, 2.309, 0.0], [0.0, 0.0, 2.309]])
    """
    placed, unit, notes = _placed(net)
    matrix, more = _shown_cell(placed, unit == "edge")
    shown = in_cell_of(placed, matrix)
    assert shown.positions is not None
    assert shown.cell is not None
    # A cell that was made is turned so that its first vector lies along x, the second in the plane of x and y.
    cell = shown.cell if unit == "Å" else np.linalg.cholesky(shown.cell @ shown.cell.T) + 0.0
    moves = -np.floor(shown.positions + 1e-9).astype(np.int64)
    rings = {} if census is None else _rings(census, matrix, moves, sizes)
    shown = shift(shown, moves)
    assert shown.positions is not None
    if atoms is not None and unit != "Å":
        atoms, more = None, (*more, "the net has no coordinates, so its atoms are left out")
    component = np.zeros(shown.n_vertices, np.int64)
    for number, part in enumerate(components(shown)):
        component[part.vertices] = number
    return NetScene(
        name=net.name,
        unit=unit,
        cell=np.asarray(cell, np.float64),
        positions=np.asarray(shown.positions @ cell, np.float64),
        is_node=shown.is_node,
        coordination=shown.degrees(),
        component=component,
        vertex=np.arange(shown.n_vertices) % max(net.n_vertices, 1),
        labels=shown.labels or ("",) * shown.n_vertices,
        edges=shown.edges,
        rings=rings,
        repeats=_repeats(shown),
        notes=(*notes, *more),
        atoms=None if atoms is None else _repeated(atoms, matrix, net),
    )


def atoms_of(structure: Structure, site_to_vertex: ArrayLike | None, bonds: ArrayLike) -> SceneAtoms:
    """Return the atoms of a structure for :func:`net_scene`.

    Parameters
    ----------
    structure : Structure
    site_to_vertex : array_like of int, shape (n_atoms,), or None
        The vertex of each atom, -1 for none; None where it is not known.
    bonds : array_like of int, shape (n_bonds, 5)
    """
    vertex = np.full(structure.n_atoms, -1) if site_to_vertex is None else np.asarray(site_to_vertex)
    return SceneAtoms(
        structure.elements,
        structure.positions @ structure.cell,
        vertex.astype(np.int64),
        np.asarray(bonds, np.int32).reshape(-1, 5),
    )


def _repeated(atoms: SceneAtoms, matrix: NDArray[np.int64], net: Net) -> SceneAtoms:
    """Return atoms in the cell shown, wrapped into it."""
    assert net.cell is not None
    graph = Net.from_edges(
        atoms.bonds, len(atoms.elements), positions=atoms.positions @ np.linalg.inv(net.cell), cell=net.cell
    )
    graph = in_cell_of(graph, matrix)
    assert graph.positions is not None
    graph = shift(graph, -np.floor(graph.positions + 1e-9).astype(np.int64))
    assert graph.positions is not None
    assert graph.cell is not None
    times = graph.n_vertices // max(len(atoms.elements), 1)
    return SceneAtoms(
        atoms.elements * times,
        np.asarray(graph.positions @ graph.cell, np.float64),
        np.tile(atoms.vertex, times),
        graph.edges,
    )


def _placed(net: Net) -> tuple[Net, str, tuple[str, ...]]:
    if net.positions is not None and net.cell is not None:
        return net, "Å", ()
    made = standard_realisation(net)
    notes = ["the net has no coordinates: its vertices lie at the mean of their neighbours"]
    if made.n_moved:
        who = "1 vertex that shares" if made.n_moved == 1 else f"{made.n_moved} vertices that share"
        notes.append(f"{who} a place with others {'was' if made.n_moved == 1 else 'were'} moved off it")
    placed = Net(net.edges, net.multiplicity, net.is_node, made.positions, made.cell, net.labels, net.name)
    return placed, "edge", tuple(notes)


def _shown_cell(net: Net, may_turn: bool) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the lattice vectors to show, as rows in those of the net: of a cell in which copies are components."""
    assert net.cell is not None
    one = np.eye(3, dtype=np.int64)
    lattice = one
    for component in components(net):
        if component.multiplicity > 1:
            lattice = _common(lattice, component.lattice)
    if not may_turn:
        lattice = np.diag(_periods(lattice))
    notes: tuple[str, ...] = ()
    if net.n_vertices * abs(round(float(np.linalg.det(lattice)))) > MOST_VERTICES and not np.array_equal(lattice, one):
        lattice, notes = one, ("copies of interpenetrating nets are not told apart: the cell would be too large",)
    if may_turn:
        turned = conventional_cell(lattice @ net.cell) @ lattice
        if net.n_vertices * abs(round(float(np.linalg.det(turned)))) <= MOST_VERTICES:
            lattice = turned
    return lattice, notes


def _common(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a basis of the vectors that lie in both of two lattices: the dual of the sum of their duals."""
    scale = abs(round(float(np.linalg.det(first)))) * abs(round(float(np.linalg.det(second))))
    duals = [np.rint(scale * np.linalg.inv(one)).astype(np.int64).T for one in (first, second)]
    both = hermite_basis(np.concatenate(duals)).astype(np.float64)
    return hermite_basis(np.rint(scale * np.linalg.inv(both)).astype(np.int64).T)


def _periods(lattice: NDArray[np.int64]) -> list[int]:
    """Return the shortest multiple of each axis that lies in a lattice."""
    inverse = np.linalg.inv(lattice)
    index = abs(round(float(np.linalg.det(lattice))))
    rows = np.rint(inverse * index).astype(np.int64)
    return [index // int(np.gcd.reduce([index, *row])) for row in rows.tolist()]


def _rings(
    census: RingCensus, matrix: NDArray[np.int64], moves: NDArray[np.int64], sizes: Collection[int] | None
) -> dict[int, SceneRings]:
    """Find each ring of the net in the cell shown, once for each cell of the net that this holds."""
    basis = hermite_basis(matrix)
    back = np.rint(basis @ np.linalg.inv(matrix)).astype(np.int64)
    box = np.diag(basis)
    cells = np.stack(np.unravel_index(np.arange(box.prod()), box), axis=1).astype(np.int64)
    strides = np.array([box[1] * box[2], box[2], 1], np.int64)
    found = {}
    for size in census.ring_counts:
        if sizes is not None and size not in sizes:
            continue
        which = np.flatnonzero(census.sizes == size)
        length = int(census.starts[which[0] + 1] - census.starts[which[0]])
        rows = census.starts[which][:, None] + np.arange(length)
        places = (census.offsets[rows].astype(np.int64)[None] + cells[:, None, None]).reshape(-1, 3)
        lattice, rest = reduce_into(basis, places)
        vertices = (rest @ strides) * census.net.n_vertices + np.tile(census.vertices[rows], (len(cells), 1, 1)).ravel()
        offsets = lattice @ back - moves[vertices]
        vertices, offsets = vertices.reshape(-1, length), offsets.reshape(-1, length, 3)
        found[size] = SceneRings(vertices.astype(np.int32), (offsets - offsets[:, :1]).astype(np.int32))
    return found


def _repeats(net: Net) -> tuple[int, int, int]:
    assert net.positions is not None
    assert net.cell is not None
    if not net.n_edges:
        return 1, 1, 1
    lengths = np.linalg.norm(edge_vectors(net, net.positions) @ net.cell, axis=1)
    wanted = np.ceil(_WIDE * lengths.mean() / heights_of_cell(net.cell)).clip(1, _MOST_REPEATS).astype(int)
    a, b, c = np.where((net.edges[:, 2:] != 0).any(axis=0), wanted, 1).tolist()
    return a, b, c
