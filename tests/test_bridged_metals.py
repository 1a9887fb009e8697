"""Metals that short bridges make one cluster: which rings of bridges count, and which clusters stay apart."""

import numpy as np
import pytest

from carvsdb.atoms.structure import Structure
from carvsdb_ingest.clustering.bridged_metals import join_bridged_metals
from carvsdb_ingest.clustering.cells import HOME, Graph, Offset, minus
from carvsdb_ingest.clustering.groups import Group

Bridge = tuple[int, int, Offset]
DIMER = [[0.0, 0, 0], [3.0, 0, 0]]
TRIANGLE = [[0.0, 0, 0], [3.0, 0, 0], [1.5, 2.6, 0]]
SQUARE = [[0.0, 0, 0], [2.8, 0, 0], [2.8, 2.8, 0], [0, 2.8, 0]]
PENTAGON = [[2.5 * np.cos(0.4 * np.pi * k), 2.5 * np.sin(0.4 * np.pi * k), 0.0] for k in range(5)]


def joined(metals: list[list[float]], bridges: list[Bridge], edge: float = 20.0, donor: str = "O") -> list[set[int]]:
    """Return which metals are together; each bridge is a donor on either metal, and a carbon between these."""
    elements = ["Cu"] * len(metals)
    graph: Graph = [[] for _ in metals]
    groups = [Group({metal: HOME}) for metal in range(len(metals))]

    def bond(first: int, second: int, offset: Offset = HOME) -> None:
        graph[first].append((second, offset))
        graph[second].append((first, minus(HOME, offset)))

    for first, second, offset in bridges:
        start = len(elements)
        elements += [donor, "C", donor]
        graph.extend([[], [], []])
        bond(first, start)
        bond(start, start + 1)
        bond(start + 1, start + 2)
        bond(start + 2, second, offset)
        groups[first].atoms[start] = HOME
        groups[second].atoms[start + 2] = minus(HOME, offset)
    places = np.zeros((len(elements), 3))
    places[: len(metals)] = np.array(metals) / edge
    structure = Structure(tuple(elements), places, edge * np.eye(3), tuple(elements))
    found = join_bridged_metals(structure, graph, groups, set(range(len(elements))))
    return [{atom for atom in group.atoms if atom < len(metals)} for group in found]


def ring(n_metals: int) -> list[Bridge]:
    return [(metal, (metal + 1) % n_metals, HOME) for metal in range(n_metals)]


def test_two_bridges_make_a_dimer() -> None:
    assert joined(DIMER, [(0, 1, HOME)]) == [{0}, {1}]
    assert joined(DIMER, [(0, 1, HOME)] * 2) == [{0, 1}]
    assert joined(DIMER, [(0, 1, HOME)] * 2, donor="N") == [{0, 1}]
    assert joined(DIMER, [(0, 1, HOME)] * 2, donor="F") == [{0}, {1}]
    assert joined([[0.0, 0, 0], [4.4, 0, 0]], [(0, 1, HOME)] * 4) == [{0}, {1}]


@pytest.mark.parametrize(
    ("metals", "whole"), [(TRIANGLE, True), (SQUARE, True), (PENTAGON, False)], ids=["three", "four", "five"]
)
def test_rings_of_single_bridges(metals: list[list[float]], whole: bool) -> None:
    every = set(range(len(metals)))
    assert joined(metals, ring(len(metals))) == ([every] if whole else [{one} for one in sorted(every)])
    assert joined(metals, ring(len(metals))[:-1]) == [{one} for one in sorted(every)]


def test_across_the_border_of_the_cell() -> None:
    near = [[0.5, 0, 0], [18.0, 0, 0]]
    assert joined(near, [(0, 1, (-1, 0, 0))] * 2) == [{0, 1}]


def test_what_would_repeat_for_ever_stays_apart() -> None:
    chain: list[Bridge] = [(0, 1, HOME)] * 2 + [(1, 0, (1, 0, 0))] * 2
    assert joined([[0.0, 0, 0], [3.0, 0, 0]], chain, edge=6.0) == [{0}, {1}]
    assert joined([[0.0, 0, 0]], [(0, 0, (1, 0, 0))] * 2, edge=4.0) == [{0}]


def test_one_carbonate_on_three_metals_makes_no_ring() -> None:
    elements = ("Zn", "Zn", "Zn", "O", "O", "O", "C")
    graph: Graph = [[] for _ in elements]
    for metal in range(3):
        for first, second in ((metal, metal + 3), (metal + 3, 6)):
            graph[first].append((second, HOME))
            graph[second].append((first, HOME))
    places = np.zeros((7, 3))
    places[:3] = np.array(TRIANGLE) / 20
    structure = Structure(elements, places, 20 * np.eye(3), elements)
    groups = [Group({metal: HOME, metal + 3: HOME}) for metal in range(3)]
    found = join_bridged_metals(structure, graph, groups, set(range(7)))
    assert [set(group.atoms) for group in found] == [{0, 3}, {1, 4}, {2, 5}]
