"""Cations and templates in the cavities of oxide frameworks are guests; T atoms are told by what they do."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from carvsdb.atoms.structure import Structure
from carvsdb.topology import identify
from carvsdb_ingest.analysis import read_structures
from carvsdb_ingest.bonds import find_bonds
from carvsdb_ingest.clustering import cluster, natural_clustering
from carvsdb_ingest.clustering.oxide_frameworks import find_oxide_framework
from carvsdb_refine.backmap import BackmapOptions, backmap

# Distance of T and O in Å, for the frameworks below.
BOND = {"Si": 1.61, "Al": 1.74, "P": 1.53, "Ga": 1.83, "Ge": 1.74, "Be": 1.63, "Zn": 1.95, "B": 1.48, "Co": 1.93}
# How near to an atom of the framework each cation is put, in Å.
NEAR = {"Na": 2.3, "K": 2.6, "Ca": 2.3, "Cs": 3.0, "Ba": 2.6, "Li": 1.9, "Ag": 2.3, "Cu": 2.0, "Cd": 2.2, "La": 2.4}
NEAR |= {"Tl": 2.6, "Pb": 2.4, "Mg": 2.0, "Zn": 2.0, "Co": 2.0, "Sr": 2.5, "Rb": 2.8}


def zeolite(code: str, repeat: int, first: str, second: str) -> Structure:
    """A zeolite with two sorts of T atoms in turn, where the net is bipartite, its bonds as long as they should be."""
    options = BackmapOptions(metal="Si", repeat=(repeat, repeat, repeat))
    made = backmap(code, "oxygen", options, rng=np.random.default_rng(0))
    n_nodes = made.net.n_vertices
    around: list[list[int]] = [[] for _ in range(n_nodes)]
    for src, dst, *_ in made.net.edges.tolist():
        around[src].append(dst)
        around[dst].append(src)
    colour = {0: first}
    queue = [0]
    for vertex in queue:
        for other in around[vertex]:
            if other not in colour:
                colour[other] = second if colour[vertex] == first else first
                queue.append(other)
    elements = [colour[vertex] for vertex in range(n_nodes)] + ["O"] * (made.model.n_atoms - n_nodes)
    cell = made.model.cell * (BOND[first] + BOND[second]) / 2 / 1.61
    places = made.model.positions @ np.linalg.inv(made.model.cell)
    for edge, (src, dst, *_) in enumerate(made.net.edges.tolist()):
        arms = [places[node] - places[n_nodes + edge] for node in (src, dst)]
        one, other = (arm - np.rint(arm) for arm in arms)
        lengths = BOND[elements[src]], BOND[elements[dst]]
        places[n_nodes + edge] += (other - one) / 2 * (lengths[0] - lengths[1]) / sum(lengths)
    return Structure(tuple(elements), places, cell, tuple(elements))


def stuffed(
    framework: Structure, what: Sequence[str], shape: NDArray[np.float64], near: float, count: int
) -> Structure:
    """Put something into the cavities at random, its first atom `near` to `near` + 0.3 Å from the nearest atom."""
    generator = np.random.default_rng(4)
    elements, places = list(framework.elements), list(framework.positions)
    inverse = np.linalg.inv(framework.cell)
    for place in generator.random((5000, 3)):
        apart = np.array(places) - place
        nearest = np.linalg.norm((apart - np.rint(apart)) @ framework.cell, axis=1).min()
        if near < nearest < near + 0.3:
            elements += what
            places += list(place + shape @ inverse)
            count -= 1
        if not count:
            return Structure(tuple(elements), np.array(places), framework.cell, tuple(elements))
    raise AssertionError("no room")


def check(structure: Structure, code: str) -> None:
    bonds = find_bonds(structure)
    assert natural_clustering(structure, bonds) == "node-linker"
    for clustering in ("node-linker", "single-node"):
        assert code in identify(cluster(structure, bonds, clustering).net).names


@pytest.fixture(scope="module")
def sodalite() -> Structure:
    return zeolite("SOD", 2, "Si", "Al")


@pytest.mark.parametrize("cation", sorted(NEAR))
def test_exchanged_cations_are_guests(cation: str, sodalite: Structure) -> None:
    structure = stuffed(sodalite, [cation], np.zeros((1, 3)), NEAR[cation], 8)
    check(structure, "SOD")
    (note,) = cluster(structure, find_bonds(structure), "node-linker").notes
    assert note == f"guests left out: 8 {cation}"


@pytest.mark.parametrize(
    ("first", "second"),
    [tuple(pair.split("-")) for pair in ["Al-P", "Be-P", "Zn-P", "Ga-Si", "Ge-Ge", "Al-Ge", "B-Si", "Co-P", "Zn-Si"]],
)
def test_t_atoms_of_any_element_beside_potassium(first: str, second: str) -> None:
    for code in ("SOD", "GIS"):
        framework = zeolite(code, 2, first, second)
        structure = stuffed(framework, ["K"], np.zeros((1, 3)), 2.3, 2)
        found = find_oxide_framework(structure, find_bonds(structure))
        assert len(found.t_atoms) == sum(element != "O" for element in framework.elements)
        assert found.cations == frozenset(range(framework.n_atoms, structure.n_atoms))
        check(structure, code)


def test_templates_are_guests(sodalite: Structure) -> None:
    corners = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3)
    ammonium = np.vstack([np.zeros((1, 3)), 1.03 * corners])
    check(stuffed(sodalite, ["N", "H", "H", "H", "H"], ammonium, 2.5, 8), "SOD")
    # A carbon so near that it counts as bonded to the oxygens of the framework.
    check(stuffed(sodalite, ["C", "N"], np.array([[0.0, 0, 0], [0, 0, 1.47]]), 1.6, 2), "SOD")


def test_a_cluster_that_shares_sulfur_is_extra_framework() -> None:
    # Genthelvite Zn4Be3Si3O12S, sodalite: Hassan & Grundy, Am. Mineral. 70, 186 (1985).
    x, y, z = 0.1405, 0.1415, 0.4110
    turns = [(x, y, z), (-x, -y, z), (-x, y, -z), (x, -y, -z)]
    oxygens = [(*turn[k:], *turn[:k]) for turn in turns for k in range(3)]
    zinc = np.array([[1, 1, 1], [-1, -1, 1], [-1, 1, -1], [1, -1, -1]]) * 0.1692
    beryllium = [(0.25, 0, 0.5), (0.5, 0.25, 0), (0, 0.5, 0.25)]
    silicon = [(0.25, 0.5, 0), (0, 0.25, 0.5), (0.5, 0, 0.25)]
    half = np.vstack([zinc, [[0, 0, 0]], beryllium, silicon, oxygens])
    # P-43n: the glide of (x, y, z) is (y + 1/2, x + 1/2, z + 1/2).
    glide = half[:, [1, 0, 2]] + 0.5
    elements = ["Zn"] * 4 + ["S"] + ["Be"] * 3 + ["Si"] * 3 + ["O"] * 12
    places: list[NDArray[np.float64]] = []
    kept: list[str] = []
    for element, place in zip(elements * 2, np.vstack([half, glide]) % 1.0, strict=True):
        if all(np.abs((place - other + 0.5) % 1.0 - 0.5).max() > 1e-3 for other in places):
            places.append(place)
            kept.append(element)
    structure = Structure(tuple(kept), np.array(places), 8.11 * np.eye(3), tuple(kept))
    assert structure.formula == "Be3O12SSi3Zn4"
    check(structure, "SOD")


@pytest.mark.parametrize(("file", "code"), [("sodalite", "SOD"), ("sodalite-Ag", "SOD"), ("natrolite", "NAT")])
def test_published_cation_zeolites(file: str, code: str, shared: Path) -> None:
    (structure,) = read_structures(shared / "cases" / "atoms" / f"cation-{file}.cif")
    check(structure, code)
    cation = "Ag" if "Ag" in structure.elements else "Na"
    for clustering in ("node-linker", "single-node"):
        notes = cluster(structure, find_bonds(structure), clustering).notes
        assert any("guests" in note and f"{structure.elements.count(cation)} {cation}" in note for note in notes)


def test_the_carbon_of_a_template_makes_no_linker_of_phosphorus(shared: Path) -> None:
    (structure,) = read_structures(shared / "data" / "cifs" / "IST-1.cif")
    # Its OH join Al beside the phosphates, and are no edges of the zeolite.
    for clustering in ("node-linker", "single-node"):
        clustered = cluster(structure, find_bonds(structure), clustering)
        assert clustered.net.n_nodes == 24
        assert identify(clustered.net).names == ("PON",)
        assert "4 O" in clustered.notes[0]


def test_what_is_no_oxide_framework_keeps_its_bonds(shared: Path) -> None:
    for name in ("MIL-53", "UiO-66", "ZIF-8", "HKUST-1_sym", "Diamond", "IM-19"):
        (structure,) = read_structures(shared / "data" / "cifs" / f"{name}.cif")
        bonds = find_bonds(structure)
        found = find_oxide_framework(structure, bonds)
        assert found.bonds is bonds
        assert not found.is_one
    # Perovskite SrTiO3: without its Sr, whose oxygens Ti holds, no T atom is tetrahedral.
    places = np.array([[0, 0, 0], [1, 1, 1], [0, 1, 1], [1, 0, 1], [1, 1, 0]]) / 2
    perovskite = Structure(("Sr", "Ti", "O", "O", "O"), places, 3.905 * np.eye(3), ("",) * 5)
    assert not find_oxide_framework(perovskite, find_bonds(perovskite)).is_one
