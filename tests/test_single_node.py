"""Single node clustering: published nets of known crystals, and what each rule does."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError, NoNetError
from carvsdb.topology import Identity, identify
from carvsdb_ingest.bonds import find_bonds
from carvsdb_ingest.clustering import Clustered, cluster, natural_clustering
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.cif.cif import read_cif

# What truth/cifs.json says in words.
IN_WORDS = {"sra (zeolite ABW), oxygens contracted": "sra", "zeolite RRO, oxygens contracted": "RRO"}


def load(shared: Path, name: str) -> Structure:
    return read_cif(TextFile.load(shared / "data" / "cifs" / name))[0]


def single_node(structure: Structure) -> tuple[Clustered, Identity]:
    clustered = cluster(structure, find_bonds(structure), "single-node")
    return clustered, identify(clustered.net)


@pytest.mark.parametrize(
    "name",
    ["Diamond", "ABW", "RRO", "HKUST-1", "HKUST-1_sym", "IM-19", "MIL-53", "MOF-5", "MOF-801", "UiO-66", "ZIF-8"],
)
def test_published_nets(shared: Path, name: str) -> None:
    truth = json.loads((shared / "truth" / "cifs.json").read_text())[f"{name}.cif"]
    expected = truth.get("single node") or truth["net"]
    found = single_node(load(shared, f"{name}.cif"))[1]
    assert IN_WORDS.get(expected, expected) in found.names
    assert found.multiplicity == 1


def test_rods_are_said(shared: Path) -> None:
    mil53, _ = single_node(load(shared, "MIL-53.cif"))
    assert mil53.quality == ("infinite rods, split into vertices by metal-atoms-1: 2",)
    assert Counter(mil53.net.degrees().tolist()) == {6: 4, 4: 4}
    hkust, _ = single_node(load(shared, "HKUST-1_sym.cif"))
    assert hkust.quality == ()


def test_natural_clusterings(shared: Path) -> None:
    expected = {"ZIF-8": "node-linker", "ABW": "node-linker", "Moganite": "node-linker", "Diamond": "atoms"}
    expected |= {"HKUST-1_sym": "single-node", "MIL-53": "single-node", "UiO-66": "single-node"}
    for name, clustering in expected.items():
        structure = load(shared, f"{name}.cif")
        assert natural_clustering(structure, find_bonds(structure)) == clustering, name


def test_sites_know_their_vertices(shared: Path) -> None:
    structure = load(shared, "HKUST-1_sym.cif")
    clustered, _ = single_node(structure)
    elements = np.array(structure.elements)
    sites = clustered.site_to_vertex
    assert (sites >= 0).all()
    copper = np.bincount(sites[elements == "Cu"], minlength=clustered.net.n_vertices)
    oxygen = np.bincount(sites[elements == "O"], minlength=clustered.net.n_vertices)
    assert Counter(zip(copper.tolist(), oxygen.tolist(), strict=True)) == {(2, 8): 24, (0, 0): 32}
    assert np.array_equal(clustered.net.degrees() == 4, copper == 2)


@pytest.mark.parametrize("name", ["MIL-53", "HKUST-1_sym", "ZIF-8"])
def test_order_origin_and_cell_do_not_matter(shared: Path, name: str) -> None:
    structure = load(shared, f"{name}.cif")
    before = single_node(structure)[1]
    generator = np.random.default_rng(6)
    order = generator.permutation(structure.n_atoms)
    moved = structure.positions[order] + generator.integers(-2, 3, (structure.n_atoms, 3)) + generator.random(3)
    elements = tuple(structure.elements[index] for index in order)
    change = np.array([[1, 0, 0], [2, 1, 0], [0, -1, 1]])
    other = Structure(elements, moved @ np.linalg.inv(change), change @ structure.cell, elements)
    after = single_node(other)[1]
    assert (after.key, after.multiplicity) == (before.key, before.multiplicity)
    doubled = Structure(
        structure.elements * 2,
        np.concatenate([structure.positions, structure.positions + np.array([0, 0, 1])]) / [1, 1, 2],
        structure.cell * [[1], [1], [2]],
        structure.labels * 2,
    )
    assert single_node(doubled)[1].key == before.key


def square_grid(elements: str, places: list[list[float]], cell: NDArray[np.float64]) -> Structure:
    symbols = tuple(elements.split())
    return Structure(symbols, np.array(places) / np.diag(cell), cell, symbols)


def test_guests_are_removed_and_listed() -> None:
    # A layer of Zn joined by cyanide in two directions, with water and methane between the layers.
    length = 2.0 + 1.15 + 2.0
    cell = np.diag([length, length, 12.0])
    layer: list[list[float]] = [[0, 0, 0], [2.0, 0, 0], [3.15, 0, 0], [0, 2.0, 0], [0, 3.15, 0]]
    water: list[list[float]] = [[2.5, 2.5, 6.0], [3.45, 2.5, 6.0], [2.2, 3.4, 6.0]]
    sodium: list[list[float]] = [[4.5, 4.5, 6.0]]
    structure = square_grid("Zn C N C N O H H Na", [*layer, *water, *sodium], cell)
    clustered, found = single_node(structure)
    assert found.names == ("sql",)
    assert clustered.notes == ("removed guests: 1 H2O, 1 Na", "linkers on two vertices, now edges: 2")
    assert clustered.quality == ("free ions, removed: 1 Na",)
    assert clustered.site_to_vertex[5:].tolist() == [-1, -1, -1, -1]


def test_interpenetrating_nets_are_counted() -> None:
    length = 2.0 + 1.15 + 2.0
    arms: list[list[float]] = [[0, 0, 0], [2, 0, 0], [3.15, 0, 0], [0, 2, 0], [0, 3.15, 0], [0, 0, 2], [0, 0, 3.15]]
    shifted: list[list[float]] = [[x + length / 2 for x in place] for place in arms]
    structure = square_grid("Zn C N C N C N " * 2, [*arms, *shifted], length * np.eye(3))
    found = single_node(structure)[1]
    assert (found.names, found.multiplicity) == (("pcu",), 2)


def test_structures_without_a_net_say_why() -> None:
    far = square_grid("Zn O", [[0, 0, 0], [6, 6, 6]], 12.0 * np.eye(3))
    with pytest.raises(NoNetError, match="no two atoms are bonded") as none:
        single_node(far)
    assert none.value.cause == "no bonds"
    water = square_grid("O H H", [[0, 0, 0], [0.96, 0, 0], [0, 0.96, 0]], 12.0 * np.eye(3))
    with pytest.raises(NoNetError, match="all 1 molecules are finite") as finite:
        single_node(water)
    assert finite.value.cause == "0-periodic"


def test_other_clusterings() -> None:
    water = square_grid("O H H", [[0, 0, 0], [0.96, 0, 0], [0, 0.96, 0]], 12.0 * np.eye(3))
    with pytest.raises(InputError, match="no clustering called 'nodes'"):
        cluster(water, find_bonds(water), "nodes")
