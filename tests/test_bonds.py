"""Bonds: small and oblique cells against a naive search, and what is no bond."""

from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from carvsdb.atoms.pairs import near_pairs
from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError, NoNetError
from carvsdb.net import Net, components
from carvsdb.topology import identify
from carvsdb_ingest.bonds import BondOptions, Bonds, find_bonds

CUBE = 20.0 * np.eye(3)


def structure(elements: str, places: list[list[float]], cell: NDArray[np.float64] = CUBE) -> Structure:
    """Make a structure of Cartesian positions in Å."""
    symbols = tuple(elements.split())
    return Structure(symbols, np.array(places) @ np.linalg.inv(cell), cell, symbols)


def net_of(bonds: Bonds, n_atoms: int) -> Net:
    return Net.from_edges(bonds.edges, n_atoms)


def pairs(bonds: Bonds, of: Structure) -> Counter[str]:
    return Counter("-".join(sorted((of.elements[src], of.elements[dst]))) for src, dst, *_ in bonds.edges.tolist())


DIAMOND_CELL = 3.567 / 2 * np.array([[0, 1.0, 1.0], [1.0, 0, 1.0], [1.0, 1.0, 0]])
DIAMOND = Structure(("C", "C"), np.array([[0, 0, 0], [0.25, 0.25, 0.25]]), DIAMOND_CELL, ("C1", "C2"))


def test_parallel_bonds_to_several_images() -> None:
    bonds = find_bonds(DIAMOND)
    assert len(bonds.edges) == 4
    assert bonds.lengths == pytest.approx(1.5446, abs=1e-3)
    assert identify(net_of(bonds, 2)).names == ("dia",)


def test_an_atom_bonded_to_its_own_images_is_periodic() -> None:
    # One C in a cell: a simple cubic crystal of 1.6 Å, three bonds, each to an image of the atom itself.
    alone = Structure(("C",), np.zeros((1, 3)), 1.6 * np.eye(3), ("C",))
    bonds = find_bonds(alone, BondOptions(pairs=(("C", "C", 1.7),)))
    assert bonds.edges.tolist() == [[0, 0, 0, 0, 1], [0, 0, 0, 1, 0], [0, 0, 1, 0, 0]]
    assert [part.periodicity for part in components(net_of(bonds, 1))] == [3]
    assert identify(net_of(bonds, 1)).names == ("pcu",)


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_near_pairs_are_those_of_a_naive_search(seed: int) -> None:
    generator = np.random.default_rng(seed)
    n_atoms = int(generator.integers(1, 5))
    cell = generator.uniform(1.5, 4) * (np.eye(3) + np.tril(generator.integers(-2, 3, (3, 3)), -1))
    cell = cell + 0.2 * generator.standard_normal((3, 3))
    one = Structure(("C",) * n_atoms, generator.uniform(-3, 3, (n_atoms, 3)), cell, ("",) * n_atoms)
    if one.volume < 2 * n_atoms:
        return
    cut_off = 3.0
    # Planes of the lattice are this far apart: no image beyond can be within the cut-off.
    heights = one.volume / np.linalg.norm(np.cross(np.roll(cell, -1, 0), np.roll(cell, -2, 0)), axis=1)
    reach = [np.arange(-int(cut_off / height) - 7, int(cut_off / height) + 8) for height in heights]
    offsets = np.stack(np.meshgrid(*reach, indexing="ij"), -1).reshape(-1, 3)
    naive = set()
    for src, dst in product(range(n_atoms), repeat=2):
        apart = (one.positions[dst] + offsets - one.positions[src]) @ cell
        for offset in map(tuple, offsets[np.linalg.norm(apart, axis=1) <= cut_off].tolist()):
            if src < dst or (src == dst and offset > (0, 0, 0)):
                naive.add((src, dst, *offset))
    rows, lengths = near_pairs(one, cut_off)
    assert set(map(tuple, rows.tolist())) == naive
    assert len(rows) == len(naive)
    apart = one.positions[rows[:, 1]] + rows[:, 2:] - one.positions[rows[:, 0]]
    assert lengths == pytest.approx(np.linalg.norm(apart @ cell, axis=1))


