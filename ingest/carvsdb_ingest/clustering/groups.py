"""Connected components of atoms, and whether they repeat for ever (are periodic)."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from carvsdb_ingest.clustering.cells import HOME, Graph, Offset, minus, plus


@dataclass(slots=True)
class Group:
    """A connected set of atoms.

    Attributes
    ----------
    atoms : dict of int to offset
        Each atom with the cell in which the group of cell 0 has it.
    closing : list of offset
        Translations that lead from an atom of the group to its own image along bonds within the group.
    """

    atoms: dict[int, Offset]
    closing: list[Offset] = field(default_factory=list)

    @property
    def is_infinite(self) -> bool:
        """True if the group is a rod, a sheet or a framework."""
        return bool(self.closing)

    @property
    def periodicity(self) -> int:
        """Number of independent directions in which the group repeats, 0 to 3."""
        return int(np.linalg.matrix_rank(np.array(sorted(set(self.closing))))) if self.closing else 0

    def moved(self, offset: Offset) -> dict[int, Offset]:
        """Return the atoms of the group of another cell."""
        return {atom: plus(cell, offset) for atom, cell in self.atoms.items()}


def connected_groups(
    graph: Graph, class_of: Sequence[Hashable | None], members: Iterable[int] | None = None
) -> list[Group]:
    """Find the connected sets of atoms of one class, in the order of their smallest atoms.

    Parameters
    ----------
    graph : list of lists of (int, offset)
        Neighbours of each atom.
    class_of : sequence
        Class of each atom; None for atoms that belong to no set.
    members : iterable of int, optional
        Atoms to look at; default all.
    """
    allowed = set(range(len(graph)) if members is None else members)
    cells: dict[int, Offset] = {}
    found = []
    for start in sorted(allowed):
        if start in cells or class_of[start] is None:
            continue
        kind = class_of[start]
        cells[start] = HOME
        group = Group({start: HOME})
        queue = [start]
        for atom in queue:
            here = cells[atom]
            for other, offset in graph[atom]:
                if other not in allowed or class_of[other] != kind:
                    continue
                there = plus(here, offset)
                if other not in cells:
                    cells[other] = group.atoms[other] = there
                    queue.append(other)
                elif cells[other] != there:
                    group.closing.append(minus(there, cells[other]))
        found.append(group)
    return found
