"""Molecules of linkers from their atoms in space: bond orders, charges, what is missing, and what is there twice."""

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from carvsdb.atoms import ligands
from carvsdb.atoms.ligands import known_ligands, name_of, parent_named, parent_of
from carvsdb.atoms.structure import Structure
from carvsdb_ingest.bonds import find_bonds
from carvsdb_ingest.units.bond_orders import Atoms, perceive
from carvsdb_ingest.units.linear_program import LinearProgram
from carvsdb_ingest.units.molecules import molecule_of

Chem: Any = import_module("rdkit.Chem")
AllChem: Any = import_module("rdkit.Chem.AllChem")

BDC = "O=C([O-])c1ccc(C(=O)[O-])cc1"
FREE, HELD_BY_ONE = [frozenset[int]()], [frozenset({1})]

# Ligands as metals hold them: which atoms of the SMILES (by map number 1) hold one.
HELD = [
    "[O-:1]C(=O)c1ccc(C(=O)[O-:1])cc1",
    "[O-:1]C(=[O:1])c1cc(C(=[O:1])[O-:1])cc(C(=[O:1])[O-:1])c1",
    "[O-:1]C(=O)c1ccc(cc1)-c1c2ccc(n2)c(-c2ccccc2)c2ccc([n-:1]2)c(-c2ccccc2)c2ccc([n:1]2)c(-c2ccccc2)c2ccc1[n-:1]2",
    "c1c[n-:1]c[n:1]1",
    "Cc1[n-:1]cc[n:1]1",
    "c1ccc2[n-:1]c[n:1]c2c1",
    "c1[n:1]c2c([n-:1]1)nc[nH]c2=O",
    "c1c[n-:1][n:1]c1",
    "c1nn[n-:1]n1",
    "c1nc[n-:1][n:1]1",
    "c1c(-c2n[n:1][n-:1]n2)cc(-c2n[n:1][n-:1]n2)cc1-c1n[n:1][n-:1]n1",
    "c1cc(-c2n[n:1][n-:1]n2)ccc1-c1n[n:1][n-:1]n1",
    "c1c[n:1]ccc1-c1cc[n:1]cc1",
    "c1c[n:1]cc[n:1]1",
    "C1C[N:1]2CC[N:1]1CC2",
    "C1[N:1]2C[N:1]3CN1CN(C2)C3",
    "[O-:1]P(=[O:1])([O-:1])c1ccc(P([O-:1])(=[O:1])[O-:1])cc1",
    "[O-:1]P(=O)([O-:1])CN1CCN(CP([O-:1])(=O)[O-:1])CC1",
    "[O-:1]S(=O)(=O)c1ccc(C(=O)[O-:1])cc1",
    "[O-:1]c1ccccc1[O-:1]",
    "[O-:1]c1cc(C(=O)[O-:1])c([O-:1])cc1C(=O)[O-:1]",
    "[O-:1]C(=O)c1cc[n+]([O-:1])cc1",
    "[O-:1]C(=O)c1cc([N+](=O)[O-])cc(C(=O)[O-:1])c1",
    "Nc1cc(C(=O)[O-:1])ccc1C(=O)[O-:1]",
    "[O-:1]C(=O)/C=C/C(=O)[O-:1]",
    "[O-:1]C(=O)/C=C\\C(=O)[O-:1]",
    "[O-:1]C(=O)C#CC(=O)[O-:1]",
    "[O-:1]C(=O)c1ccc(/N=N/c2ccc(C(=O)[O-:1])cc2)cc1",
    "[O-:1]C(=O)CCC(=O)[O-:1]",
    "[O-:1]C(=[O:1])C(=[O:1])[O-:1]",
    "[O-:1]C(=O)c1cccc(C(=O)[O-:1])[n:1]1",
    "[O-:1]C(=O)c1ccc(s1)C(=O)[O-:1]",
    "CN(C)C=[O:1]",
    "CS(C)=[O:1]",
    "CC#[N:1]",
    "[N-:1]=C=[S:1]",
    "[C-:1]#[N:1]",
    "CC([O-:1])=CC(C)=[O:1]",
    "[S-:1]c1ccc(C(=O)[O-:1])cc1",
    "[O-:1]C(=O)c1ccccc1F",
    "c1cn(c[n:1]1)-c1ccc(cc1)-n1cc[n:1]c1",
    "O=C1C=C([O-:1])C(=O)C=C1[O-:1]",
    "O=C([O-:1])C([NH3+])CC(=O)[O-:1]",
    "c1cc2c([n:1]c1)c1[n:1]cccc1cc2",
    "OC(=O)c1cc(C(=O)[O-:1])cc(C(=O)[O-:1])c1",
    "c1[n:1]cnn1CCCCn1cnc[n:1]1",
    "c1cn(Cc2ccc(Cn3cc[n:1]c3)cc2)c[n:1]1",
    "C[n+]1ccc(cc1)-c1cc[n+](C)cc1",
    "[N-]=[N+]=Nc1cc(C(=O)[O-:1])ccc1C(=O)[O-:1]",
    "[C-:1]#[O+]",
    "[O-:1]C(=O)C12C3C4C1C5C4C3C25C(=O)[O-:1]",
]