@pytest.mark.parametrize(
    "basis", [[[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[1, 3, 0], [0, 1, -4], [0, 0, 1]], [[2, 0, 0], [1, 1, 0], [5, 0, 1]]]
)
def test_the_choice_of_cell_does_not_matter(basis: list[list[int]]) -> None:
    change = np.array(basis)
    count = round(abs(np.linalg.det(change)))
    shifts = [[0, 0, 0], [1, 0, 0]][:count]
    places = np.concatenate([DIAMOND.positions + shift for shift in shifts]) @ np.linalg.inv(change)
    elements = DIAMOND.elements * count
    other = Structure(elements, places, change @ DIAMOND.cell, elements)
    found = identify(net_of(find_bonds(other), len(elements)))
    assert (found.names, found.multiplicity) == (("dia",), 1)


def test_hydrogen_keeps_its_nearest_atom() -> None:
    # A short hydrogen bond: O-H 1.0 Å, H...O 1.2 Å; and H on C next to a metal.
    water = structure("O H O", [[0, 0, 0], [1.0, 0, 0], [2.2, 0, 0]])
    assert find_bonds(water).edges.tolist() == [[0, 1, 0, 0, 0]]
    agostic = structure("Zn H C", [[0, 0, 0], [1.5, 0, 0], [2.6, 0, 0]])
    assert pairs(find_bonds(agostic), agostic) == {"C-H": 1}
    hydride = structure("Zn H", [[0, 0, 0], [1.5, 0, 0]])
    assert pairs(find_bonds(hydride), hydride) == {"H-Zn": 1}
    lonely = find_bonds(structure("C H", [[0, 0, 0], [5, 5, 5]]))
    assert (len(lonely.edges), lonely.quality) == (0, ("isolated hydrogen atoms: 1",))


def test_metals_are_bonded_to_each_other_only_if_asked() -> None:
    dimer = structure("Cu Cu", [[0, 0, 0], [2.6, 0, 0]])
    assert len(find_bonds(dimer).edges) == 0
    assert len(find_bonds(dimer, BondOptions(metal_metal=True)).edges) == 1


@pytest.mark.parametrize(
    ("pair", "bonded", "free"),
    [
        ("Zn N", 2.32, 2.34),
        ("Zn C", 2.24, 2.26),
        ("K O", 3.18, 3.20),
        ("K N", 3.23, 3.25),
        ("Ba Cl", 3.66, 3.68),
        ("K C", 3.05, 3.07),
        ("Na O", 2.71, 2.73),
        ("Cu O", 2.49, 2.51),
        ("Cu S", 2.76, 2.78),
        ("Ni O", 2.29, 2.31),
    ],
)
def test_how_far_bonds_of_metals_reach(pair: str, bonded: float, free: float) -> None:
    assert len(find_bonds(structure(pair, [[0, 0, 0], [bonded, 0, 0]])).edges) == 1
    assert len(find_bonds(structure(pair, [[0, 0, 0], [free, 0, 0]])).edges) == 0


def test_a_halogen_on_carbon_keeps_its_carbon() -> None:
    near_metal = structure("C F K", [[0, 0, 0], [1.35, 0, 0], [4.0, 0, 0]])
    assert pairs(find_bonds(near_metal), near_metal) == {"C-F": 1}
    contact = structure("C Br Br C", [[0, 0, 0], [1.9, 0, 0], [4.3, 0, 0], [6.2, 0, 0]])
    assert pairs(find_bonds(contact), contact) == {"Br-C": 2}
    # One ring in two places: its Br are nearer to each other than to their carbons.
    places = structure("C Br Br C", [[0, 0, 0], [1.9, 0, 0], [1.9, 1.4, 0], [0, 1.4, 0]])
    assert pairs(find_bonds(places), places) == {"Br-C": 2, "C-C": 1}
    # Iodosylbenzene, a halide, and an anion that comes near a carbon.
    hypervalent = structure("C I O", [[0, 0, 0], [2.1, 0, 0], [2.1, 2.0, 0]])
    assert pairs(find_bonds(hypervalent), hypervalent) == {"C-I": 1, "I-O": 1}
    silver = structure("C I Ag", [[0, 0, 0], [2.08, 0, 0], [2.08, 3.1, 0]])
    assert pairs(find_bonds(silver), silver) == {"C-I": 1, "Ag-I": 1}
    halide = structure("Zn Cl Zn", [[0, 0, 0], [2.3, 0, 0], [4.6, 0, 0]])
    assert pairs(find_bonds(halide), halide) == {"Cl-Zn": 2}
    anion = structure("B F C", [[0, 0, 0], [1.38, 0, 0], [2.95, 0, 0]])
    assert pairs(find_bonds(anion), anion)["B-F"] == 1


def test_the_carbon_of_a_chelate_is_not_bonded_to_the_metal() -> None:
    chelate = structure("Ba O O C", [[0, 0, 0], [2.5, 1.1, 0], [2.5, -1.1, 0], [3.15, 0, 0]])
    assert pairs(find_bonds(chelate), chelate) == {"Ba-O": 2, "C-O": 2}
    # A ring on a metal stays: its carbons lie behind nothing.
    angles = np.radians(72 * np.arange(5))
    ring: list[list[float]] = [[1.21 * np.cos(angle), 1.21 * np.sin(angle), 1.65] for angle in angles]
    ferrocene = structure("Fe C C C C C", [[0.0, 0, 0], *ring])
    assert pairs(find_bonds(ferrocene), ferrocene) == {"C-Fe": 5, "C-C": 5}


def test_over_bonded_carbon_is_pruned_with_a_flag() -> None:
    corners = [[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]
    near: list[list[float]] = [[0.89 * x for x in corner] for corner in corners]
    crowded = structure("C C C C C C", [[0.0, 0, 0], *near, [0.0, 0, 1.75]])
    bonds = find_bonds(crowded)
    assert len([row for row in bonds.edges.tolist() if row[0] == 0]) == 4
    assert "C atoms with more than 4 non-metal neighbours, pruned: 1" in bonds.quality


def test_overlapping_atoms_are_said_and_not_pruned() -> None:
    bonds = find_bonds(
        structure("C C C C C C", [[0, 0, 0], [1.5, 0, 0], [1.5, 0.7, 0], [-1.5, 0, 0], [0, 1.5, 0], [0, 0, 1.5]])
    )
    assert "overlapping atoms: 1" in bonds.quality
    assert "C atoms with more than 4 non-metal neighbours, by disorder: 1" in bonds.quality
    assert len([row for row in bonds.edges.tolist() if 0 in row[:2]]) == 5


def test_an_oxygen_between_metals_leans_on_the_second() -> None:
    # Zn1-O1 2.0 Å, O1...Zn2 2.6 Å; O2 of the same carboxylate holds Zn2.
    places: list[list[float]] = [[0, 0, 0], [2.0, 0, 0], [2.6, 1.1, 0], [3.8, 1.3, 0], [4.3, -0.7, 0]]
    bridge = structure("Zn O C O Zn", places)
    assert find_bonds(bridge).edges[:, :2].tolist() == [[0, 1], [1, 2], [1, 4], [2, 3], [3, 4]]
    assert [1, 4] not in find_bonds(bridge, BondOptions(semi_bridging=0)).edges[:, :2].tolist()


def test_cut_offs_of_pairs_replace_the_rule() -> None:
    glass = structure("Zn N C", [[0, 0, 0], [2.45, 0, 0], [3.8, 0, 0]])
    assert pairs(find_bonds(glass), glass) == {"C-N": 1}
    options = BondOptions(pairs=(("N", "Zn", 2.5),))
    assert pairs(find_bonds(glass, options), glass) == {"C-N": 1, "N-Zn": 1}
    assert find_bonds(glass, options).rule == "covalent radii + 0.3 Å, N-Zn=2.5"
    with pytest.raises(InputError, match="names Co, which the structure does not have"):
        find_bonds(glass, BondOptions(pairs=(("Co", "N", 2.5),)))
    with pytest.raises(InputError, match=r"must be 0 to 10 Å, got 50"):
        BondOptions(pairs=(("Zn", "N", 50.0),))
    with pytest.raises(InputError, match="the bond tolerance must be"):
        BondOptions(tolerance=float("nan"))


def test_listed_bonds_win_unless_refused() -> None:
    listed = Structure(("C", "C"), DIAMOND.positions, DIAMOND.cell, ("a", "b"), bonds=np.array([[0, 1, 0, 0, 0]]))
    assert len(find_bonds(listed).edges) == 1
    assert len(find_bonds(listed, BondOptions(from_file=False)).edges) == 4


def test_gases_and_crowds() -> None:
    assert len(find_bonds(structure("Xe Xe", [[0, 0, 0], [1, 0, 0]])).edges) == 0
    with pytest.raises(NoNetError, match="are no material"):
        find_bonds(Structure(("C",) * 9, np.zeros((9, 3)), np.eye(3), ("C",) * 9))


def test_cells_of_any_length_are_searched() -> None:
    # As many bins as 0.4 Å would give do not fit 32 bits.
    long = structure("C C", [[0, 0, 0], [0, 0, 0.3]], np.diag([4900.0, 4900.0, 4900.0]))
    rows, lengths = near_pairs(long, 0.4)
    assert rows.tolist() == [[0, 1, 0, 0, 0]]
    assert lengths == pytest.approx(0.3)
    assert len(near_pairs(long, 0.2)[0]) == 0
    with pytest.raises(NoNetError, match="a cell of 6000 Å is no material's"):
        near_pairs(structure("C C", [[0, 0, 0], [0, 0, 0.3]], np.diag([6000.0, 5.0, 5.0])), 0.4)
