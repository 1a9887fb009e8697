"""The molecule of a linker: SMILES and InChIKey by RDKit, from its atoms in space."""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import HYDROGEN
from carvsdb.atoms.ligands import INSTALL, parent_of
from carvsdb.optional_packages import load_optional
from carvsdb_ingest.units.alternatives import in_one_place
from carvsdb_ingest.units.bond_orders import Atoms, BondOrders, overbonded, perceive
from carvsdb_ingest.units.formulas import composition
from carvsdb_ingest.units.valence_states import states_of

_ALTERNATIVE = 1.3
"""Å: hydrogen atoms of one atom that are nearer to each other are one in two places; those of CH3 are 1.8 Å apart."""
_MOST_LACKING = 1 / 3
"""Hydrogen that a choice among several places may lack, by heavy atom: if it lacks more, the choice was wrong.

In a file without hydrogen it may lack one by heavy atom, as benzene does.
"""
_NO_LIGANDS = ("[N-;X2]([CX4])[CX4]", "[SX4v4]")
"""SMARTS of what no metal holds, dialkylamides and sulfuranes: the wrong atoms were chosen."""
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
        Beginning of the InChIKey (25 characters) of the neutral molecule: of the acid for carboxylates and azolates.
    charge : int or None
    doubts : tuple of str
    """

    smiles: str | None = None
    inchikey: str | None = None
    parent: str | None = None
    charge: int | None = None
    doubts: tuple[str, ...] = ()


def molecule_of(
    elements: tuple[str, ...],
    places: NDArray[np.float64],
    bonds: list[tuple[int, int]],
    metals: list[frozenset[int]],
) -> Molecule:
    """Draw the molecule of some atoms.

    Parameters
    ----------
    elements : tuple of str
        Hydrogen included.
    places : ndarray of float64, shape (n_atoms, 3)
        In Å, the molecule whole.
    bonds : list of (int, int)
    metals : list of frozenset of int
        The metal atoms that an atom holds, each image by a number of its own.

    Raises
    ------
    MissingExtraError
        If RDKit is not installed.

    Notes
    -----
    Where atoms are there in several places, so that they are no molecule, those of one of them are drawn
    (`in_one_place`), if they are one, and `Molecule.doubts` says so.
    """
    given = _Given(elements, places, bonds, metals)
    once = _without_hydrogen_twice(elements, places, bonds)
    n_left_out = len(elements) - len(once)
    twice = (f"hydrogen in several places, taken once: {n_left_out}",) if n_left_out else ()
    with load_optional("rdkit.rdBase", INSTALL, "the SMILES of linkers").BlockLogs():
        found = _molecule(given.only(once, bonds, *twice))
        if found.smiles is not None:
            return found
        one = in_one_place(elements, places, bonds, metals)
        if one is None:
            return found
        some, every = (composition(elements, list(atoms)) for atoms in (one.atoms, range(len(elements))))
        said = f"disordered: one of several places is drawn, {some} of {every}"
        again = _molecule(given.only(one.atoms, one.bonds, said), _MOST_LACKING if HYDROGEN & set(elements) else 1.0)
        return again if again.smiles is not None and _is_ligand(again.smiles) else found


def _is_ligand(smiles: str) -> bool:
    chem = load_optional("rdkit.Chem", INSTALL)
    drawn = chem.MolFromSmiles(smiles)
    return not any(drawn.HasSubstructMatch(chem.MolFromSmarts(pattern)) for pattern in _NO_LIGANDS)


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """The atoms of a molecule, and what they hold."""

    elements: tuple[str, ...]
    places: NDArray[np.float64]
    bonds: list[tuple[int, int]]
    metals: list[frozenset[int]]
    doubts: tuple[str, ...] = ()

    def only(self, atoms: list[int], bonds: list[tuple[int, int]], *doubts: str) -> "_Given":
        """Return some of the atoms, with the bonds between them, and what is doubtful about the choice."""
        number = {atom: new for new, atom in enumerate(atoms)}
        return _Given(
            tuple(self.elements[atom] for atom in atoms),
            self.places[atoms],
            [(number[one], number[two]) for one, two in bonds if one in number and two in number],
            [self.metals[atom] for atom in atoms],
            doubts,
        )


def _molecule(given: _Given, most_lacking: float = np.inf) -> Molecule:
    """Draw the molecule of some atoms, all of which are there at once.

    Parameters
    ----------
    given : _Given
    most_lacking : float
        How many hydrogen atoms may be missing at most, by heavy atom.
    """
    chem = load_optional("rdkit.Chem", INSTALL, "the SMILES of linkers")
    elements, places, bonds = given.elements, given.places, given.bonds
    on_metal = [bool(metals) for metals in given.metals]
    problem = overbonded(elements, bonds, on_metal)
    if problem is not None:
        return Molecule(doubts=(f"no SMILES: {problem}",))
    lengths = [float(np.linalg.norm(places[one] - places[two])) for one, two in bonds]
    drawn = _bare(chem, elements, bonds)
    rings = [tuple(ring) for ring in chem.GetSymmSSSR(drawn)]
    found = perceive(Atoms(elements, bonds, lengths, on_metal, _angles(places, bonds), rings))
    if isinstance(found, str):
        return Molecule(doubts=(f"no SMILES: {found}",))
    if found.failed:
        return Molecule(doubts=tuple(f"no SMILES: {one}" for one in found.doubts))
    if sum(found.missing) > most_lacking * sum(element not in HYDROGEN for element in elements):
        return Molecule(doubts=("no SMILES: too much hydrogen is missing",))
    drawn = _drawn(chem, drawn, places, found)
    if isinstance(drawn, str):
        return Molecule(doubts=(f"no SMILES: {drawn}",))
    inchikey = chem.MolToInchiKey(drawn) or None
    doubts = (*given.doubts, *found.doubts)
    return Molecule(chem.MolToSmiles(drawn), inchikey, parent_of(drawn), chem.GetFormalCharge(drawn), doubts)


def _without_hydrogen_twice(
    elements: tuple[str, ...], places: NDArray[np.float64], bonds: list[tuple[int, int]]
) -> list[int]:
    """Return the atoms without hydrogen that overbonded atoms have in several places (a methyl group with six)."""
    around: dict[int, list[int]] = {}
    for one, two in bonds:
        around.setdefault(one, []).append(two)
        around.setdefault(two, []).append(one)
    left_out: set[int] = set()
    for atom, ends in around.items():
        hydrogens = [other for other in ends if elements[other] in HYDROGEN]
        is_crowded = any(
            np.linalg.norm(places[one] - places[two]) < _ALTERNATIVE for one, two in combinations(hydrogens, 2)
        )
        while is_crowded and hydrogens and not states_of(elements[atom], len(ends), on_metal=False):
            ends.remove(hydrogens[-1])
            left_out.add(hydrogens.pop())
    return [atom for atom in range(len(elements)) if atom not in left_out]


def _bare(chem: Any, elements: tuple[str, ...], bonds: list[tuple[int, int]]) -> Any:
    """Return RDKit's molecule with single bonds only."""
    bare = chem.RWMol()
    for element in elements:
        atom = chem.Atom("H" if element in HYDROGEN else element)
        atom.SetNoImplicit(True)
        bare.AddAtom(atom)
    for one, two in bonds:
        bare.AddBond(one, two, chem.BondType.SINGLE)
    return bare


