"""The building units of a net: identical ones counted once."""

from collections.abc import Iterator
from dataclasses import dataclass

from carvsdb.atoms.elements import is_metal
from carvsdb.atoms.ligands import name_of
from carvsdb.atoms.structure import Structure
from carvsdb.net import Net
from carvsdb_ingest.clustering import Clustered
from carvsdb_ingest.clustering.cells import Offset, minus, plus
from carvsdb_ingest.units.contacts import GUEST, TERMINAL, VERTEX, Contacts
from carvsdb_ingest.units.drawing import Drawer
from carvsdb_ingest.units.formulas import cluster_formula, composition
from carvsdb_ingest.units.identity import unit_key
from carvsdb_ingest.units.molecules import Molecule
from carvsdb_ingest.units.partition import Partition, partition
from carvsdb_schemas.description import UNIT_KINDS, UNIT_ROLES, UnitDescription

METAL, METALLOLIGAND, INORGANIC, LINKER, FRAGMENT, LIGAND, _ = UNIT_KINDS
WHOLE = UNIT_ROLES[-1]
"""The role of a linker that the clustering takes apart: its atoms are those of its parts, and are not counted again."""

_CLUSTERS = frozenset({METAL, METALLOLIGAND, INORGANIC})
_DRAWN = frozenset({LINKER, LIGAND, GUEST})


@dataclass(frozen=True, slots=True)
class BuildingUnit:
    """Identical units of a net.

    Attributes
    ----------
    key : str
        The same for identical units, whatever the structure: 12 hexadecimal digits.
    kind : str
        ``metal``, ``linker``, ``metalloligand``, ``ligand`` (a terminal molecule with carbon), ``fragment`` (of a
        molecule), ``inorganic`` (neither metal nor carbon), ``guest``.
    role : str
        ``vertex``, ``edge``, ``between``, ``terminal``, ``guest``, or ``whole``.
    degree : int
        Of the vertex in the net; of others how many units it touches.
    formula : str
        ``Zn4O(CO2)6``: with the ends of linkers, which are atoms of these, in brackets; of linkers in Hill order.
    composition : str
        Of its own atoms, in Hill order.
    metals : tuple of str
    atoms : tuple of tuple of int
        For each of the identical units its atoms, by their place in the structure.
    points_of_extension : tuple of tuple of int
        For each the atoms at which it extends: its own (of a linker), or those of the linkers around it (of a metal).
    molecule : Molecule or None
        Of a linker, a ligand or a guest with carbon, if molecules were drawn.
    """

    key: str
    kind: str
    role: str
    degree: int
    formula: str
    composition: str
    metals: tuple[str, ...]
    atoms: tuple[tuple[int, ...], ...]
    points_of_extension: tuple[tuple[int, ...], ...]
    molecule: Molecule | None = None

    @property
    def count(self) -> int:
        """How many there are in the cell."""
        return len(self.atoms)

    @property
    def name(self) -> str | None:
        """The trivial name of a well-known ligand."""
        return None if self.molecule is None else name_of(self.molecule.parent)

    def described(self) -> UnitDescription:
        """Return it as `describe` says it."""
        molecule = self.molecule or Molecule()
        return UnitDescription(
            key=self.key,
            kind=self.kind,
            role=self.role,
            count=self.count,
            degree=self.degree,
            formula=self.formula,
            composition=self.composition,
            name=self.name,
            smiles=molecule.smiles,
            inchikey=molecule.inchikey,
            parent=molecule.parent,
            charge=molecule.charge,
            metals=list(self.metals),
            points_of_extension=len(self.points_of_extension[0]),
            doubts=list(molecule.doubts),
            atoms=[list(one) for one in self.atoms],
            extension_atoms=[list(one) for one in self.points_of_extension],
        )


def find_units(
    structure: Structure, clustered: Clustered, net: Net | None = None, *, chemistry: bool = True
) -> tuple[BuildingUnit, ...]:
    """Find the units of a net, and the guests of its structure: metal units, linkers, fragments, guests.

    Each atom belongs to one unit (of a role other than ``whole``).

    Parameters
    ----------
    structure : Structure
    clustered : Clustered
        From `carvsdb_ingest.clustering.cluster`.
    net : Net, optional
        In place of that of the clustering: the same with its linkers as edges.
    chemistry : bool
        Whether to draw molecules, which takes RDKit.

    Raises
    ------
    MissingExtraError
        If molecules are to be drawn and RDKit is not installed.
    """
    net = net or clustered.net
    work = _Finder(structure, clustered, net)
    same: dict[BuildingUnit, list[BuildingUnit]] = {}
    for unit in (*work.units(), *work.whole_linkers()):
        same.setdefault(_unplaced(unit), []).append(unit)
    molecules = _molecules(Drawer(structure, work.parts), same) if chemistry else {}
    found = []
    for one, copies in same.items():
        found.append(
            BuildingUnit(
                one.key,
                one.kind,
                one.role,
                one.degree,
                one.formula,
                one.composition,
                one.metals,
                tuple(copy.atoms[0] for copy in copies),
                tuple(copy.points_of_extension[0] for copy in copies),
                molecules.get(one.key) if one.kind in _DRAWN else None,
            )
        )
    return tuple(sorted(found, key=_order))


