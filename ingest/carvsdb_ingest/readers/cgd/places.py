"""Find which atom of the unit cell is at a place, up to a lattice translation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell import heights_of_cell

SAME_PLACE = 1e-3
CROWD = 1000


def usable_tolerance(cell: NDArray[np.float64], tolerance: float) -> float:
    """Return `tolerance` (Å), but no more than a quarter of the least distance between lattice planes.

    A small difference of places then has fractional components below one half, and rounding finds it.
    """
    return min(tolerance, float(heights_of_cell(cell).min()) / 4)


class CrowdError(ValueError):
    """More atoms within a few tolerances of one place than any material has."""


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Atoms of a periodic cell, to be found by place.

    Boxes of a few tolerances are numbered, and the atoms sorted by box: a place can only meet the atoms of
    the (at most eight) boxes that its surroundings touch.

    Attributes
    ----------
    positions : ndarray of float64, shape (n, 3)
        Fractional coordinates, not wrapped.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å.
    tolerance : float
        In Å; see :func:`usable_tolerance`.
    """

    positions: NDArray[np.float64]
    cell: NDArray[np.float64]
    tolerance: float
    _boxes: NDArray[np.int64]
    _order: NDArray[np.int64]
    _keys: NDArray[np.int64]

    @classmethod
    def of(cls, positions: NDArray[np.float64], cell: NDArray[np.float64], tolerance: float) -> "Places":
        """Sort atoms into boxes.

        Raises
        ------
        CrowdError
            If one box holds more than a thousand atoms.
        """
        tolerance = usable_tolerance(cell, tolerance)
        boxes = np.clip(heights_of_cell(cell) / (4 * max(tolerance, 1e-9)), 1, 2**20).astype(np.int64)
        keys = _key(np.floor(positions % 1.0 * boxes).astype(np.int64), boxes)
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        if len(keys) > CROWD and (keys[CROWD:] == keys[:-CROWD]).any():
            raise CrowdError(f"more than {CROWD} atoms lie within a few tolerances of one place")
        return cls(positions, cell, tolerance, boxes, order, keys)

    def nearest(self, points: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Find the nearest atom within the tolerance of each point.

        Parameters
        ----------
        points : ndarray of float64, shape (m, 3)
            Fractional coordinates.

        Returns
        -------
        atoms : ndarray of int64, shape (m,)
            The atom, or -1.
        cells : ndarray of int64, shape (m, 3)
            The cell of the image that is near: ``points = positions[atoms] + cells`` within the tolerance.
        distances : ndarray of float64, shape (m,)
            In Å; infinite where there is no atom.
        """
        atoms = np.full(len(points), -1, np.int64)
        cells = np.zeros((len(points), 3), np.int64)
        distances = np.full(len(points), np.inf)
        for rows, candidates in self._candidates(points):
            apart = points[rows] - self.positions[candidates]
            image = np.rint(apart)
            length = np.linalg.norm((apart - image) @ self.cell, axis=1)
            better = (length <= self.tolerance) & (length < distances[rows])
            chosen = rows[better]
            atoms[chosen] = candidates[better]
            cells[chosen] = image[better]
            distances[chosen] = length[better]
        return atoms, cells, distances

    def coinciding(self, closer: float = SAME_PLACE) -> tuple[int, int] | None:
        """Return the first two atoms that are closer than this (Å; at most the tolerance), if any."""
        found: list[tuple[int, int]] = []
        for rows, candidates in self._candidates(self.positions):
            apart = self.positions[rows] - self.positions[candidates]
            length = np.linalg.norm((apart - np.rint(apart)) @ self.cell, axis=1)
            same = (rows < candidates) & (length < min(closer, self.tolerance))
            found.extend(zip(rows[same].tolist(), candidates[same].tolist(), strict=True))
        return min(found, default=None)

    def _candidates(self, points: NDArray[np.float64]) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Return pairs of arrays (point, atom): those whose boxes touch; a pair may come twice."""
        reach = self.tolerance / heights_of_cell(self.cell)
        low = np.floor((points - reach) * self._boxes).astype(np.int64) % self._boxes
        high = np.floor((points + reach) * self._boxes).astype(np.int64) % self._boxes
        pairs = []
        for corner in np.ndindex(2, 2, 2):
            key = _key(np.where(np.array(corner, bool), high, low), self._boxes)
            first, last = np.searchsorted(self._keys, key), np.searchsorted(self._keys, key, "right")
            for step in range(int((last - first).max(initial=0))):
                rows = np.flatnonzero(first + step < last)
                pairs.append((rows, self._order[first[rows] + step]))
        return pairs


def _key(box: NDArray[np.int64], boxes: NDArray[np.int64]) -> NDArray[np.int64]:
    inside = np.minimum(box, boxes - 1)
    key: NDArray[np.int64] = (inside[:, 0] * boxes[1] + inside[:, 1]) * boxes[2] + inside[:, 2]
    return key
