"""Errors on structures left out of fits whose prior has a given strength, from sums of products of columns.

A fit of other columns or of another prior takes no more than a Cholesky decomposition of part of a matrix that was
summed once. Its rounding depends on how nearly the columns depend on each other and not on their sizes, so that it does
not matter how much narrower the prior of many factors is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dposv

from carvsdb_refine.learning.design_rows import FrameRows
from carvsdb_refine.learning.frames import FitFrame
from carvsdb_refine.learning.left_out import far_frames

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Below these parts of the squares sums of products are rounding: of columns, of what is left of labels.
_ROUNDING, _NOTHING = 1e-13, 1e-15


@dataclass(frozen=True, slots=True, eq=False)
class LeftOutGrams:
    """Frames to fit to and frames left out, several times over; the label is the last column.

    Attributes
    ----------
    training : tuple of ndarray of float64, shape (F + 1, F + 1)
        X^T X of energies and forces that are fitted to.
    energies : tuple of ndarray of float64, shape (n, F + 1)
        Rows that are left out.
    forces : tuple of ndarray of float64, shape (F + 1, F + 1)
        X^T X of rows that are left out.
    """

    training: tuple[Floats, ...]
    energies: tuple[Floats, ...]
    forces: tuple[Floats, ...]

    @classmethod
    def of(cls, rows: Iterable[FrameRows], frames: Sequence[FitFrame], parts: int, width: int) -> "LeftOutGrams":
        """Return the parts of structures, then those with the largest forces; rows have `width` columns."""
        is_far = far_frames(frames)
        # Frames that are always left out together: of each part those with small forces, and those with the largest.
        near, far = ([_Cell([], np.zeros((width, width))) for _ in range(parts)] for _ in range(2))
        for number, row in enumerate(rows):
            cell = (far if is_far[number] else near)[number % parts]
            cell.energies.append(row.energy)
            cell.forces[:] += row.forces.T @ row.forces
        whole = [_joined(pair, width) for pair in zip(near, far, strict=True)]
        left_out = [*whole, _joined(far, width)]
        # Sums of the others, not all less what is left out: differences of large numbers would be rounding.
        others = [_joined([*whole[:number], *whole[number + 1 :]], width) for number in range(parts)]
        training = [*others, _joined(near, width)]
        return cls(
            tuple(some.forces + rows.T @ rows for some in training for rows in [some.rows()]),
            tuple(some.rows() for some in left_out),
            tuple(some.forces for some in left_out),
        )

    def of_columns(self, columns: Integers) -> "LeftOutGrams":
        """Return the same of some of the columns."""
        chosen = np.append(columns, -1)
        return LeftOutGrams(
            tuple(matrix[chosen][:, chosen] for matrix in self.training),
            tuple(rows[:, chosen] for rows in self.energies),
            tuple(matrix[chosen][:, chosen] for matrix in self.forces),
        )

    def errors(self, penalties: Floats, strength: float) -> Floats:
        """Return sums of squared errors with an alpha/beta, shape (parts + 1, 2); infinite if all is rounding."""
        squares = np.full((len(self.training), 2), np.inf)
        for number, (matrix, energies, forces) in enumerate(
            zip(self.training, self.energies, self.forces, strict=True)
        ):
            normal = matrix[:-1, :-1].copy()
            diagonal = np.einsum("ii->i", normal)
            diagonal += strength * penalties**2 + _ROUNDING * diagonal
            # Symmetric, so that its transpose is itself in Fortran's order, in which LAPACK works in place.
            _, found, failed = dposv(normal.T, matrix[:-1, -1], overwrite_a=1)
            if failed:
                break
            rest = np.append(found, -1.0)
            of_energies, of_forces = ((energies @ rest) ** 2).sum(), rest @ forces @ rest
            squares[number] = of_energies, max(of_forces, _NOTHING * forces[-1, -1])
        return squares


class _Cell(NamedTuple):
    """Rows of energies, and X^T X of forces, of some structures."""

    energies: list[Floats]
    forces: Floats

    def rows(self) -> Floats:
        return np.concatenate([self.forces[:0], *self.energies])


def _joined(cells: Sequence[_Cell], width: int) -> _Cell:
    forces = sum((cell.forces for cell in cells), np.zeros((width, width)))
    return _Cell([rows for cell in cells for rows in cell.energies], forces)
