"""The net: a periodic graph, given by its quotient graph.

Entrances of files to the kernels of nets, rings and keys: they take vertices and offsets of a `Net` without a further
look, and whatever a file says becomes a net by `Net.from_edges` alone, be it from a reader, a key, an archive, a
catalogue or an export. There each vertex is one that there is, and each number fits 32 bits, whichever way an edge is
turned. Atoms enter kernels by `carvsdb.atoms.cell_list`, which takes finite positions and cells that are not flat.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carvsdb.errors import InputError
from carvsdb.html_text import html_table
from carvsdb.optional_packages import load_optional

if TYPE_CHECKING:
    from carvsdb.plots.notebook import Picture


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Net:
    """A periodic graph, given by its quotient graph.

    Make one with :meth:`from_edges`, which brings the edges into their stored form. The arrays are read-only.

    Attributes
    ----------
    edges : ndarray of int32, shape (n_edges, 5)
        Rows ``(src, dst, u, v, w)``: vertex `src` of cell 0 is joined to vertex `dst` of cell ``(u, v, w)``.
        Each undirected edge stands once, with ``src <= dst`` and, for loops, a lexicographically positive
        offset; rows are sorted. Directions in which the net does not repeat have zero columns.
    multiplicity : ndarray of int32, shape (n_edges,)
        How many parallel links an edge stands for; rings and keys count it once.
    is_node : ndarray of bool, shape (n_vertices,)
        True where the vertex counts towards ring sizes; False for the linkers of a node-linker net.
    positions : ndarray of float64, shape (n_vertices, 3), or None
        Fractional coordinates in `cell`; not wrapped, so that an edge is the vector
        ``positions[dst] + (u, v, w) - positions[src]``.
    cell : ndarray of float64, shape (3, 3), or None
        Lattice vectors as rows, in Å.
    labels : tuple of str, or None
        A label per vertex, as its file has it.
    name : str
        What the net is called where it comes from; empty if nothing.

    Notes
    -----
    Vertex order carries no meaning: every result is the same, up to relabelling, for any order.

    References
    ----------
    .. [1] Delgado-Friedrichs & O'Keeffe, J. Solid State Chem. 178, 2480 (2005), doi:10.1016/j.jssc.2005.06.011

    Examples
    --------
    >>> from carvsdb.net import Net
    >>> pcu = Net.from_edges([(0, 0, 1, 0, 0), (0, 0, 0, 1, 0), (0, 0, 0, 0, 1)], name="pcu")
    >>> pcu
    <Net pcu: 1 vertex, 3 edges>
    >>> pcu.degrees().tolist()
    [6]
    """

    edges: NDArray[np.int32]
    multiplicity: NDArray[np.int32]
    is_node: NDArray[np.bool_]
    positions: NDArray[np.float64] | None = None
    cell: NDArray[np.float64] | None = None
    labels: tuple[str, ...] | None = None
    name: str = field(default="")

    @classmethod
    def from_edges(
        cls,
        edges: ArrayLike,
        n_vertices: int | None = None,
        *,
        multiplicity: ArrayLike | None = None,
        is_node: ArrayLike | None = None,
        positions: ArrayLike | None = None,
        cell: ArrayLike | None = None,
        labels: Sequence[str] | None = None,
        name: str = "",
    ) -> "Net":
        """Build a net from edges in any direction and order; equal edges are merged and counted.

        Parameters
        ----------
        edges : array_like of int, shape (n_edges, 2 + d)
            ``(src, dst, *offset)`` with 0 to 3 offsets; missing offsets are zero.
        n_vertices : int, optional
            Default: one more than the largest vertex in `edges`.
        multiplicity : array_like of int, shape (n_edges,), optional
            Default 1 for each row given.
        is_node : array_like of bool, shape (n_vertices,), optional
            Default: all are nodes.
        positions, cell, labels, name
            As the attributes of the class.

        Raises
        ------
        InputError
            For a vertex out of range, an edge from a vertex to itself without an offset, a shape or
            a number that does not fit, or a cell without volume.
        """
        rows = _edge_rows(edges)
        if n_vertices is None:
            n_vertices = int(rows[:, :2].max()) + 1 if len(rows) else 0
        if len(rows) and (rows[:, :2].min() < 0 or rows[:, :2].max() >= n_vertices):
            bad = int(np.flatnonzero((rows[:, :2] < 0).any(1) | (rows[:, :2] >= n_vertices).any(1))[0])
            raise InputError(f"edge {rows[bad].tolist()} names a vertex outside 0..{n_vertices - 1}")
        loops = (rows[:, 0] == rows[:, 1]) & ~rows[:, 2:].any(1)
        if loops.any():
            vertex = int(rows[np.flatnonzero(loops)[0], 0])
            raise InputError(f"vertex {vertex} is joined to itself in the same cell; an edge needs two ends")
        links = np.ones(len(rows), np.int64) if multiplicity is None else np.asarray(multiplicity, np.int64)
        _expect("multiplicity", links.shape, (len(rows),))
        if (links < 1).any():
            raise InputError(f"multiplicity must be 1 or more for each edge, got {int(links.min())}")
        rows, links = _merge(_directed(rows), links)
        if len(links) and links.max() >= 2**31:
            raise InputError(f"multiplicity must fit 32-bit integers, got {int(links.max())} links of one edge")
        nodes = np.ones(n_vertices, bool) if is_node is None else np.array(is_node, bool)
        _expect("is_node", nodes.shape, (n_vertices,))
        _check_node_linker(rows, nodes)
        return cls(
            edges=_frozen(rows.astype(np.int32)),
            multiplicity=_frozen(links.astype(np.int32)),
            is_node=_frozen(nodes),
            positions=_coordinates("positions", positions, (n_vertices, 3)),
            cell=_cell(cell),
            labels=_labels(labels, n_vertices),
            name=name,
        )

    @property
    def n_vertices(self) -> int:
        """Number of vertices in a cell."""
        return len(self.is_node)

    @property
    def n_edges(self) -> int:
        """Number of edges in a cell, parallel links counted once."""
        return len(self.edges)

    @property
    def n_nodes(self) -> int:
        """Number of nodes in a cell."""
        return int(np.count_nonzero(self.is_node))

    @property
    def n_linkers(self) -> int:
        """Number of linkers in a cell."""
        return self.n_vertices - self.n_nodes

    @property
    def is_node_linker(self) -> bool:
        """True for a bipartite net in which only nodes count towards ring sizes."""
        return self.n_linkers > 0

    def degrees(self) -> NDArray[np.int64]:
        """Count the edge ends at each vertex, shape (n_vertices,); a loop has two, parallel links count once."""
        return np.bincount(self.edges[:, :2].ravel(), minlength=self.n_vertices)

    def same_as(self, other: "Net") -> bool:
        """Tell whether two nets have the same vertices and edges, number by number (not up to relabelling)."""
        return (
            np.array_equal(self.edges, other.edges)
            and np.array_equal(self.multiplicity, other.multiplicity)
            and np.array_equal(self.is_node, other.is_node)
        )

    def to_networkx(self) -> Any:
        """Return the quotient graph as a networkx MultiGraph.

        Vertices have the attributes ``is_node``, ``label`` and ``position`` (fractional), edges ``offset`` and
        ``multiplicity``: an edge goes from its smaller end in cell 0 to its larger end in the cell ``offset``.

        Raises
        ------
        MissingExtraError
            If networkx is not installed.
        """
        graph = load_optional("networkx", "networkx").MultiGraph(name=self.name)
        for vertex in range(self.n_vertices):
            about: dict[str, object] = {"is_node": bool(self.is_node[vertex])}
            if self.labels is not None:
                about["label"] = self.labels[vertex]
            if self.positions is not None:
                about["position"] = tuple(self.positions[vertex].tolist())
            graph.add_node(vertex, **about)
        for (src, dst, *offset), links in zip(self.edges.tolist(), self.multiplicity.tolist(), strict=True):
            graph.add_edge(src, dst, offset=tuple(offset), multiplicity=links)
        return graph

    def to_ase(self) -> Any:
        """Return the vertices as an ``ase.Atoms``: atoms ``X`` with arrays ``is_node`` and ``label``.

        A net without coordinates gets its standard realisation with edges of 1 Å in the mean.
        """
        from carvsdb.net.vertices_as_atoms import to_ase

        return to_ase(self)

    def to_pymatgen(self) -> Any:
        """Return the vertices as a ``pymatgen.core.Structure`` of dummy species, otherwise as :meth:`to_ase`.

        Raises
        ------
        MissingExtraError
            If pymatgen is not installed.
        """
        from carvsdb.net.vertices_as_atoms import to_pymatgen

        return to_pymatgen(self)

    def view(self, rings: Collection[int] = ()) -> "Picture":
        """Draw the net for a notebook; ``carvsdb plot net`` draws it into a file.

        Parameters
        ----------
        rings : collection of int
            Sizes of rings to light up, in nodes.

        Returns
        -------
        carvsdb.plots.notebook.Picture

        Raises
        ------
        InputError
            If the net has no rings of such a size.
        """
        # The one import upward, which the contracts in pyproject.toml name: who holds a net asks it for its picture.
        from carvsdb.plots.notebook import view_net

        return view_net(self, rings)

    def with_name(self, name: str) -> "Net":
        """Return the same net under another name."""
        return Net(self.edges, self.multiplicity, self.is_node, self.positions, self.cell, self.labels, name)

    def _repr_html_(self) -> str:
        places = "none" if self.positions is None else "in a cell" if self.cell is not None else "without a cell"
        rows: list[tuple[str, object]] = [("nodes", self.n_nodes)]
        rows += [("linkers", self.n_linkers)] if self.is_node_linker else []
        bonds = np.bincount(self.degrees()[self.is_node]) if self.n_nodes else np.zeros(0, np.int64)
        counted = ", ".join(f"{number} ({bonds[number]})" for number in np.flatnonzero(bonds))
        rows += [("edges", self.n_edges), ("bonds of a node", counted), ("coordinates", places)]
        return html_table((), rows, caption=f"Net {self.name}".strip(), notes=("view() draws it",))

    def __repr__(self) -> str:
        name = f" {self.name}" if self.name else ""
        vertices = (
            f"{self.n_nodes} nodes, {self.n_linkers} linkers"
            if self.is_node_linker
            else f"{self.n_vertices} {'vertex' if self.n_vertices == 1 else 'vertices'}"
        )
        return f"<Net{name}: {vertices}, {self.n_edges} {'edge' if self.n_edges == 1 else 'edges'}>"


def check_net(thing: object, function: str) -> None:
    """Refuse to take for a net what is none, such as its name.

    Raises
    ------
    InputError

    Examples
    --------
    >>> check_net("sod", "find_rings")
    Traceback (most recent call last):
        ...
    carvsdb.errors.InputError: find_rings takes a Net, got str; library.load(NAME) and read_nets(PATH) give nets
    """
    if not isinstance(thing, Net):
        raise InputError(
            f"{function} takes a Net, got {type(thing).__name__}",
            hint="library.load(NAME) and read_nets(PATH) give nets",
        )


def _edge_rows(edges: ArrayLike) -> NDArray[np.int64]:
    try:
        given = np.asarray(edges)
    except ValueError as error:
        raise InputError("edges must be rows (src, dst, *offset) of one length") from error
    if given.size == 0:
        return np.zeros((0, 5), np.int64)
    if given.ndim != 2 or not 2 <= given.shape[1] <= 5:
        raise InputError(f"edges must have the shape (n_edges, 2 to 5), got {given.shape}")
    if not np.issubdtype(given.dtype, np.integer):
        raise InputError(f"edges must be integers, got {given.dtype}")
    if given.max() >= 2**31 or given.min() <= -(2**31):  # each offset can be turned round
        raise InputError("edges must fit 32-bit integers")
    rows = np.zeros((len(given), 5), np.int64)
    rows[:, : given.shape[1]] = given
    return rows


def _directed(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Turn each row so that src <= dst and loops have a lexicographically positive offset."""
    src, dst, u, v, w = rows.T
    negative = (u < 0) | ((u == 0) & ((v < 0) | ((v == 0) & (w < 0))))
    turn = (src > dst) | ((src == dst) & negative)
    turned = rows.copy()
    turned[turn, 0], turned[turn, 1] = dst[turn], src[turn]
    turned[turn, 2:] = -rows[turn, 2:]
    return turned


