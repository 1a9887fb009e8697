"""Molecules out of a structure: each kind is drawn once."""

from collections.abc import Sequence

import numpy as np

from carvsdb.atoms.elements import is_metal
from carvsdb.atoms.structure import Structure
from carvsdb_ingest.clustering.groups import connected_groups
from carvsdb_ingest.units.molecules import Molecule, molecule_of
from carvsdb_ingest.units.partition import Partition


class Drawer:
    """Draws the molecules of a structure.

    Parameters
    ----------
    structure : Structure
    parts : Partition
    """

    def __init__(self, structure: Structure, parts: Partition) -> None:
        self._structure, self._parts = structure, parts
        self._one_class = [0] * structure.n_atoms
        self._drawn: dict[str, Molecule | None] = {}

    def draw(self, key: str, atoms: Sequence[int]) -> Molecule | None:
        """Return the molecule of some atoms, None if they hold no carbon, or a metal."""
        if key not in self._drawn:
            self._drawn[key] = self._draw(atoms)
        return self._drawn[key]

    def _draw(self, atoms: Sequence[int]) -> Molecule | None:
        elements, graph = self._structure.elements, self._parts.graph
        if not any(elements[atom] == "C" for atom in atoms) or any(is_metal(elements[atom]) for atom in atoms):
            return None
        (group,) = connected_groups(graph, self._one_class, atoms)
        if group.is_infinite:
            return None
        number = {atom: place for place, atom in enumerate(atoms)}
        pairs = {
            tuple(sorted((number[atom], number[other])))
            for atom in atoms
            for other, _ in graph[atom]
            if other in number
        }
        cells = np.array([group.atoms[atom] for atom in atoms])
        return molecule_of(
            tuple(elements[atom] for atom in atoms),
            (self._structure.positions[list(atoms)] + cells) @ self._structure.cell,
            sorted((one, two) for one, two in pairs),
            [any(is_metal(elements[other]) for other, _ in graph[atom]) for atom in atoms],
        )
