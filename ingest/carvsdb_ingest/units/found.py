"""The building units of a net: identical ones counted once."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from carvsdb.atoms.elements import is_metal
from carvsdb.atoms.structure import Structure
from carvsdb.net import Net
from carvsdb_ingest.clustering import Clustered
from carvsdb_ingest.units.contacts import GUEST, TERMINAL, VERTEX, Contacts
from carvsdb_ingest.units.formulas import cluster_formula, composition
from carvsdb_ingest.units.identity import unit_key
from carvsdb_ingest.units.molecules import Molecule, molecule_of
from carvsdb_ingest.units.partition import Partition, partition

METAL, METALLOLIGAND, LINKER, LIGAND, FRAGMENT, INORGANIC, MOLECULE = (
    "metal", "metalloligand", "linker", "ligand", "fragment", "inorganic", "guest"
)  # fmt: skip
WHOLE = "whole"
"""The role of a linker that the clustering takes apart: its atoms are those of its parts, and are not counted again."""


@dataclass(frozen=True, slots=True, eq=False)
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
        Of a linker, a ligand or a guest with carbon.
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


@dataclass(frozen=True, slots=True, eq=False)
class StructureUnits:
    """All units of a net, and the guests of its structure."""

    units: tuple[BuildingUnit, ...]


def find_units(structure: Structure, clustered: Clustered, net: Net | None = None, *, chemistry: bool = True) -> StructureUnits:
    """Find the units of a net.

    Parameters
    ----------
    structure : Structure
    clustered : Clustered
    net : Net, optional
        In place of that of the clustering: the same with its linkers as edges.
    chemistry : bool
        Whether to draw the molecules, which takes RDKit.

    Raises
    ------
    MissingExtraError
        If molecules are to be drawn and RDKit is not installed.
    """
    net = net or clustered.net
    parts = partition(structure, clustered, net.n_vertices)
    contacts = Contacts(parts, structure.elements)
    degrees = net.degrees().tolist()
    rows: dict[tuple[str, str, str, int, int, str], list[int]] = {}
    for unit, atoms in enumerate(parts.atoms):
        kind = _kind(parts, contacts, unit)
        vertex = parts.vertex[unit]
        degree = contacts.degrees[unit] if vertex is None else int(degrees[vertex])
        own = kind not in (METAL, INORGANIC, METALLOLIGAND)
        key = unit_key(contacts, unit, with_ends=not own and contacts.roles[unit] != GUEST)
        points = len(contacts.points(unit, own=own))
        clusters = kind == METAL or (kind == INORGANIC and vertex is not None)
        formula = cluster_formula(contacts, unit) if clusters else composition(structure.elements, atoms)
        rows.setdefault((kind, contacts.roles[unit], key, degree, points, formula), []).append(unit)
    found = []
    drawer = _Drawer(structure, parts) if chemistry else None
    for (kind, role, key, degree, _, formula), same in rows.items():
        first = parts.atoms[same[0]]
        own = kind not in (METAL, INORGANIC, METALLOLIGAND)
        molecule = None
        if drawer is not None and kind in (LINKER, LIGAND, MOLECULE):
            molecule = drawer.draw(key, first)
        found.append(
            BuildingUnit(
                key,
                kind,
                role,
                degree,
                formula,
                composition(structure.elements, first),
                tuple(sorted({structure.elements[atom] for atom in first if is_metal(structure.elements[atom])})),
                tuple(tuple(parts.atoms[unit]) for unit in same),
                tuple(tuple(atom for atom, _ in contacts.points(unit, own=own)) for unit in same),
                molecule,
            )
        )
    return StructureUnits(tuple(sorted(found, key=_order)))


def _kind(parts: Partition, contacts: Contacts, unit: int) -> str:
    elements, atoms = contacts.elements, parts.atoms[unit]
    carbon = any(elements[atom] == "C" for atom in atoms)
    role = contacts.roles[unit]
    if role == GUEST:
        return MOLECULE
    if any(is_metal(elements[atom]) for atom in atoms):
        return METALLOLIGAND if carbon else METAL
    ligand = parts.ligands.ligand_of[atoms[0]]
    if len(parts.ligands.groups[ligand].atoms) == len(atoms) and not parts.ligands.groups[ligand].is_infinite:
        return INORGANIC if not carbon else LIGAND if role == TERMINAL else LINKER
    return FRAGMENT if parts.ligands.holds_carbon[ligand] else INORGANIC


_KINDS = (METAL, METALLOLIGAND, INORGANIC, LINKER, FRAGMENT, LIGAND, MOLECULE)


def _order(unit: BuildingUnit) -> tuple[bool, bool, int, int, str, str, int]:
    guest = unit.role == GUEST
    return guest, unit.role == WHOLE, _KINDS.index(unit.kind), unit.role != VERTEX, unit.formula, unit.key, unit.degree


class _Drawer:
    """Draws each kind of molecule once."""

    def __init__(self, structure: Structure, parts: Partition) -> None:
        self.structure, self.parts = structure, parts
        self.drawn: dict[str, Molecule | None] = {}

    def draw(self, key: str, atoms: list[int]) -> Molecule | None:
        elements = self.structure.elements
        if not any(elements[atom] == "C" for atom in atoms) or any(is_metal(elements[atom]) for atom in atoms):
            return None
        if key not in self.drawn:
            number = {atom: place for place, atom in enumerate(atoms)}
            bonds = sorted(
                {
                    (min(number[atom], number[other]), max(number[atom], number[other]))
                    for atom in atoms
                    for other, _ in self.parts.graph[atom]
                    if other in number
                }
            )
            cells = np.array([self.parts.cell_of[atom] for atom in atoms])
            places = (self.structure.positions[atoms] + cells) @ self.structure.cell
            on_metal = [any(is_metal(elements[other]) for other, _ in self.parts.graph[atom]) for atom in atoms]
            self.drawn[key] = molecule_of(tuple(elements[atom] for atom in atoms), places, bonds, on_metal)
        return self.drawn[key]
