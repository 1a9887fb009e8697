"""The bonds of a structure, and the rule that gave them."""

from dataclasses import dataclass, field

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
        """Return for each atom its neighbours with their cells, both ends of each bond."""
        found: Neighbours = [[] for _ in range(n_atoms)]
        for src, dst, u, v, w in self.edges.tolist():
            found[src].append((dst, (u, v, w)))
            found[dst].append((src, (-u, -v, -w)))
        return found

    def __repr__(self) -> str:
        return f"<Bonds: {len(self.edges)} bonds by {self.rule}>"