def _drawn(chem: Any, bare: Any, places: NDArray[np.float64], found: BondOrders) -> Any:
    """Return RDKit's molecule without explicit hydrogen, or why there is none."""
    drawn = chem.RWMol(bare)
    for atom, charge, missing in zip(drawn.GetAtoms(), found.charges, found.missing, strict=True):
        atom.SetFormalCharge(charge)
        atom.SetNumExplicitHs(missing)
    for bond, order in zip(drawn.GetBonds(), found.orders, strict=True):
        bond.SetBondType(getattr(chem.BondType, _BOND_NAMES[order]))
    conformer = chem.Conformer(len(places))
    conformer.SetPositions(np.ascontiguousarray(places, np.float64))
    drawn.AddConformer(conformer)
    try:
        chem.SanitizeMol(drawn)
        chem.AssignStereochemistryFrom3D(drawn)
        for atom in drawn.GetAtoms():
            atom.SetChiralTag(chem.ChiralType.CHI_UNSPECIFIED)
        bare = chem.RemoveHs(drawn)
        bare.RemoveAllConformers()  # InChI would take chirality from coordinates again
        chem.AssignStereochemistry(bare, cleanIt=True, force=True)
        for bond in bare.GetBonds():
            bond.SetBondDir(chem.BondDir.NONE)
            if bond.IsInRing():
                bond.SetStereo(chem.BondStereo.STEREONONE)
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
