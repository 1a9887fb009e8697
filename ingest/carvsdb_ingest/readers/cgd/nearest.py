"""Edges of CGD blocks that list none: each atom is joined to its nearest neighbours, as many as its degree says."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.pairs import near_pairs
from carvsdb.atoms.structure import Structure

_VOLUME = 10.0
_SAME_LENGTH = 1e-3
_REACHES = (3.5, 5.0, 8.0, 12.0)


class NearestError(ValueError):
    """The nearest neighbours do not make the declared degrees; the argument says which atom has how many."""

    def __init__(self, atom: int, found: int) -> None:
        super().__init__(atom, found)
        self.atom = atom
        self.found = found


def nearest_edges(
    positions: NDArray[np.float64],
    cell: NDArray[np.float64],
    degrees: NDArray[np.int64],
    is_center: NDArray[np.bool_],
    dimension: int,
) -> NDArray[np.int64]:
    """Join atoms to their nearest neighbours, the shortest edges first, until each has its degree.

    Parameters
    ----------
    positions : ndarray of float64, shape (n, 3)
        Fractional.
    cell : ndarray of float64, shape (3, 3)
        Rows; only ratios of lengths matter.
    degrees : ndarray of int64, shape (n,)
    is_center : ndarray of bool, shape (n,)
        Centres of edges are not joined to each other.
    dimension : int
        3 or 2; in two dimensions atoms have no neighbours along the third vector.

    Returns
    -------
    ndarray of int64, shape (n_edges, 5)
        Rows ``(src, dst, u, v, w)``.

    Raises
    ------
    NearestError
        If an atom gets more or fewer edges than its degree: equally near neighbours are joined all or none.

    Notes
    -----
    The rule of Systre: an edge is made if it is among the nearest of one of its ends, and that end or the other still
    lacks edges.

    Examples
    --------
    >>> corner = np.zeros((1, 3))
    >>> nearest_edges(corner, np.eye(3), np.array([6]), np.array([False]), 3).tolist()
    [[0, 0, 0, 0, 1], [0, 0, 0, 1, 0], [0, 0, 1, 0, 0]]
    """
    area = float(np.linalg.norm(np.cross(cell[0], cell[1])))
    size = abs(float(np.linalg.det(cell))) if dimension == 3 else area
    scale = float((_VOLUME * len(positions) / size) ** (1 / dimension))
    scaled = cell * scale
    if dimension == 2:  # as far apart as the search looks, so that layers do not meet
        scaled[2] = np.cross(scaled[0], scaled[1]) / np.linalg.norm(np.cross(scaled[0], scaled[1])) * 2 * _REACHES[-1]
    structure = Structure(("C",) * len(positions), positions, scaled, ("",) * len(positions))
    for reach in _REACHES:
        rows, lengths = near_pairs(structure, reach)
        allowed = ~(is_center[rows[:, 0]] & is_center[rows[:, 1]])
        if dimension == 2:
            allowed &= rows[:, 4] == 0
        rows, lengths = rows[allowed], lengths[allowed]
        near = np.bincount(rows[:, :2].ravel(), minlength=len(positions))
        if (near > degrees).all():
            break
    edges = _shortest_first(rows, lengths, degrees)
    found = np.bincount(edges[:, :2].ravel(), minlength=len(positions))
    wrong = np.flatnonzero(found != degrees)
    if len(wrong):
        raise NearestError(int(wrong[0]), int(found[wrong[0]]))
    return edges


def _shortest_first(
    rows: NDArray[np.int64], lengths: NDArray[np.float64], degrees: NDArray[np.int64]
) -> NDArray[np.int64]:
    order = np.argsort(lengths, kind="stable")
    rows, lengths = rows[order], lengths[order]
    rank = np.zeros(len(degrees), np.int64)  # neighbours of each atom that are nearer than the shell in turn
    count = np.zeros(len(degrees), np.int64)
    chosen = []
    first = 0
    while first < len(rows):
        last = int(np.searchsorted(lengths, lengths[first] * (1 + _SAME_LENGTH), "right"))
        shell = rows[first:last]
        src, dst = shell[:, 0], shell[:, 1]
        wanted = (rank[src] < degrees[src]) | (rank[dst] < degrees[dst])
        lacking = (count[src] < degrees[src]) | (count[dst] < degrees[dst])
        taken = shell[wanted & lacking]
        chosen.append(taken)
        rank += np.bincount(shell[:, :2].ravel(), minlength=len(degrees))
        count += np.bincount(taken[:, :2].ravel(), minlength=len(degrees))
        first = last
    return np.concatenate([*chosen, np.zeros((0, 5), np.int64)])
