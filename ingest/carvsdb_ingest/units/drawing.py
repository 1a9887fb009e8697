"""Molecules out of a structure: of identical units one is drawn."""

from collections.abc import Sequence

import numpy as np

from carvsdb.atoms.elements import is_metal
from carvsdb.atoms.structure import Structure
from carvsdb_ingest.clustering.cells import Offset, Place, plus
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

    def draw(self, copies: Sequence[Sequence[int]]) -> Molecule | None:
        """Return the molecule of identical units, None if they hold no carbon, or a metal.

        Parameters
        ----------
        copies : sequence of sequence of int
            The atoms of each. The copy whose shortest bonds are the longest is drawn, whatever the order of atoms:
            where a file has disordered copies beside ordered ones, these have bonds that are too short.
        """
        elements = self._structure.elements
        symbols = {elements[atom] for atom in copies[0]}
        if "C" not in symbols or any(map(is_metal, symbols)):
            return None
        return self._draw(max(copies, key=self._lengths) if len(copies) > 1 else copies[0])

    def _lengths(self, atoms: Sequence[int]) -> list[float]:
        """Return the bond lengths of a copy in Å, ascending, without digits that depend on the order of atoms."""
        inside = set(atoms)
        pairs = [(atom, *end) for atom in atoms for end in self._parts.graph[atom] if end[0] in inside]
        if not pairs:
            return []
        src, dst, offsets = (np.array(one) for one in zip(*pairs, strict=True))
        places = self._structure.positions
        lengths = np.linalg.norm((places[dst] + offsets - places[src]) @ self._structure.cell, axis=1)
        return sorted(lengths.round(4).tolist())

    def _draw(self, atoms: Sequence[int]) -> Molecule | None:
        elements, graph = self._structure.elements, self._parts.graph
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
        numbers: dict[Place, int] = {}
        cells = np.array([group.atoms[atom] for atom in atoms])
        return molecule_of(
            tuple(elements[atom] for atom in atoms),
            (self._structure.positions[list(atoms)] + cells) @ self._structure.cell,
            sorted((one, two) for one, two in pairs),
            [self._metals(atom, group.atoms[atom], numbers) for atom in atoms],
        )

    def _metals(self, atom: int, cell: Offset, numbers: dict[Place, int]) -> frozenset[int]:
        """Return the metals that an atom holds, each image by a number of its own."""
        return frozenset(
            numbers.setdefault((other, plus(cell, offset)), len(numbers))
            for other, offset in self._parts.graph[atom]
            if is_metal(self._structure.elements[other])
        )