def _molecules(drawer: Drawer, same: dict[BuildingUnit, list[BuildingUnit]]) -> dict[str, Molecule | None]:
    """Draw one molecule by key, whatever the role of the units that have it."""
    atoms: dict[str, list[tuple[int, ...]]] = {}
    for one, copies in same.items():
        if one.kind in _DRAWN:
            atoms.setdefault(one.key, []).extend(copy.atoms[0] for copy in copies)
    return {key: drawer.draw(copies) for key, copies in atoms.items()}


def _unplaced(unit: BuildingUnit) -> BuildingUnit:
    """Return what identical units have in common."""
    points = (tuple(range(len(unit.points_of_extension[0]))),)
    return BuildingUnit(
        unit.key, unit.kind, unit.role, unit.degree, unit.formula, unit.composition, unit.metals, (), points
    )


def _order(unit: BuildingUnit) -> tuple[bool, bool, int, bool, str, str, int]:
    place = UNIT_KINDS.index(unit.kind)
    return unit.role == GUEST, unit.role == WHOLE, place, unit.role != VERTEX, unit.formula, unit.key, unit.degree


class _Finder:
    def __init__(self, structure: Structure, clustered: Clustered, net: Net) -> None:
        self.elements = structure.elements
        self.parts: Partition = partition(structure, clustered, net.n_vertices)
        self.contacts = Contacts(self.parts, self.elements)
        self.degrees: list[int] = net.degrees().tolist()
        self.kinds = [self.kind(unit) for unit in range(len(self.parts.atoms))]

    def kind(self, unit: int) -> str:
        """Tell of what kind a unit is."""
        atoms, role, ligands = self.parts.atoms[unit], self.contacts.roles[unit], self.parts.ligands
        carbon = any(self.elements[atom] == "C" for atom in atoms)
        if role == GUEST:
            return GUEST
        if any(is_metal(self.elements[atom]) for atom in atoms):
            return METALLOLIGAND if carbon else METAL
        ligand = ligands.ligand_of[atoms[0]]
        group = ligands.groups[ligand]
        if len(group.atoms) == len(atoms) and not group.is_infinite:
            return INORGANIC if not carbon else LIGAND if role == TERMINAL else LINKER
        return FRAGMENT if ligands.holds_carbon[ligand] else INORGANIC

    def units(self) -> Iterator[BuildingUnit]:
        """Yield each unit by itself."""
        for unit, atoms in enumerate(self.parts.atoms):
            kind, role, vertex = self.kinds[unit], self.contacts.roles[unit], self.parts.vertex[unit]
            ends = self.contacts.ends(unit) if kind in _CLUSTERS else None
            written = kind == METAL or (kind == INORGANIC and role == VERTEX)
            yield BuildingUnit(
                unit_key(self.parts.graph, self.elements, atoms, ends),
                kind,
                role,
                self.contacts.degrees[unit] if vertex is None else self.degrees[vertex],
                cluster_formula(self.contacts, unit) if written else composition(self.elements, atoms),
                composition(self.elements, atoms),
                tuple(sorted({self.elements[atom] for atom in atoms if is_metal(self.elements[atom])})),
                (tuple(atoms),),
                (tuple(atom for atom, _ in self.contacts.points(unit, own=kind not in _CLUSTERS)),),
            )

    def whole_linkers(self) -> Iterator[BuildingUnit]:
        """Yield the linkers that are several units, or parts of others."""
        ligands = self.parts.ligands
        for number, group in enumerate(ligands.groups):
            if not ligands.holds_carbon[number] or not ligands.on_metal[number] or group.is_infinite:
                continue
            atoms = sorted(group.atoms)
            kinds = {self.kinds[self.parts.unit_of[atom]] for atom in atoms}
            if not kinds & {FRAGMENT, METALLOLIGAND}:
                continue
            touched, points = set(), set()
            for atom in atoms:
                for other, offset in self.parts.graph[atom]:
                    if is_metal(self.elements[other]):
                        points.add(self.contacts.head(atom))
                        touched.add(self._instance(other, plus(group.atoms[atom], offset)))
            text = composition(self.elements, atoms)
            key = unit_key(self.parts.graph, self.elements, atoms)
            yield BuildingUnit(
                key, LINKER, WHOLE, len(touched), text, text, (), (tuple(atoms),), (tuple(sorted(points)),)
            )

    def _instance(self, atom: int, cell: Offset) -> tuple[int, Offset]:
        return self.parts.unit_of[atom], minus(cell, self.parts.cell_of[atom])