@pytest.mark.parametrize("smiles", HELD)
def test_molecules_come_back_from_their_atoms_in_space(smiles: str) -> None:
    drawn = Chem.AddHs(Chem.MolFromSmiles(smiles))
    assert AllChem.EmbedMolecule(drawn, randomSeed=1) == 0
    AllChem.UFFOptimizeMolecule(drawn)
    metals = [frozenset({1}) if atom.GetAtomMapNum() == 1 else frozenset() for atom in drawn.GetAtoms()]
    elements = tuple(atom.GetSymbol() for atom in drawn.GetAtoms())
    bonds = [(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in drawn.GetBonds()]
    places = drawn.GetConformer().GetPositions()
    Chem.AssignStereochemistryFrom3D(drawn)
    for atom in drawn.GetAtoms():
        atom.SetAtomMapNum(0)
        atom.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    expected = Chem.RemoveHs(drawn)
    expected.RemoveAllConformers()
    # As an experiment has it, each coordinate 0.02 Å off.
    for moved in (places, places + np.random.default_rng(0).normal(0, 0.02, places.shape)):
        found = molecule_of(elements, moved, bonds, metals)
        assert found.charge == Chem.GetFormalCharge(expected)
        assert found.parent == parent_of(expected)
        assert found.inchikey == Chem.MolToInchiKey(expected)
        assert not found.doubts


def test_mirror_images_are_one_unit() -> None:
    drawn = Chem.AddHs(Chem.MolFromSmiles("CC(O)C(=O)[O-]"))
    assert AllChem.EmbedMolecule(drawn, randomSeed=1) == 0
    elements = tuple(atom.GetSymbol() for atom in drawn.GetAtoms())
    bonds = [(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in drawn.GetBonds()]
    places, metals = (
        drawn.GetConformer().GetPositions(),
        [frozenset({1}) if atom in (4, 5) else frozenset() for atom in range(len(elements))],
    )
    one, other = (molecule_of(elements, sign * places, bonds, metals) for sign in (1, -1))
    assert one == other
    assert one.inchikey == Chem.MolToInchiKey(Chem.MolFromSmiles("CC(O)C(=O)[O-]"))
    assert name_of(one.parent) == "lactate"


def test_names_are_those_of_their_structures() -> None:
    for parent, name, synonyms in known_ligands():
        assert name_of(parent) == name
        assert all(parent_named(one.upper()) == parent for one in (name, *synonyms))
    table = Path(ligands.__file__).parent / "data" / "ligands.tsv"
    lines = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines()[1:]]
    assert [parent_of(Chem.MolFromSmiles(smiles)) for *_, smiles in lines] == [parent for parent, *_ in lines]


def test_missing_hydrogen_and_disorder_are_said() -> None:
    ring = np.array([[np.cos(angle), np.sin(angle), 0.0] for angle in np.arange(6) * np.pi / 3])
    bonds = [(atom, (atom + 1) % 6) for atom in range(6)]
    bare = molecule_of(("C",) * 6, 1.39 * ring, bonds, FREE * 6)
    assert (bare.smiles, bare.doubts) == ("c1ccccc1", ("hydrogen that the file lacks was added to C: 6",))
    heavy = molecule_of(("C",) * 6, 0.6 * ring, bonds, FREE * 6)
    assert (heavy.smiles, heavy.doubts) == (None, ("no SMILES: its atoms are too near to each other: disordered",))
    full = molecule_of(("C", *"FFFFF"), np.eye(6)[:, :3], [(0, other) for other in range(1, 6)], FREE * 6)
    assert full.doubts == ("no SMILES: C has 5 bonds: disordered, or a cluster",)
    ethane = np.array([[0, 0, 0], [1.53, 0, 0]])
    assert molecule_of(("C", "C"), ethane, [(0, 1)], FREE * 2).smiles == "CC"


def in_two_places(smiles: str, moving: str, axis: tuple[int, int], angle: float) -> tuple[tuple[str, ...], np.ndarray]:
    """Return elements and places of a molecule, some of whose atoms stand in a second place, too.

    Parameters
    ----------
    smiles : str
    moving : str
        SMARTS of these atoms; their hydrogen goes with them.
    axis : (int, int)
        The atoms of the SMILES on the axis about which they are turned.
    angle : float
        In degrees.
    """
    drawn = Chem.AddHs(Chem.MolFromSmiles(smiles))
    assert AllChem.EmbedMolecule(drawn, randomSeed=1) == 0
    AllChem.UFFOptimizeMolecule(drawn)
    places = drawn.GetConformer().GetPositions()
    twice = {atom for match in drawn.GetSubstructMatches(Chem.MolFromSmarts(moving)) for atom in match}
    twice |= {
        end.GetIdx() for atom in twice for end in drawn.GetAtomWithIdx(atom).GetNeighbors() if end.GetSymbol() == "H"
    }
    begin, end = axis
    along = (places[end] - places[begin]) / np.linalg.norm(places[end] - places[begin])
    apart = places[sorted(twice)] - places[begin]
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    turned = cosine * apart + sine * np.cross(along, apart) + (1 - cosine) * np.outer(apart @ along, along)
    symbols = [atom.GetSymbol() for atom in drawn.GetAtoms()]
    return (*symbols, *(symbols[atom] for atom in sorted(twice))), np.vstack([places, turned + places[begin]])


@pytest.mark.parametrize("angle", [40.0, 60.0, 90.0])
@pytest.mark.parametrize(
    ("smiles", "moving", "axis"),
    [
        (BDC, "[cH]", (3, 6)),
        ("c1cc(-c2ccncc2)ccn1", "[cH]", (2, 3)),
        ("O=C([O-])C(F)(F)F", "F", (1, 3)),
        ("O=C([O-])c1cc([N+](=O)[O-])cc(C(=O)[O-])c1", "[O;$(O~[N+])]", (5, 6)),
    ],
)
def test_a_part_in_two_places_is_drawn_once(smiles: str, moving: str, axis: tuple[int, int], angle: float) -> None:
    elements, places = in_two_places(smiles, moving, axis, angle)
    bonds = bonds_of(elements, places)
    carboxylate = {atom for one, two in bonds for atom in (one, two) if {elements[one], elements[two]} == {"C", "O"}}
    metals = [
        HELD_BY_ONE[0] if one in carboxylate and elements[one] == "O" else FREE[0] for one in range(len(elements))
    ]
    expected = Chem.MolToInchiKey(Chem.MolFromSmiles(smiles))
    for order in (np.arange(len(elements)), np.random.default_rng(2).permutation(len(elements))):
        symbols, where = tuple(elements[atom] for atom in order), places[order]
        found = molecule_of(symbols, where, bonds_of(symbols, where), [metals[atom] for atom in order])
        assert found.inchikey == expected
        drawn = Chem.MolFromSmiles(found.smiles)
        assert drawn.GetNumAtoms() < sum(symbol != "H" for symbol in symbols)
        assert found.doubts[0].startswith("disordered: one of several places is drawn, ")


def bonds_of(elements: tuple[str, ...], places: np.ndarray) -> list[tuple[int, int]]:
    structure = Structure(elements, places / 40 + 0.5, 40 * np.eye(3), elements)
    return [(one, two) for one, two, *_ in find_bonds(structure).edges.tolist()]


@pytest.mark.parametrize(
    ("status", "nodes", "most", "taken"),
    [(0, 3, None, True), (0, 3, 5, True), (4, 5, 5, True), (1, 3, 5, False), (1, 3, None, False), (2, None, 5, False)],
)
def test_what_a_limit_of_time_cuts_off_is_not_taken(
    status: int, nodes: int | None, most: int | None, taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = SimpleNamespace(x=None if nodes is None else np.ones(1), status=status, mip_node_count=nodes)
    monkeypatch.setattr("scipy.optimize.milp", lambda *_, **__: found)
    program = LinearProgram()
    program.between(0, [(program.variable(-1.0), 1.0)], 1)
    assert program.solution(most_nodes=most) == ([True] if taken else None)


def test_cages_of_boron_are_not_taken_for_disorder() -> None:
    """An icosahedron of ten B and two C: each atom has five neighbours, or six."""
    golden = (1 + 5**0.5) / 2
    corners = np.array([(0, one, two * golden) for one in (1, -1) for two in (1, -1)])
    places = 0.88 * np.vstack([np.roll(corners, turn, axis=1) for turn in range(3)])
    bonds = [(one, two) for one in range(12) for two in range(one) if np.linalg.norm(places[one] - places[two]) < 1.9]
    found = molecule_of(("C", "C", *["B"] * 10), places, bonds, FREE * 12)
    assert (found.smiles, found.doubts) == (None, ("no SMILES: C has 5 bonds: disordered, or a cluster",))


def test_hydrogen_in_several_places_is_taken_once() -> None:
    """The methyl group of acetate with its three hydrogen atoms in two orientations."""
    turns = np.radians(60 * np.arange(6))
    ring = np.column_stack([np.full(6, -0.36), 1.03 * np.cos(turns), 1.03 * np.sin(turns)])
    places = np.vstack([np.array([[0, 0, 0], [1.51, 0, 0], [2.13, 1.08, 0], [2.13, -1.08, 0]]), ring])
    bonds = [(0, 1), (1, 2), (1, 3), *((0, 4 + number) for number in range(6))]
    for order in (np.arange(6), np.array([3, 1, 4, 0, 5, 2])):
        places[4:] = ring[order]
        found = molecule_of(("C", "C", "O", "O", *"HHHHHH"), places, bonds, [*FREE * 2, *HELD_BY_ONE * 2, *FREE * 6])
        assert found.smiles == "CC(=O)[O-]"
        assert found.doubts == ("hydrogen in several places, taken once: 3",)


def test_azoles_on_metals_are_azolates_whatever_the_lengths_say() -> None:
    """1,4-benzenedipyrazolate with the lengths of a quinoid, as the published model of Co(BDP) nearly has them."""
    pyrazoles = ((0, 1, 2, 3, 4), (11, 12, 13, 14, 10))
    benzene = (5, 6, 7, 8, 9, 15)
    elements = tuple("N" if atom in (0, 1, 12, 13) else "C" for atom in range(16)) + ("H",) * 8
    long = {(0, 1): 1.40, (1, 2): 1.28, (2, 3): 1.45, (3, 4): 1.45, (0, 4): 1.28, (3, 5): 1.36, (8, 10): 1.36}
    long |= {(12, 13): 1.40, (11, 12): 1.28, (10, 11): 1.45, (10, 14): 1.45, (13, 14): 1.28}
    long |= {(5, 6): 1.45, (6, 7): 1.34, (7, 8): 1.45, (8, 9): 1.45, (9, 15): 1.34, (5, 15): 1.45}
    long |= {(atom, 16 + number): 0.95 for number, atom in enumerate((2, 4, 6, 7, 9, 15, 11, 14))}
    rings = [*pyrazoles, benzene]
    held = [element == "N" for element in elements]
    flat = {atom: 360.0 for atom in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15)}
    found = perceive(Atoms(elements, list(long), list(long.values()), held, flat, rings))
    assert not isinstance(found, str)
    assert sum(found.charges) == -2
    orders = dict(zip(long, found.orders, strict=True))
    assert orders[3, 5] == orders[8, 10] == 1


def test_an_azole_stays_one_where_what_it_carries_is_badly_placed() -> None:
    """2-methylimidazolate whose methyl group stands out of the plane."""
    elements = tuple("CNCCNCHHHHH")
    bonds = [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4), (0, 5), (2, 6), (3, 7), *((5, 8 + number) for number in range(3))]
    lengths = [1.35, 1.37, 1.37, 1.37, 1.35, 1.49] + [0.95] * 5
    held = [element == "N" for element in elements]
    found = perceive(Atoms(elements, bonds, lengths, held, {0: 330.0, 2: 360.0, 3: 360.0}, [(0, 1, 2, 3, 4)]))
    assert not isinstance(found, str)
    assert (sum(found.charges), sum(found.missing)) == (-1, 0)
