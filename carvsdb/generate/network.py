"""A four-coordinated network as the kernels hold it, and the diamond box it starts from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb.net import Adjacency, Net

_FCC = np.array([(0, 0, 0), (0, 2, 2), (2, 0, 2), (2, 2, 0)])
# Bonds from the first sublattice to the second, in quarters of the cubic cell.
_BONDS = np.array([(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)])


@dataclass(frozen=True, slots=True, eq=False)
class TetrahedralNetwork:
    """A network of nodes with four bonds each in a rectangular periodic box; the arrays are changed in place.

    Attributes
    ----------
    positions : ndarray of float64, shape (n, 3)
        Cartesian, in Å, never wrapped.
    neighbours : ndarray of int64, shape (n, 4)
        The node at the other end of each bond.
    offsets : ndarray of float64, shape (n, 4, 3)
        The box in which that node lies; whole numbers, kept as floats for the kernels.
    box : ndarray of float64, shape (3,)
        Edges of the box in Å.
    """

    positions: NDArray[np.float64]
    neighbours: NDArray[np.int64]
    offsets: NDArray[np.float64]
    box: NDArray[np.float64]

    @property
    def n_nodes(self) -> int:
        """Number of nodes in the box."""
        return len(self.positions)

    def bond_vectors(self) -> NDArray[np.float64]:
        """Return the four bond vectors of each node, shape (n, 4, 3), in Å."""
        return self.positions[self.neighbours] + self.offsets * self.box - self.positions[:, None]

    def closest_unbonded(self) -> float:
        """Return the shortest distance between two nodes without a bond, in Å.

        Examples
        --------
        >>> round(diamond((2, 2, 2), 2.35).closest_unbonded(), 3)
        3.838
        """
        closest = np.inf
        for node in range(self.n_nodes):
            between = self.positions - self.positions[node]
            between -= np.rint(between / self.box) * self.box
            squared = (between * between).sum(1)
            squared[node] = np.inf
            squared[self.neighbours[node]] = np.inf
            closest = min(closest, float(squared.min()))
        return float(np.sqrt(closest))

    def to_net(self, name: str = "") -> Net:
        """Return the network as a net with fractional positions in the box; each position is in cell 0.

        Examples
        --------
        >>> diamond((2, 2, 2), 2.35).to_net("dia")
        <Net dia: 64 vertices, 128 edges>
        """
        fractional = self.positions / self.box
        cells = np.floor(fractional)
        offsets = self.offsets + cells[self.neighbours] - cells[:, None]
        rows = np.empty((self.n_nodes, 4, 5), np.int64)
        rows[:, :, 0] = np.arange(self.n_nodes)[:, None]
        rows[:, :, 1] = self.neighbours
        rows[:, :, 2:] = np.rint(offsets)
        # Each bond is met from both of its ends; the merge leaves one, whose count is no multiplicity.
        merged = Net.from_edges(rows.reshape(-1, 5), self.n_nodes)
        return Net.from_edges(
            merged.edges, self.n_nodes, positions=fractional - cells, cell=np.diag(self.box), name=name
        )

    @classmethod
    def of(cls, net: Net) -> "TetrahedralNetwork":
        """Take a net with positions, a rectangular cell and four edges at each vertex.

        Raises
        ------
        InputError
            If the net is not so.
        """
        degrees = net.degrees()
        if (degrees != 4).any():
            bad = int(np.flatnonzero(degrees != 4)[0])
            raise InputError(f"vertex {bad} has {degrees[bad]} edges; the Keating energy needs 4 at each")
        if net.positions is None or net.cell is None:
            raise InputError("the Keating energy needs positions and a cell")
        box = np.diag(net.cell).copy()
        if np.abs(net.cell - np.diag(box)).max() > 1e-9 or (box <= 0).any():
            raise InputError("the Keating energy needs a rectangular cell with its edges along x, y and z")
        adjacency = Adjacency.of(net)
        return cls(
            positions=net.positions * box,
            neighbours=adjacency.neighbours.reshape(-1, 4).astype(np.int64),
            offsets=adjacency.offsets.reshape(-1, 4, 3).astype(np.float64),
            box=box,
        )


def cells_for(n_nodes: int) -> tuple[int, int, int]:
    """Choose the box of cubic diamond cells (8 nodes each) that is nearest to a cube.

    No edge may be below 2 cells or more than twice as long as another.

    Raises
    ------
    InputError
        If there is no such box; the sentence names the nearest counts that have one.

    Examples
    --------
    >>> cells_for(1000), cells_for(480)
    ((5, 5, 5), (3, 4, 5))
    """
    found = _nearest_cube(n_nodes)
    if found is not None:
        return found
    below = next((count for count in range(n_nodes - 1, 63, -1) if _nearest_cube(count)), None)
    above = next(count for count in range(max(n_nodes + 1, 64), 2 * max(n_nodes, 64)) if _nearest_cube(count))
    nearest = f"{above}" if below is None else f"{below} or {above}"
    raise InputError(
        f"{n_nodes} nodes do not fill a box of l × m × n diamond cells (8 nodes each, every edge 2 cells or more, "
        f"none over twice another); the nearest possible is {nearest}"
    )


def _nearest_cube(n_nodes: int) -> tuple[int, int, int] | None:
    if n_nodes < 64 or n_nodes % 8:
        return None
    count = n_nodes // 8
    boxes = [
        (first, second, count // (first * second))
        for first in range(2, round(count ** (1 / 3)) + 1)
        if count % first == 0
        for second in range(first, 2 * first + 1)
        if (count // first) % second == 0 and second <= count // (first * second) <= 2 * first
    ]
    return min(boxes, key=lambda box: box[2] / box[0], default=None)


def diamond(cells: tuple[int, int, int], bond_length: float) -> TetrahedralNetwork:
    """Build a box of cubic diamond cells.

    Parameters
    ----------
    cells : tuple of 3 int
        Cubic cells along each edge of the box.
    bond_length : float
        In Å.
    """
    sizes = np.array(cells)
    corners = np.stack(np.unravel_index(np.arange(sizes.prod()), cells), axis=1)
    sites = np.concatenate([_FCC, _FCC + 1])
    # Whole numbers, in quarters of the cubic cell: no neighbour is found by a distance.
    grid = (4 * corners[:, None] + sites).reshape(-1, 3)
    number = {tuple(site): index for index, site in enumerate(grid.tolist())}
    signs = np.where(np.arange(len(grid)) % 8 < 4, 1, -1)
    targets = grid[:, None] + signs[:, None, None] * _BONDS
    offsets, inside = np.divmod(targets, 4 * sizes)
    neighbours = [[number[tuple(target)] for target in row] for row in inside.tolist()]
    edge = 4 * bond_length / np.sqrt(3)
    return TetrahedralNetwork(
        positions=grid * (edge / 4),
        neighbours=np.array(neighbours, np.int64),
        offsets=offsets.astype(np.float64),
        box=edge * sizes,
    )
