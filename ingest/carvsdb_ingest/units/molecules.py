"""The molecule of a linker: SMILES and InChIKey by RDKit, from its atoms in space."""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import HYDROGEN
from carvsdb.optional_packages import load_optional
from carvsdb_ingest.units.bond_orders import Atoms, BondOrders, perceive

INSTALL = '"carvsdb[chem]"'
_ACIDIC = frozenset({"C", "N", "O", "S", "Se"})
_BOND_NAMES = {1: "SINGLE", 2: "DOUBLE", 3: "TRIPLE"}


@dataclass(frozen=True, slots=True)
class Molecule:
    """What a linker is.

    Attributes
    ----------
    smiles : str or None
        Canonical SMILES of RDKit, with the charges of the ligand and E/Z of its double bonds, without chirality;
        None where no molecule can be drawn.
    inchikey : str or None
        Standard InChIKey of the same.
    parent : str or None
        First block of the InChIKey of the neutral molecule: that of the acid for carboxylates and azolates.
    charge : int or None
    doubts : tuple of str
    """

    smiles: str | None = None
    inchikey: str | None = None
    parent: str | None = None
    charge: int | None = None
    doubts: tuple[str, ...] = ()


def molecule_of(
    elements: tuple[str, ...], places: NDArray[np.float64], bonds: list[tuple[int, int]], on_metal: list[bool]
) -> Molecule:
    """Draw the molecule of some atoms.

    Parameters
    ----------
    elements : tuple of str
        Hydrogen included.
    places : ndarray of float64, shape (n_atoms, 3)
        In Å, the molecule whole.
    bonds : list of (int, int)
    on_metal : list of bool
        Whether a metal holds the atom.

    Raises
    ------
    MissingExtraError
        If RDKit is not installed.
    """
    chem = load_optional("rdkit.Chem", INSTALL, "the SMILES of linkers")
    lengths = [float(np.linalg.norm(places[one] - places[two])) for one, two in bonds]
    found = perceive(Atoms(elements, bonds, lengths, on_metal, _angles(places, bonds)))
    if isinstance(found, str):
        return Molecule(doubts=(f"no SMILES: {found}",))
    if found.failed:
        return Molecule(doubts=tuple(f"no SMILES: {one}" for one in found.doubts))
    with load_optional("rdkit.rdBase", INSTALL).BlockLogs():
        drawn = _drawn(chem, elements, places, bonds, found)
        if isinstance(drawn, str):
            return Molecule(doubts=(f"no SMILES: {drawn}",))
        inchikey = chem.MolToInchiKey(drawn) or None
        return Molecule(
            chem.MolToSmiles(drawn), inchikey, parent_of(drawn), chem.GetFormalCharge(drawn), tuple(found.doubts)
        )


def parent_of(molecule: Any) -> str | None:
    """Return the first block of the InChIKey of a molecule with hydrogen on its anionic atoms, without E/Z."""
    chem = load_optional("rdkit.Chem", INSTALL)
    neutral = chem.RWMol(molecule)
    for atom in neutral.GetAtoms():
        charge = atom.GetFormalCharge()
        beside = sum(max(other.GetFormalCharge(), 0) for other in atom.GetNeighbors())
        if charge < 0 and not beside and atom.GetSymbol() in _ACIDIC:
            atom.SetNumExplicitHs(atom.GetNumExplicitHs() - charge)
            atom.SetFormalCharge(0)
    chem.SanitizeMol(neutral)
    return chem.MolToInchiKey(neutral).partition("-")[0] or None


def _drawn(
    chem: Any, elements: tuple[str, ...], places: NDArray[np.float64], bonds: list[tuple[int, int]], found: BondOrders
) -> Any:
    """Return RDKit's molecule without explicit hydrogen, or why there is none."""
    drawn = chem.RWMol()
    for element, charge, missing in zip(elements, found.charges, found.missing, strict=True):
        atom = chem.Atom("H" if element in HYDROGEN else element)
        atom.SetFormalCharge(charge)
        atom.SetNoImplicit(True)
        atom.SetNumExplicitHs(missing)
        drawn.AddAtom(atom)
    for (one, two), order in zip(bonds, found.orders, strict=True):
        drawn.AddBond(one, two, getattr(chem.BondType, _BOND_NAMES[order]))
    conformer = chem.Conformer(len(elements))
    conformer.SetPositions(np.ascontiguousarray(places, np.float64))
    drawn.AddConformer(conformer)
    try:
        chem.SanitizeMol(drawn)
        chem.AssignStereochemistryFrom3D(drawn)
        for atom in drawn.GetAtoms():
            atom.SetChiralTag(chem.ChiralType.CHI_UNSPECIFIED)
        bare = chem.RemoveHs(drawn)
        chem.AssignStereochemistry(bare, cleanIt=True, force=True)
        return bare
    except ValueError as error:  # RDKit's own exceptions are ValueErrors
        return f"RDKit does not take it ({str(error).splitlines()[0]})"


def _angles(places: NDArray[np.float64], bonds: list[tuple[int, int]]) -> dict[int, float]:
    around: dict[int, list[int]] = {}
    for one, two in bonds:
        around.setdefault(one, []).append(two)
        around.setdefault(two, []).append(one)
    found = {}
    for atom, ends in around.items():
        if len(ends) in (2, 3):
            arms = places[ends] - places[atom]
            norms = np.linalg.norm(arms, axis=1)
            if norms.min() > 0:
                arms /= norms[:, None]
                cosines = [arms[one] @ arms[two] for one, two in combinations(range(len(ends)), 2)]
                found[atom] = float(np.degrees(np.arccos(np.clip(cosines, -1, 1))).sum())
    return found
