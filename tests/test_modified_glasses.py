"""Glasses with modifiers: nodes of the network stay, whatever number of bridges they have; ions are guests."""

import numpy as np
import pytest

from carvsdb.atoms.structure import Structure
from carvsdb.net import library, supercell
from carvsdb_ingest.bonds import find_bonds
from carvsdb_ingest.clustering import cluster, natural_clustering


def glass(share: float, former: str, modifier: str | None) -> Structure:
    """The net of diamond with O on its edges, a share of which is broken; places mean nothing."""
    net = supercell(library.load("dia"), np.diag([2, 2, 2]))
    broken = np.random.default_rng(1).permutation(net.n_edges) < share * net.n_edges
    elements, bonds = [former] * net.n_nodes, list[tuple[int, ...]]()
    for (first, second, *offset), is_broken in zip(net.edges.tolist(), broken.tolist(), strict=True):
        ends = [len(elements)] if not is_broken else [len(elements), len(elements) + 1]
        elements += ["O"] * len(ends)
        bonds += [(first, ends[0], 0, 0, 0), (ends[-1], second, *offset)]
        for end in ends if is_broken and modifier else ():
            elements.append(modifier or "")
            bonds.append((end, len(elements) - 1, 0, 0, 0))
    places = np.random.default_rng(2).random((len(elements), 3))
    labels = tuple(map(str, range(len(elements))))
    return Structure(tuple(elements), places, 60 * np.eye(3), labels, bonds=np.array(bonds, np.int64))


@pytest.mark.parametrize(
    ("share", "former", "modifier"),
    [(0.0, "Si", None), (0.3, "Si", None), (0.3, "Si", "Na"), (0.5, "Si", "Li"), (0.5, "P", "Na"), (0.4, "B", "Ca")],
)
def test_networks_with_broken_bridges(share: float, former: str, modifier: str | None) -> None:
    structure = glass(share, former, modifier)
    bonds = find_bonds(structure)
    assert natural_clustering(structure, bonds) == "node-linker"
    found = cluster(structure, bonds, "node-linker")
    assert found.net.n_nodes == structure.elements.count(former)
    assert found.net.n_linkers == structure.elements.count("O")
    ions = structure.elements.count(modifier or "-")
    assert any(f"{ions} {modifier}" in note for note in found.notes) == bool(ions)


def test_what_is_no_network_without_its_ions() -> None:
    structure = glass(0.9, "Si", "Na")
    assert natural_clustering(structure, find_bonds(structure)) != "node-linker"