def _merge(rows: NDArray[np.int64], links: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sort rows and merge equal ones, adding up their links."""
    if not len(rows):
        return rows, links
    order = np.lexsort(rows.T[::-1])
    rows, links = rows[order], links[order]
    first = np.concatenate([[True], (rows[1:] != rows[:-1]).any(1)])
    return rows[first], np.add.reduceat(links, np.flatnonzero(first))


def _check_node_linker(rows: NDArray[np.int64], is_node: NDArray[np.bool_]) -> None:
    if is_node.all():
        return
    inside = is_node[rows[:, 0]] == is_node[rows[:, 1]]
    if inside.any():
        src, dst = rows[np.flatnonzero(inside)[0], :2].tolist()
        kind = "nodes" if is_node[src] else "linkers"
        raise InputError(f"in a node-linker net edges join nodes to linkers, but {src} and {dst} are both {kind}")


def _coordinates(what: str, values: ArrayLike | None, shape: tuple[int, int]) -> NDArray[np.float64] | None:
    if values is None:
        return None
    array = np.array(values, np.float64)
    _expect(what, array.shape, shape)
    if not np.isfinite(array).all():
        raise InputError(f"{what} must be finite numbers")
    return _frozen(array)


def _cell(values: ArrayLike | None) -> NDArray[np.float64] | None:
    cell = _coordinates("cell", values, (3, 3))
    if cell is not None:
        lengths = np.linalg.norm(cell, axis=1)
        if (lengths < 1e-6).any() or abs(np.linalg.det(cell)) < 1e-9 * float(np.prod(lengths)):
            raise InputError("cell has no volume; expected three independent lattice vectors in Å")
    return cell


def _labels(labels: Sequence[str] | None, n_vertices: int) -> tuple[str, ...] | None:
    if labels is None:
        return None
    _expect("labels", (len(labels),), (n_vertices,))
    return tuple(labels)


def _expect(what: str, got: tuple[int, ...], expected: tuple[int, ...]) -> None:
    if got != expected:
        raise InputError(f"{what} must have the shape {expected}, got {got}")


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array
