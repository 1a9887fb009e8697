"""Which atoms of a model are molecules: those of its file, or finite pieces that bonds hold together."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from carvsdb.atoms.elements import HYDROGEN, covalent_radius
from carvsdb.atoms.formula import hill_formula
from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.molecules import atoms_of_molecules, check_molecules
from carvsdb.errors import InputError
from carvsdb_refine.run.molecules import molecules_by_bonds

# Between these, molecules are made; what holds a framework together is left out.
_ORGANIC = ("B", "C", "N", "O", "F", "P", "S", "Cl", "Br", "I", *sorted(HYDROGEN))
_WITHOUT_CARBON = {"H2O", "N2", "H2", "O2", "H3N", "H4N", "F6P", "BF4", "O4S", "NO3", "O2S"}
_TOLERANCE = 0.25
_MOST_SORTS, _LARGEST = 12, 400


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The molecules of a model.

    Attributes
    ----------
    model : AtomicModel
        With the molecules as they are to move.
    molecules : str
        As in `[start]`: ``none``, ``file`` or ``bonds``.
    bonds : dict of str to float
        For ``bonds``: the longest of each pair, in Å.
    found : str
        What there is, in words.
    """

    model: AtomicModel
    molecules: str
    bonds: dict[str, float]
    found: str


def find_pieces(model: AtomicModel) -> Pieces:
    """Find the molecules of a model.

    Examples
    --------
    >>> water = AtomicModel(("O", "H", "H", "Ar"), [[0, 0, 0], [0.96, 0, 0], [-0.2, 0.9, 0], [5, 5, 5]], 9 * np.eye(3))
    >>> pieces = find_pieces(water)
    >>> pieces.molecules, pieces.bonds, pieces.found
    ('bonds', {'H-O': 1.22}, '1 H2O; 1 atom moves alone')
    """
    if model.molecule_ids is not None:
        counted = _counted(model)
        if counted:
            try:
                check_molecules(model)
                return Pieces(model, "file", {}, f"of the file: {_listed(model, counted)}")
            except InputError:
                pass
    alone = replace(model, molecule_ids=None)
    bonds = _bonds(alone)
    if not bonds:
        return Pieces(alone, "none", {}, "none")
    try:
        bonded = molecules_by_bonds(alone, bonds)
        check_molecules(bonded)
    except InputError:
        return Pieces(alone, "none", {}, "none: what C, N, O and H hold together has no end")
    counted = _counted(bonded)
    if not counted:
        return Pieces(alone, "none", {}, "none")
    if len(counted) > _MOST_SORTS or not all(_is_molecule(formula) for formula in counted):
        return Pieces(alone, "none", {}, "none that are alike")
    if max(len(atoms) for atoms in atoms_of_molecules(bonded)) > _LARGEST:
        return Pieces(alone, "none", {}, f"none of {_LARGEST} atoms or fewer")
    used = _used(bonded, bonds)
    return Pieces(bonded, "bonds", used, _listed(bonded, counted))


def _bonds(model: AtomicModel) -> dict[str, float]:
    """Return the longest bond of each pair that molecules are made of, in Å."""
    species = [symbol for symbol in model.species if symbol in _ORGANIC]
    found = {}
    for index, first in enumerate(species):
        for second in species[index:]:
            both = {first, second}
            # Hydrogens of two molecules come near each other, and oxygens of a framework do.
            if both <= HYDROGEN and set(model.species) - HYDROGEN:
                continue
            length = covalent_radius(first) + covalent_radius(second) + _TOLERANCE
            found[f"{first}-{second}"] = round(length, 2)
    return found


def _used(model: AtomicModel, bonds: dict[str, float]) -> dict[str, float]:
    """Return the bonds that hold molecules together: leaving out the others changes nothing."""
    used = dict(bonds)
    for pair in bonds:
        fewer = {one: length for one, length in used.items() if one != pair}
        assert model.molecule_ids is not None
        same = molecules_by_bonds(model, fewer) if fewer else replace(model, molecule_ids=np.arange(model.n_atoms))
        assert same.molecule_ids is not None
        if _parts(same) == _parts(model):
            used = fewer
    return used


def _parts(model: AtomicModel) -> set[tuple[int, ...]]:
    return {tuple(atoms.tolist()) for atoms in atoms_of_molecules(model) if len(atoms) > 1}


def _counted(model: AtomicModel) -> Counter[str]:
    """Return how many molecules of two atoms or more there are of each formula."""
    counted: Counter[str] = Counter()
    for atoms in atoms_of_molecules(model):
        if len(atoms) > 1:
            counted[hill_formula(Counter(model.elements[atom] for atom in atoms.tolist()))] += 1
    return counted


def _is_molecule(formula: str) -> bool:
    plain = formula.replace("D", "H").replace("T", "H")
    return plain in _WITHOUT_CARBON or (plain.startswith("C") and not plain.startswith(("Cl", "Cd", "Cu", "Cr", "Co")))


def _listed(model: AtomicModel, counted: Counter[str]) -> str:
    free = sum(1 for atoms in atoms_of_molecules(model) if len(atoms) == 1)
    shown = ", ".join(f"{number:,} {formula}" for formula, number in counted.most_common(5))
    more = f" and {len(counted) - 5} other sorts" if len(counted) > 5 else ""
    alone = f"; {free:,} {'atom moves' if free == 1 else 'atoms move'} alone" if free else ""
    return f"{shown}{more}{alone}"
