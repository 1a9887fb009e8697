"""Frameworks of tetrahedral (T) atoms and oxygen, and what sits in their cavities without being part of them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import ALKALI, HYDROGEN, METALLOIDS, covalent_radius, is_metal
from carvsdb.atoms.structure import Structure
from carvsdb_ingest.bonds import Bonds
from carvsdb_ingest.clustering.cells import Graph
from carvsdb_ingest.clustering.extra_anions import extra_anions
from carvsdb_ingest.clustering.groups import connected_groups

_ANIONS = frozenset({"O", "S", "Se", "N", "F"})
_IONIC_ANIONS = frozenset({"O", "F"})
_LONG_BOND = 2.2
_SHORTENING = 0.05
_MOSTLY, _HALF, _FEW = 0.8, 0.5, 0.2
_COORDINATIONS = range(3, 7)


@dataclass(frozen=True, slots=True, eq=False)
class OxideFramework:
    """What of a structure is a framework of T atoms and O (S, Se, N, F).

    Attributes
    ----------
    bonds : Bonds
        Those of the structure; in a framework without those of cations, of saturated O to templates, and between T
        atoms.
    t_atoms : frozenset of int
        Atoms of the framework that are nodes; empty if the structure is no such framework.
    cations : frozenset of int
        Metal atoms in its cavities.
    """

    bonds: Bonds
    t_atoms: frozenset[int] = frozenset()
    cations: frozenset[int] = frozenset()

    @property
    def is_one(self) -> bool:
        """True if the structure is a framework of T atoms and O."""
        return bool(self.t_atoms)


def find_oxide_framework(structure: Structure, bonds: Bonds) -> OxideFramework:
    """Tell the T atoms of an oxide framework from the cations and templates in its cavities.

    Parameters
    ----------
    structure : Structure
    bonds : Bonds

    Returns
    -------
    OxideFramework
        With the bonds as they were and no T atoms, if the structure is no framework of T atoms and O.

    Notes
    -----
    No element is a cation by its name: Zn is a T atom in a zincosilicate and a cation in an exchanged zeolite. A metal
    atom is extra-framework if

    - each O that it touches is bonded to two T atoms without it, or to none (water, hydroxide, the S of a cluster in a
      cage): the framework is complete without it; or
    - its bonds are ionic: 2.2 Å or more on average, and no shorter than the sums of covalent radii less 0.05 Å (Na, K,
      Ca, Ag, Tl; La and Zr hold O much nearer than that). Such atoms may sit on terminal O, too.

    Elements are judged from the longest bonds to the shortest, alkali metals first, so that the Al of a Li
    aluminosilicate is judged when its Li is gone; of two atoms of one element the nearer is the second T atom of an O.
    What remains must be a framework: it repeats, half of its T atoms have four anions and nearly all three to six, at
    least half of its anions join two T atoms and few join more, and no organic molecule joins T atoms.

    Examples
    --------
    >>> import numpy as np
    >>> from carvsdb_ingest.bonds import find_bonds
    >>> places = [[0, 0, 0], [2, 2, 2], [1, 1, 1], [5, 1, 1], [1, 5, 1], [1, 1, 5], [5, 5, 5]]
    >>> stuffed = Structure(tuple("Si Al O O O O K".split()), np.array(places) / 8,
    ...                     3.7 * np.array([[0, 1.0, 1.0], [1.0, 0, 1.0], [1.0, 1.0, 0]]), tuple("ABcdefK"))
    >>> found = find_oxide_framework(stuffed, find_bonds(stuffed))
    >>> sorted(found.t_atoms), sorted(found.cations)
    ([0, 1], [6])
    """
    unchanged = OxideFramework(bonds)
    elements = structure.elements
    if not _ANIONS & set(elements) or not _have_anions(structure, bonds):
        return unchanged
    sorter = _Sorter(structure, bonds)
    if not sorter.may_be_one():
        return unchanged
    weak = sorter.ionic()
    for start in (weak, set[int]()) if weak else (weak,):
        cations = sorter.cations(start)
        t_atoms = sorter.framework(cations)
        if t_atoms:
            return OxideFramework(sorter.cut(t_atoms, cations), frozenset(t_atoms), frozenset(cations))
    return unchanged


def _have_anions(structure: Structure, bonds: Bonds) -> bool:
    """Tell soon, by counting bonds, that in most structures with carbon no atom has three anions.

    As `_Sorter` sees them: all bonds of an anion lead to atoms that may be T atoms, or two of them do.
    """
    kinds, kind = np.unique(structure.elements, return_inverse=True)
    able = np.array([_is_able(element) for element in kinds.tolist()], bool)[kind]
    heavy = ~np.isin(kinds, list(HYDROGEN))[kind]
    ends = np.concatenate([bonds.edges[:, :2], bonds.edges[:, 1::-1]])

    def around(atoms: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.asarray(np.bincount(ends[atoms[ends[:, 1]], 0], minlength=structure.n_atoms), np.int64)

    to_able = around(able)
    anion = np.isin(kinds, list(_ANIONS))[kind] & ((to_able >= 2) | (to_able == around(heavy)))
    return bool((around(anion)[able] >= _COORDINATIONS[0]).any())


def _is_able(element: str) -> bool:
    """Tell whether an element may be a T atom, or a cation."""
    return is_metal(element) or element in METALLOIDS or element == "P"


class _Sorter:
    def __init__(self, structure: Structure, bonds: Bonds) -> None:
        self.structure, self.bonds, self.elements = structure, bonds, structure.elements
        self.graph: Graph = bonds.neighbours(structure.n_atoms)
        self.metal = [is_metal(element) for element in self.elements]
        self.able = [_is_able(element) for element in self.elements]
        self.anion = [self._is_anion(atom) for atom in range(structure.n_atoms)]
        self.reach: list[list[tuple[float, float]]] = [[] for _ in self.elements]
        self.holders: list[list[tuple[float, int]]] = [[] for _ in self.elements]
        for (src, dst, *_), length in zip(bonds.edges.tolist(), bonds.lengths.tolist(), strict=True):
            for atom, other in ((src, dst), (dst, src)):
                if self.able[atom] and self.anion[other]:
                    radii = covalent_radius(self.elements[atom]) + covalent_radius(self.elements[other])
                    self.holders[other].append((length, atom))
                    self.reach[atom].append((length, radii if self.elements[other] in _IONIC_ANIONS else np.inf))

    def _is_anion(self, atom: int) -> bool:
        """Tell whether an atom is a single anion; O on C is one only if that is of a template that came too near."""
        if self.elements[atom] not in _ANIONS:
            return False
        around = [other for other, _ in self.graph[atom] if self.elements[other] not in HYDROGEN]
        if all(self.able[other] for other in around):
            return True
        t_atoms = [other for other in around if self.able[other] and not self._is_far(other)]
        return len(t_atoms) >= 2 and any(not self.metal[other] for other in t_atoms)

    def _is_far(self, atom: int) -> bool:
        return self.elements[atom] in ALKALI

    def may_be_one(self) -> bool:
        """Tell soon that most structures with carbon are no oxide framework."""
        able = [atom for atom, able in enumerate(self.able) if able]
        return any(sum(self.anion[other] for other, _ in self.graph[atom]) >= _COORDINATIONS[0] for atom in able)

    def ionic(self) -> set[int]:
        """Return the metal atoms whose bonds to O and F are long and no shorter than covalent radii."""
        found = set()
        for atom, reach in enumerate(self.reach):
            if self.metal[atom] and reach:
                length, radii = np.mean(reach, axis=0)
                if length >= _LONG_BOND and length >= radii - _SHORTENING:
                    found.add(atom)
        return found

    def cations(self, ionic: Iterable[int]) -> set[int]:
        """Return the metal atoms without which the framework is complete."""
        gone = set(ionic)
        by_element: dict[str, list[int]] = {}
        for atom, element in enumerate(self.elements):
            if self.metal[atom] and atom not in gone:
                by_element.setdefault(element, []).append(atom)
        means = {
            element: float(np.mean([length for atom in atoms for length, _ in self.reach[atom]] or [np.inf]))
            for element, atoms in by_element.items()
        }
        for element in sorted(by_element, key=lambda element: (element not in ALKALI, -means[element], element)):
            gone |= self._superfluous(set(by_element[element]), gone)
        return gone

    def _superfluous(self, atoms: set[int], gone: set[int]) -> set[int]:
        """Return those of some atoms of one element that no anion needs as its second T atom."""
        while True:
            needed = set[int]()
            for anion in {anion for atom in atoms for anion in self._anions(atom)}:
                needed |= self._needed(anion, atoms, gone)
            if not needed:
                return atoms
            atoms = atoms - needed

    def _anions(self, atom: int) -> list[int]:
        return [other for other, _ in self.graph[atom] if self.anion[other]]

    def _needed(self, anion: int, atoms: set[int], gone: set[int]) -> set[int]:
        """Return which of some atoms an anion on one other T atom needs as its second: the nearest, or all as near."""
        holders = [(length, atom) for length, atom in self.holders[anion] if atom not in gone]
        if sum(atom not in atoms for _, atom in holders) != 1:
            return set()
        inside = [(length, atom) for length, atom in holders if atom in atoms]
        nearest = min(inside)[0]
        return {atom for length, atom in inside if length <= nearest + _SHORTENING}

    def framework(self, cations: set[int]) -> set[int]:
        """Return the T atoms, if what remains without some atoms is a framework of them; else none."""
        t_atoms = {atom for atom, able in enumerate(self.able) if able and atom not in cations and self._anions(atom)}
        if not t_atoms:
            return set()
        degrees = [len(self._anions(atom)) for atom in t_atoms]
        if sum(degree == 4 for degree in degrees) < _HALF * len(t_atoms):
            return set()
        if sum(degree in _COORDINATIONS for degree in degrees) < _MOSTLY * len(t_atoms):
            return set()
        anions = {anion for atom in t_atoms for anion in self._anions(atom)}
        ends = [sum(other in t_atoms for other, _ in self.graph[anion]) for anion in anions]
        if sum(end == 2 for end in ends) < _HALF * len(ends) or sum(end > 2 for end in ends) > _FEW * len(ends):
            return set()
        inside = connected_groups(self.graph, [0] * len(self.graph), t_atoms | anions)
        held = sum(len(group.atoms) for group in inside if group.is_infinite)
        if held < _MOSTLY * (len(t_atoms) + len(anions)) or self._joined_by_molecules(t_atoms, anions):
            return set()
        return t_atoms

    def _joined_by_molecules(self, t_atoms: set[int], anions: set[int]) -> bool:
        """Tell whether a molecule with carbon is bonded to more than one T atom."""
        rest = [
            atom
            for atom in range(len(self.graph))
            if atom not in t_atoms and atom not in anions and not self.metal[atom]
        ]
        for molecule in connected_groups(self.graph, [0] * len(self.graph), rest):
            if not any(self.elements[atom] == "C" for atom in molecule.atoms):
                continue
            held = sum(other in t_atoms for atom in molecule.atoms for other, _ in self.graph[atom])
            held += sum(
                other in anions and not self._saturated(other, t_atoms)
                for atom in molecule.atoms
                for other, _ in self.graph[atom]
            )
            if held > 1:
                return True
        return False

    def _saturated(self, anion: int, t_atoms: set[int]) -> bool:
        return sum(other in t_atoms for other, _ in self.graph[anion]) >= 2

    def cut(self, t_atoms: set[int], cations: set[int]) -> Bonds:
        """Return the bonds that count.

        Without those of cations (but to C and N of complexes), of saturated anions to others than T atoms and H,
        between T atoms, which large radii (Ti, Zr) suggest across a shared O, and of anions that join T atoms beside
        phosphates.
        """
        kept = np.array([self._stays(row[0], row[1], t_atoms, cations) for row in self.bonds.edges.tolist()], bool)
        extra = extra_anions(self._graph_of(kept), self.elements, range(len(self.graph)))
        for row, (src, dst, *_) in enumerate(self.bonds.edges.tolist()):
            if (src in extra and dst in t_atoms) or (dst in extra and src in t_atoms):
                kept[row] = False
        return replace(self.bonds, edges=self.bonds.edges[kept], lengths=self.bonds.lengths[kept])

    def _graph_of(self, kept: NDArray[np.bool_]) -> Graph:
        rest = replace(self.bonds, edges=self.bonds.edges[kept], lengths=self.bonds.lengths[kept])
        return rest.neighbours(len(self.graph))

    def _stays(self, src: int, dst: int, t_atoms: set[int], cations: set[int]) -> bool:
        if src in t_atoms and dst in t_atoms:
            return False
        for atom, other in ((src, dst), (dst, src)):
            if atom in cations and not (self.elements[other] in ("C", "N") and not self.anion[other]):
                return False
            if self.anion[atom] and self._saturated(atom, t_atoms):
                return other in t_atoms or self.elements[other] in HYDROGEN
        return True
