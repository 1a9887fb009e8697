"""The bonds of a structure, and the rule that gave them."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Neighbours = list[list[tuple[int, tuple[int, int, int]]]]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Bonds:
    """The bonds of a structure.

    Attributes
    ----------
    edges : ndarray of int64, shape (n_bonds, 5)
        Rows ``(src, dst, u, v, w)``, each bond once, sorted: atom `src` of cell 0 is bonded to atom `dst` of cell
        ``(u, v, w)``, between the positions of the structure as they stand.
    lengths : ndarray of float64, shape (n_bonds,)
        In Å.
    rule : str
        In words: ``covalent radii + 0.3 Å``, ``bonds of the file``.
    parameters : dict
        The numbers of the rule.
    quality : tuple of str
        What is doubtful: pruned bonds, isolated hydrogen, overlaps.
    """

    edges: NDArray[np.int64]
    lengths: NDArray[np.float64]
    rule: str
    parameters: dict[str, object] = field(default_factory=dict)
    quality: tuple[str, ...] = ()

    def neighbours(self, n_atoms: int) -> Neighbours:
        """Return for each atom its neighbours with their cells, both ends of each bond, in the order of the bonds."""
        ends = np.repeat(self.edges, 2, axis=0)
        ends[1::2, :2], ends[1::2, 2:] = self.edges[:, [1, 0]], -self.edges[:, 2:]
        ends = ends[np.argsort(ends[:, 0], kind="stable")]
        places = list(zip(ends[:, 1].tolist(), zip(*ends[:, 2:].T.tolist(), strict=True), strict=True))
        stops = np.cumsum(np.bincount(ends[:, 0], minlength=n_atoms)).tolist()
        return [places[start:stop] for start, stop in pairwise([0, *stops])]

    def __repr__(self) -> str:
        return f"<Bonds: {len(self.edges)} bonds by {self.rule}>"
