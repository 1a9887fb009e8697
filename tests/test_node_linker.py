"""Frameworks of nodes and linkers, from atoms: the published a-ZIF, small crystals, guests and ions."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carvsdb.atoms.structure import Structure
from carvsdb.errors import NoNetError
from carvsdb.net import Net
from carvsdb.rings import find_rings
from carvsdb_ingest.analysis import items_of_structure, read_items, read_structures
from carvsdb_ingest.analysis.item import NetItem, ReadOptions
from carvsdb_ingest.bonds import BondOptions

ALL_ATOMS = "m1-zif_ace_24-anneal_1500K_5ns.data"
TYPES = ((1, "C"), (2, "H"), (3, "N"), (4, "Zn"))


@pytest.fixture(scope="module")
def zif(shared: Path) -> Path:
    return shared / "data" / "amorphous-mof" / "zif"


@pytest.fixture(scope="module")
def azif(zif: Path) -> NetItem:
    options = ReadOptions(elements=TYPES, bonds=BondOptions(pairs=(("Zn", "N", 2.5),)))
    (item,) = read_items(zif / ALL_ATOMS, options)
    return item


def molecules(item: NetItem) -> list[str]:
    """Return the molecule of each vertex in the all-atom file: the published net numbers its vertices by them."""
    assert item.structure is not None
    assert item.structure.molecule_ids is not None
    assert item.net.labels is not None
    of_atom = dict(zip(item.structure.labels, item.structure.molecule_ids.tolist(), strict=True))
    return [
        str(of_atom[label]) if is_node else label.removeprefix("molecule ")
        for label, is_node in zip(item.net.labels, item.net.is_node, strict=True)
    ]


def test_azif_has_the_bonds_of_the_published_net_but_two(azif: NetItem, zif: Path, shared: Path) -> None:
    net = azif.net
    degrees = net.degrees()
    assert Counter(degrees[net.is_node].tolist()) == {3: 24, 4: 1696, 5: 8}
    assert (net.n_linkers, azif.clustering) == (3456, "node-linker")
    (published,) = read_items(zif / "m1-azif_ace_24-topology.data")
    assert published.net.labels is not None
    number = {label: vertex for vertex, label in enumerate(published.net.labels)}
    ours = np.array([number[molecule] for molecule in molecules(azif)])
    assert np.array_equal(published.net.is_node[ours], net.is_node)
    found = {tuple(sorted(pair)) for pair in ours[net.edges[:, :2]].tolist()}
    wanted = {tuple(sorted(pair)) for pair in published.net.edges[:, :2].tolist()}
    assert found < wanted
    # Zn 27770 to molecule 3690 and Zn 28769 to molecule 858, whose N lie at 3.28 and 2.57 Å.
    back = {int(theirs): vertex for vertex, theirs in enumerate(ours)}
    missing = [sorted((back[a], back[b])) for a, b in wanted - found]
    assert net.labels is not None
    assert sorted((net.labels[a], net.labels[b]) for a, b in missing) == [
        ("27770", "molecule 3690"),
        ("28769", "molecule 858"),
    ]
    # With these two, its rings are the published ones to the last.
    assert net.positions is not None
    apart = np.array([net.positions[b] - net.positions[a] for a, b in missing])
    added = np.column_stack([missing, -np.rint(apart).astype(int)])
    whole = Net.from_edges(np.concatenate([net.edges, added]), net.n_vertices, is_node=net.is_node)
    truth = json.loads((shared / "truth" / "node_linker.json").read_text())["m1_azif"]["ring_counts_by_nodes"]
    assert {str(size): count for size, count in find_rings(whole, 27).ring_counts.items()} == truth


def test_azif_says_that_its_net_hangs_on_the_tolerance(azif: NetItem, zif: Path) -> None:
    assert azif.quality == ()
    (item,) = read_items(zif / ALL_ATOMS)
    degrees = item.net.degrees()[item.net.is_node]
    assert Counter(degrees.tolist())[3] == 135
    (sentence,) = (one for one in item.quality if "tolerance" in one)
    assert sentence.startswith("a bond tolerance of 0.5 Å instead of 0.3 Å gives another net: ")
    assert "--bonds Zn-N=2.5" in sentence
    assert item.bond_rule == "covalent radii + 0.3 Å"


def test_azif_geometry(azif: NetItem) -> None:
    found = {one.quantity: one for one in azif.geometry}
    # CHIC writes the mean distances of the published net into its file: 3.164 and 5.883 Å.
    assert found["node-linker distance"].mean == pytest.approx(3.164, abs=0.001)
    assert found["node-node distance"].mean == pytest.approx(5.883, abs=0.002)
    assert found["coordination"].counts.tolist() == [24, 1696, 8]
    assert found["coordination"].edges.tolist() == [3, 4, 5, 6]


@pytest.mark.parametrize(("file", "name", "n_nodes"), [("zif-sod-204.xyz", "sod", 12), ("zif4-272.xyz", "cag", 16)])
def test_crystalline_zifs(file: str, name: str, n_nodes: int, shared: Path) -> None:
    from carvsdb.topology import identify

    (item,) = read_items(shared / "data" / "cells" / file)
    assert item.net.n_nodes == n_nodes
    assert set(item.net.degrees()[item.net.is_node].tolist()) == {4}
    assert name in identify(item.net).names
    assert not [one for one in item.quality if "tolerance" in one]


def test_several_clusterings_of_one_structure(shared: Path) -> None:
    options = ReadOptions(clusterings=("node-linker", "single-node"))
    linked, single = read_items(shared / "data" / "cells" / "zif-sod-204.xyz", options)
    assert (linked.clustering, single.clustering) == ("node-linker", "single-node")
    assert linked.net.is_node_linker
    assert not single.net.is_node_linker
    assert linked.content_hash == single.content_hash
    assert linked.label == single.label == "zif-sod-204"


def silica(*extra: tuple[str, tuple[float, float, float]]) -> Structure:
    """Ideal C9 cristobalite, with atoms added in its cavity."""
    places = [(0, 0, 0), (2, 2, 2), (1, 1, 1), (5, 1, 1), (1, 5, 1), (1, 1, 5)]
    elements = ("Si", "Si", "O", "O", "O", "O", *(symbol for symbol, _ in extra))
    positions = np.array([*np.array(places) / 8, *(place for _, place in extra)])
    cell = 3.58 * np.array([[0, 1.0, 1.0], [1.0, 0, 1.0], [1.0, 1.0, 0]])
    return Structure(elements, positions, cell, tuple(f"{symbol}{i}" for i, symbol in enumerate(elements)))


def test_counter_ions_and_guests_are_left_out_and_listed() -> None:
    plain, *_ = items_of_structure(silica(), ReadOptions(clusterings=("node-linker",)))
    centre = (0.625, 0.625, 0.625)
    (sodium,) = items_of_structure(silica(("Na", centre)), ReadOptions(clusterings=("node-linker",)))
    assert sodium.notes == ("guests left out: 1 Na",)
    (argon,) = items_of_structure(silica(("Ar", centre)), ReadOptions(clusterings=("node-linker",)))
    assert argon.notes == ("guests left out: 1 Ar",)
    for item in (sodium, argon):
        assert item.net.same_as(plain.net)


def test_a_supercell_has_the_same_net() -> None:
    from carvsdb.topology import identify

    options = ReadOptions(clusterings=("node-linker",))
    (item,) = items_of_structure(silica(), options)
    one = silica()
    twice = Structure(
        one.elements * 2,
        np.concatenate([one.positions, one.positions + np.array([1, 0, 0])]) / [2, 1, 1],
        one.cell * [[2], [1], [1]],
        one.labels * 2,
    )
    (larger,) = items_of_structure(twice, options)
    assert larger.net.n_nodes == 2 * item.net.n_nodes
    assert identify(larger.net).key == identify(item.net).key


@pytest.mark.parametrize(
    ("elements", "cause"),
    [(("O", "O"), "no nodes"), (("Zn", "He"), "no bonds"), (("Si", "O"), "0-periodic")],
)
def test_no_net_has_a_cause(elements: tuple[str, str], cause: str) -> None:
    structure = Structure(elements, np.array([[0, 0, 0], [0.16, 0, 0]]), 10 * np.eye(3), ("a", "b"))
    with pytest.raises(NoNetError) as caught:
        items_of_structure(structure, ReadOptions(clusterings=("node-linker",)))
    assert caught.value.cause == cause


def test_a_linker_without_end_is_no_vertex() -> None:
    # A chain of carbon along x beside a zinc atom.
    structure = Structure(
        ("Zn", "C", "C"),
        np.array([[0, 0, 0], [0, 0.2, 0], [0.5, 0.2, 0]]),
        np.diag([2.8, 10.0, 10.0]),
        ("Zn1", "C1", "C2"),
    )
    with pytest.raises(NoNetError, match=r"linker of atom C1 \(C\) repeats without end"):
        items_of_structure(structure, ReadOptions(clusterings=("node-linker",)))


@settings(max_examples=8)
@given(seed=st.integers(0, 10**6))
def test_order_origin_images_and_basis_do_not_matter(seed: int, shared: Path) -> None:
    from carvsdb.topology import identify

    (one,) = read_structures(shared / "data" / "cells" / "zif-sod-204.xyz")
    (item,) = items_of_structure(one)
    generator = np.random.default_rng(seed)
    order = generator.permutation(one.n_atoms)
    images = generator.integers(-2, 3, (one.n_atoms, 3))
    basis = np.eye(3, dtype=int)
    for _ in range(3):
        first, second = generator.choice(3, 2, replace=False)
        basis[first] += generator.integers(-1, 2) * basis[second]
    places = (one.positions + generator.random(3) + images) @ np.linalg.inv(basis)
    other = Structure(
        tuple(one.elements[atom] for atom in order),
        places[order],
        basis @ one.cell,
        tuple(one.labels[atom] for atom in order),
    )
    (same,) = items_of_structure(other)
    assert (same.net.n_nodes, same.net.n_linkers, same.net.n_edges) == (12, 24, 48)
    assert Counter(same.net.degrees().tolist()) == Counter(item.net.degrees().tolist())
    assert identify(same.net).key == identify(item.net).key
    for ours, theirs in zip(item.geometry, same.geometry, strict=True):
        assert ours.quantity == theirs.quantity
        assert ours.mean == pytest.approx(theirs.mean, abs=1e-5)
        assert ours.number == theirs.number
