"""What a unit touches, at which points it extends, and whether it is an edge or hangs from others."""

from collections import Counter
from dataclasses import dataclass

from carvsdb.atoms.elements import HYDROGEN, is_metal
from carvsdb_ingest.clustering.cells import HOME, Offset, Place, minus, plus
from carvsdb_ingest.units.partition import Partition
from carvsdb_schemas.description import UNIT_ROLES

VERTEX, EDGE, BETWEEN, TERMINAL, GUEST, _ = UNIT_ROLES
_CHALCOGENS = frozenset({"O", "S", "Se"})
_HEADS = frozenset({"C", "P", "S", "N", "B", "As", "Si", "Se"})


@dataclass(frozen=True, slots=True)
class Contact:
    """A bond from an atom of a unit of cell 0 to one of another unit.

    Attributes
    ----------
    atom, other : int
    unit : int
        The unit of `other`.
    cell : offset
        The cell of that unit.
    """

    atom: int
    other: int
    unit: int
    cell: Offset


class Contacts:
    """The contacts of all units, and what follows from them.

    Attributes
    ----------
    of_unit : list of list of Contact
    roles : list of str
        ``vertex``; ``edge`` (touches two others), ``between`` (more than two), ``terminal`` (one), ``guest`` (none).
    degrees : list of int
        How many units it touches, without terminal ones.
    """

    def __init__(self, parts: Partition, elements: tuple[str, ...]) -> None:
        self.parts, self.elements = parts, elements
        self.one_class = [0] * len(elements)
        self.of_unit: list[list[Contact]] = [[] for _ in parts.atoms]
        for atom, ends in enumerate(parts.graph):
            unit = parts.unit_of[atom]
            for other, offset in ends:
                cell = minus(plus(parts.cell_of[atom], offset), parts.cell_of[other])
                if parts.unit_of[other] != unit or cell != HOME:
                    self.of_unit[unit].append(Contact(atom, other, parts.unit_of[other], cell))
        self.roles, self.degrees = self._roles()

    def _roles(self) -> tuple[list[str], list[int]]:
        around = [{(one.unit, one.cell) for one in contacts} for contacts in self.of_unit]
        roles = [
            GUEST if not ends and vertex is None else "" for ends, vertex in zip(around, self.parts.vertex, strict=True)
        ]
        for unit, vertex in enumerate(self.parts.vertex):
            if vertex is not None:
                roles[unit] = VERTEX
        queue = list(range(len(around)))
        for unit in queue:
            if not roles[unit] and len(around[unit]) == 1:
                roles[unit] = TERMINAL
                ((other, cell),) = around[unit]
                around[other].discard((unit, minus(HOME, cell)))
                queue.append(other)
        for unit, ends in enumerate(around):
            roles[unit] = roles[unit] or (EDGE if len(ends) == 2 else BETWEEN if ends else TERMINAL)
        return roles, [len(ends) for ends in around]

    def points(self, unit: int, *, own: bool) -> list[Place]:
        """Return the points of extension of a unit: atoms with their cells.

        Parameters
        ----------
        unit : int
        own : bool
            Those that are atoms of the unit (of a linker), or those of what it touches (of a metal cluster).

        Notes
        -----
        The O of a carboxylate, the O of a phosphonate or sulfonate count as one point, their C, P or S; all other atoms
        count for themselves.
        """
        found: set[Place] = set()
        for one in self.of_unit[unit]:
            if own:
                found.add((self.head(one.atom), HOME))
            else:
                found.add((self.head(one.other), one.cell))
        return sorted(found)

    def ends(self, unit: int) -> dict[int, list[str]]:
        """Return what holds the atoms of a unit: of each atom the groups at its bonds to other units."""
        found: dict[int, list[str]] = {}
        for one in self.of_unit[unit]:
            found.setdefault(one.atom, []).append(self.group(self.head(one.other)))
        return found

    def head(self, donor: int) -> int:
        """Return the atom that a donor is a part of: the C of a carboxylate for its O, else the donor itself."""
        if self.elements[donor] not in _CHALCOGENS:
            return donor
        held = self._covalent(donor)
        if len(held) != 1 or self.elements[held[0]] not in _HEADS:
            return donor
        return held[0] if len(self.arms(held[0])) > 1 else donor

    def arms(self, head: int) -> list[int]:
        """Return the O, S and Se that hang from an atom, and from no other atom but metals and H."""
        return [
            other
            for other in self._covalent(head)
            if self.elements[other] in _CHALCOGENS and len(self._covalent(other)) == 1
        ]

    def group(self, head: int) -> str:
        """Write what a point of extension is: ``CO2``, ``PO3``, ``N``."""
        if self.elements[head] in _HEADS:
            arms = Counter(self.elements[arm] for arm in self.arms(head))
            if sum(arms.values()) > 1:
                return self.elements[head] + "".join(
                    f"{symbol}{number if number > 1 else ''}" for symbol, number in sorted(arms.items())
                )
        return self.elements[head]

    def _covalent(self, atom: int) -> list[int]:
        """Return the neighbours of an atom other than metals and H."""
        return [
            other
            for other, _ in self.parts.graph[atom]
            if self.elements[other] not in HYDROGEN and not is_metal(self.elements[other])
        ]
