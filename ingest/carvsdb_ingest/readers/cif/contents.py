"""What a CIF block says that the cell holds (formula, Z, density), compared with the atoms that were read."""

from dataclasses import dataclass

import gemmi
import numpy as np
from gemmi import cif
from numpy.typing import NDArray

from carvsdb.atoms.elements import DALTON_PER_CUBIC_ANGSTROM, covalent_radius
from carvsdb.atoms.formula import amounts_of_formula
from carvsdb.atoms.pairs import near_pairs
from carvsdb.atoms.structure import Structure
from carvsdb.atoms.symmetry_operations import Operations
from carvsdb.errors import InputError
from carvsdb_ingest.readers.cif.sites import Sites

_FORMULA = ("_chemical_formula_sum", "_chemical_formula.sum")
_STRUCTURAL = ("_chemical_formula_structural", "_chemical_formula.structural")
_UNITS = ("_cell_formula_units_Z", "_cell.formula_units_Z")
_DENSITY = ("_exptl_crystal_density_diffrn", "_exptl_crystal.density_diffrn")
_SAME_PLACE = 0.3
_SHARE = 0.05
_CLOSE = 0.95
_MOST_IMAGES = 40_000


@dataclass(frozen=True, slots=True)
class Contents:
    """What the cell should hold.

    Attributes
    ----------
    formula : dict of str to float
        Atoms in a formula unit; empty if the block gives no formula that can be read. Deuterium counts as H.
    units : float or None
        Formula units in the cell.
    density : float or None
        In g/cm³.
    """

    formula: dict[str, float]
    units: float | None
    density: float | None

    @classmethod
    def of(cls, block: cif.Block) -> "Contents":
        """Read formula, Z and density of a block.

        Where the sum is Z times the structural formula it is that of the whole cell, as pymatgen writes it.
        """
        formula, units = _formula(_text(block, _FORMULA)), _number(_text(block, _UNITS))
        unit = _formula(_text(block, _STRUCTURAL))
        if units and unit and formula == {element: units * number for element, number in unit.items()}:
            units = 1.0
        return cls(formula, units, _number(_text(block, _DENSITY)))

    @property
    def basis(self) -> str:
        """What there is to compare with, as a sentence says it."""
        parts = ["formula"] if self.formula else []
        parts += ["Z"] if self.formula and self.units else []
        parts += ["density"] if self.density else []
        return " and ".join(("the " + ", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else f"the {''.join(parts)}"

    def mismatch(self, found: dict[str, float], cell: NDArray[np.float64]) -> float | None:
        """Return by how much atoms differ from what the cell should hold, as a share; None if nothing is said."""
        errors = []
        wanted = self._wanted(found)
        if wanted:
            heavy = {element for element in (*wanted, *found) if element != "H"} or {"H"}
            apart = sum(abs(found.get(element, 0.0) - wanted.get(element, 0.0)) for element in heavy)
            errors.append(apart / (sum(wanted.get(element, 0.0) for element in heavy) or 1.0))
        if self.density:
            errors.append(abs(_density(found, cell) / self.density - 1))
        return sum(errors) if errors else None

    def doubts(self, found: dict[str, float], cell: NDArray[np.float64]) -> list[str]:
        """Say what the atoms and the formula, Z or density do not agree about."""
        said = []
        wanted = self._wanted(found)
        if wanted:
            said += self._by_formula(wanted, found)
        density = _density(found, cell)
        if self.density and abs(density / self.density - 1) > _SHARE and not said:
            said.append(f"density {density:.3f} g/cm³ by the atoms, {self.density:.3f} in the file")
        return said

    def _by_formula(self, wanted: dict[str, float], found: dict[str, float]) -> list[str]:
        heavy = [element for element in wanted if element != "H"]
        ratios = np.array([found.get(element, 0.0) / wanted[element] for element in heavy])
        strange = [element for element in found if element not in wanted]
        if len(ratios) and not strange and np.ptp(ratios) <= _SHARE * ratios.mean() and abs(ratios[0] - 1) > _SHARE:
            many = f"{ratios.mean():.3g} times the atoms of the formula and Z"
            return [f"the cell holds {many}: is the centring or the origin another one?"]
        lacking = [one for one in heavy if found.get(one, 0.0) < (1 - _SHARE) * wanted[one] - 0.01]
        beyond = [one for one in heavy if found.get(one, 0.0) > (1 + _SHARE) * wanted[one] + 0.01] + [
            one for one in strange if one != "H"
        ]
        said = []
        for what, elements in (("less", lacking), ("more", beyond)):
            if elements:
                listed = ", ".join(
                    f"{one} {found.get(one, 0.0):.6g} instead of {wanted.get(one, 0.0):.6g}" for one in elements
                )
                said.append(f"the cell holds {what} than the formula says: {listed}")
        if "H" in wanted and found.get("H", 0.0) < (1 - _SHARE) * wanted["H"] - 0.01:
            said.append(f"hydrogens are missing: {found.get('H', 0.0):.6g} of {wanted['H']:.6g}")
        return said

    def _wanted(self, found: dict[str, float]) -> dict[str, float]:
        """Return the atoms that the cell should hold; without Z for as many formula units as fit best."""
        if not self.formula:
            return {}
        units = self.units
        if not units:
            counted = [one for one in self.formula if one != "H" and one in found] or list(self.formula)
            units = float(np.median([found.get(one, 0.0) / self.formula[one] for one in counted])) or 1.0
        return {element: number * units for element, number in self.formula.items()}


def found_contents(sites: Sites, operations: Operations, cell: NDArray[np.float64]) -> dict[str, float]:
    """Count the atoms of the cell by element, by their occupancies."""
    rotations, translations = operations
    found: dict[str, float] = {}
    if len(rotations) == 1:
        for element, occupancy in zip(sites.elements, sites.occupancies.tolist(), strict=True):
            symbol = "H" if element == "D" else element
            found[symbol] = found.get(symbol, 0.0) + occupancy
        return found
    for element, position, occupancy in zip(sites.elements, sites.positions, sites.occupancies.tolist(), strict=True):
        apart = rotations @ position + translations - position
        # The operations that leave an atom where it is are a group, whose order divides that of the whole.
        stay = int((np.linalg.norm((apart - np.rint(apart)) @ cell, axis=1) < _SAME_PLACE).sum())
        symbol = "H" if element == "D" else element
        found[symbol] = found.get(symbol, 0.0) + occupancy * len(rotations) / max(stay, 1)
    return found


def same_atoms(sites: Sites, first: Operations, second: Operations, cell: NDArray[np.float64]) -> bool:
    """Tell whether two groups make the same atoms of the sites: where the sites are all atoms of the cell already."""
    if len(first[0]) > len(second[0]):
        first, second = second, first
    if len(sites.elements) * len(second[0]) > _MOST_IMAGES:
        second = (second[0][:: len(second[0]) // 8], second[1][:: len(second[0]) // 8])
    elements, positions = _images(sites, first)
    others, images = _images(sites, second)
    if len(images) > _MOST_IMAGES or len(positions) > _MOST_IMAGES:
        return False
    for element in set(elements):
        there = positions[[one == element for one in elements]]
        here = images[[one == element for one in others]]
        for chunk in range(0, len(here), 256):
            apart = here[chunk : chunk + 256, None, :] - there[None, :, :]
            distances = np.linalg.norm((apart - np.rint(apart)) @ cell, axis=2)
            if (distances.min(axis=1) > _SAME_PLACE).any():
                return False
    return True


def crowding(sites: Sites, operations: Operations, cell: NDArray[np.float64]) -> float:
    """Measure how crowded atoms are: the mean over atoms of the squared overlaps with their neighbours."""
    if len(sites.elements) * len(operations[0]) > _MOST_IMAGES:
        return 0.0
    elements, positions = _images(sites, operations)
    radii = np.array([covalent_radius(element) for element in elements])
    structure = Structure(elements, positions, cell, ("",) * len(elements))
    rows, lengths = near_pairs(structure, 2 * _CLOSE * float(radii.max()))
    bonds = _CLOSE * (radii[rows[:, 0]] + radii[rows[:, 1]])
    overlap = np.where(lengths > 0.05, np.clip(1 - lengths / bonds, 0, None), 0.0)
    return float((overlap**2).sum() / len(elements))


def _images(sites: Sites, operations: Operations) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    rotations, translations = operations
    images = np.einsum("oij,sj->soi", rotations, sites.positions) + translations[None, :, :]
    site = np.repeat(np.arange(len(sites.elements)), len(rotations))
    positions = images.reshape(-1, 3) % 1.0
    rounded = np.rint(positions * 1e3).astype(np.int64) % 1000
    _, first = np.unique(np.column_stack([site, rounded]), axis=0, return_index=True)
    return tuple(sites.elements[index] for index in site[first].tolist()), positions[first]


def _density(found: dict[str, float], cell: NDArray[np.float64]) -> float:
    mass = sum(number * gemmi.Element(element).weight for element, number in found.items())
    return float(mass / abs(np.linalg.det(cell)) * DALTON_PER_CUBIC_ANGSTROM)


def _formula(text: str) -> dict[str, float]:
    """Read ``C8 H4 O4 Zn``; what cannot be read (an unknown number of units) gives nothing."""
    try:
        amounts = amounts_of_formula("".join(text.replace("'", " ").split()))
    except InputError:
        return {}
    amounts["H"] = amounts.get("H", 0.0) + amounts.pop("D", 0.0)
    return {element: number for element, number in amounts.items() if number > 0}


def _number(text: str) -> float | None:
    number = float(cif.as_number(text)) if text else float("nan")
    return number if np.isfinite(number) and number > 0 else None


def _text(block: cif.Block, tags: tuple[str, ...]) -> str:
    for tag in tags:
        text = block.find_value(tag)
        if text is not None and not cif.is_null(text):
            return cif.as_string(text).strip()
    return ""
