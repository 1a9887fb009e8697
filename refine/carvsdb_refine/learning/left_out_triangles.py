"""Errors on structures left out of fits whose prior has the strength of the largest evidence, from triangles of QR."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.learning.bayesian_ridge import RidgeProblem
from carvsdb_refine.learning.design_rows import FrameRows
from carvsdb_refine.learning.frames import FitFrame
from carvsdb_refine.learning.label_triangles import LabelTriangles
from carvsdb_refine.learning.left_out import far_frames

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class LeftOutTriangles:
    """Frames to fit to and frames left out, several times over.

    Attributes
    ----------
    training : tuple of (ndarray of float64, int)
        The triangle of what is fitted to, and how many rows it is of.
    left_out : tuple of tuple of ndarray of float64
        Triangles of energies and of forces.
    """

    training: tuple[tuple[Floats, float], ...]
    left_out: tuple[tuple[Floats, Floats], ...]

    @classmethod
    def of(cls, rows: Iterable[FrameRows], frames: Sequence[FitFrame], parts: int, width: int) -> "LeftOutTriangles":
        """Return the parts of structures, then those with the largest forces; rows have `width` columns."""
        is_far = far_frames(frames)
        # Frames that are always left out together: of each part those with small forces, and those with the largest.
        near, far = ([LabelTriangles.empty(width) for _ in range(parts)] for _ in range(2))
        for number, row in enumerate(rows):
            (far if is_far[number] else near)[number % parts].add(row)
        of_near = [cell.joined(("energy", "forces")) for cell in near]
        of_far = [cell.joined(("energy", "forces")) for cell in far]
        whole = [(_triangle(a, b), n + m) for (a, n), (b, m) in zip(of_near, of_far, strict=True)]
        training = [*_without_each(whole), _joined(of_near)]
        left_out = [_by_kind([some, others]) for some, others in zip(near, far, strict=True)]
        return cls(tuple(training), (*left_out, _by_kind(far)))

    def of_columns(self, columns: Integers) -> "LeftOutTriangles":
        """Return the same of some of the columns."""
        chosen = np.append(columns, -1)
        return LeftOutTriangles(
            tuple((_triangle(matrix[:, chosen]), n_rows) for matrix, n_rows in self.training),
            tuple((energy[:, chosen], forces[:, chosen]) for energy, forces in self.left_out),
        )

    def errors(self, penalties: Floats, n_free: int) -> Floats:
        """Return sums of squared errors, shape (parts + 1, 2); the last `n_free` columns are all but free."""
        squares = np.zeros((len(self.training), 2))
        for number, ((matrix, n_rows), left_out) in enumerate(zip(self.training, self.left_out, strict=True)):
            problem = RidgeProblem.of(matrix, n_rows, penalties, n_free)
            alpha, beta = problem.most_evident()
            rest = np.append(problem.coefficients(np.array([alpha / beta])), -1.0)
            squares[number] = [((rows @ rest) ** 2).sum() for rows in left_out]
        return squares


def _triangle(*rows: Floats) -> Floats:
    return np.asarray(np.linalg.qr(np.concatenate(rows), mode="r"))


def _without_each(parts: Sequence[tuple[Floats, float]]) -> list[tuple[Floats, float]]:
    """Join all parts but one, for each of them."""
    if len(parts) == 1:
        return [(parts[0][0][:0], 0)]
    half = len(parts) // 2
    # What both of a half lack, the other half, is joined once.
    first, second = _joined(parts[:half]), _joined(parts[half:])
    return [_joined([some, second]) for some in _without_each(parts[:half])] + [
        _joined([first, some]) for some in _without_each(parts[half:])
    ]


def _joined(parts: Sequence[tuple[Floats, float]]) -> tuple[Floats, float]:
    some = [part for part in parts if part[1]] or parts[:1]
    return some[0] if len(some) == 1 else (_triangle(*(matrix for matrix, _ in some)), sum(n for _, n in some))


def _by_kind(cells: Sequence[LabelTriangles]) -> tuple[Floats, Floats]:
    energies = np.concatenate([cell.energy.close() for cell in cells])
    return energies, np.concatenate([cell.forces.close() for cell in cells])
