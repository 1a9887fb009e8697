"""The rows of a fit by kind of label, each kind as the triangle of its QR decomposition."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.learning.bayesian_ridge import Triangle
from carvsdb_refine.learning.design_rows import FrameRows
from carvsdb_refine.learning.scales import Scales

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LabelTriangles:
    """Triangles of energies, forces and stresses; all have the same columns, the label last.

    Attributes
    ----------
    energy, forces, stress : Triangle
    """

    energy: Triangle
    forces: Triangle
    stress: Triangle

    @classmethod
    def empty(cls, n_columns: int) -> "LabelTriangles":
        """Return triangles of no rows."""
        return cls(Triangle(n_columns), Triangle(n_columns), Triangle(n_columns))

    def add(self, rows: FrameRows) -> None:
        """Take in the rows of a structure."""
        parts = (self.energy, rows.energy), (self.forces, rows.forces), (self.stress, rows.stress)
        for (triangle, some), count in zip(parts, rows.counts, strict=True):
            triangle.add(some, count)

    def joined(self, kinds: tuple[str, ...] = ("energy", "forces", "stress")) -> tuple[Floats, float]:
        """Return the triangle of some kinds together, and how many rows they count as."""
        parts: list[Triangle] = [getattr(self, kind) for kind in kinds]
        matrix = np.linalg.qr(np.concatenate([part.close() for part in parts]), mode="r")
        return np.asarray(matrix), sum(part.n_rows for part in parts)

    def errors(self, coefficients: Floats, scales: Scales) -> tuple[float | None, float | None]:
        """Return the root mean square errors of energies in meV/atom, and of forces in meV/Å."""
        return _error(self.energy, coefficients, scales.energy), _error(self.forces, coefficients, scales.force)


def _error(triangle: Triangle, coefficients: Floats, scale: float) -> float | None:
    size = float(np.linalg.norm(triangle.close() @ np.append(coefficients, -1.0)))
    return 1000 * scale * size / triangle.n_rows**0.5 if triangle.n_rows else None
