"""The net, its transforms, its components."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import nets

from carvsdb.errors import InputError, NotFoundError
from carvsdb.net import (
    Net,
    components,
    contract_linkers,
    library,
    periodicity,
    relabel,
    replace_linkers,
    shift,
    supercell,
)
from carvsdb.net.lattice import hermite_basis, reduce_into


def test_edges_are_stored_once_in_one_direction() -> None:
    net = Net.from_edges([(1, 0, 0, 0, 1), (0, 1, 0, 0, -1), (0, 0, -1, 2, 0)])
    assert net.edges.tolist() == [[0, 0, 1, -2, 0], [0, 1, 0, 0, -1]]
    assert net.multiplicity.tolist() == [1, 2]
    assert net.degrees().tolist() == [3, 1]


def test_nets_are_immutable() -> None:
    net = library.load("dia")
    with pytest.raises(ValueError, match="read-only"):
        net.edges[0, 0] = 1


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Net.from_edges([(0, 0, 0, 0, 0)]), "vertex 0 is joined to itself in the same cell"),
        (lambda: Net.from_edges([(0, 5, 0, 0, 0)], 2), "outside 0..1"),
        (lambda: Net.from_edges([(0, 1.5, 0, 0, 0)]), "must be integers"),
        (lambda: Net.from_edges([(0, 1, 2**40, 0, 0)]), "32-bit"),
        (lambda: Net.from_edges([[0]]), "shape"),
        (lambda: Net.from_edges([(0, 1)], cell=np.zeros((3, 3))), "no volume"),
        (lambda: Net.from_edges([(0, 1)], cell=np.full((3, 3), np.nan)), "finite"),
        (lambda: Net.from_edges([(0, 1)], positions=[[0, 0, 0]]), "shape"),
        (lambda: Net.from_edges([(0, 1)], multiplicity=[0]), "multiplicity"),
        (lambda: Net.from_edges([(0, 1)], is_node=[False, False]), "both linkers"),
        (lambda: Net.from_edges([(0, 1), (1, 2)], is_node=[True, True, False]), "both nodes"),
        (lambda: relabel(library.load("dia"), [0, 0]), "permutation"),
        (lambda: supercell(library.load("dia"), (0, 1, 1)), "three independent"),
    ],
)
def test_bad_nets_are_refused_in_one_sentence(make, sentence) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=sentence):
        make()


def test_library_names_what_it_has() -> None:
    with pytest.raises(NotFoundError, match="dia"):
        library.load("no such net")
    assert all(net.n_vertices for net in library.load_all())


@pytest.mark.parametrize(("name", "expected"), [("sql", 2), ("hcb", 2), ("kgm", 2), ("dia", 3), ("srs", 3)])
def test_periodicity(name: str, expected: int) -> None:
    assert periodicity(library.load(name)) == expected


def test_components_of_interpenetrating_and_finite_nets() -> None:
    twofold = Net.from_edges([(0, 0, 2, 0, 0), (0, 0, 0, 1, 0), (0, 0, 0, 0, 1)])
    assert [(c.periodicity, c.multiplicity) for c in components(twofold)] == [(3, 2)]
    mixed = Net.from_edges([(0, 1, 0, 0, 0), (2, 2, 1, 1, 0)], 4)
    assert [c.vertices.tolist() for c in components(mixed)] == [[0, 1], [2], [3]]
    assert [c.periodicity for c in components(mixed)] == [0, 1, 0]


@given(nets(), st.integers(0, 2**32 - 1))
def test_dresses_keep_periodicity_and_degrees(net: Net, seed: int) -> None:
    generator = np.random.default_rng(seed)
    expected = sorted(component.periodicity for component in components(net))
    order = generator.permutation(net.n_vertices)
    other = shift(relabel(net, order), generator.integers(-3, 4, (net.n_vertices, 3)))
    assert sorted(component.periodicity for component in components(other)) == expected
    assert other.degrees().tolist() == net.degrees()[order].tolist()
    assert periodicity(supercell(net, (2, 3, 1))) == periodicity(net)


@given(nets(), st.integers(0, 2**32 - 1))
def test_relabel_and_shift_go_back(net: Net, seed: int) -> None:
    generator = np.random.default_rng(seed)
    order = generator.permutation(net.n_vertices)
    assert relabel(relabel(net, order), np.argsort(order)).same_as(net)
    moves = generator.integers(-3, 4, (net.n_vertices, 3))
    assert shift(shift(net, moves), -moves).same_as(net)


def test_edges_are_vectors_between_positions_in_every_dress() -> None:
    generator = np.random.default_rng(3)
    dia = library.load("dia")
    cell = np.array([[0, 2, 2], [2, 0, 2], [2, 2, 0]], float)
    # The offsets of the library's dia fit positions that make all four edges equally long.
    src, dst, offset = dia.edges[:, 0], dia.edges[:, 1], dia.edges[:, 2:]
    placed = Net.from_edges(dia.edges, positions=[[0, 0, 0], -offset.mean(axis=0)], cell=cell)
    for net in (
        placed,
        shift(placed, generator.integers(-2, 3, (2, 3))),
        supercell(placed, [[2, 1, 0], [0, 1, 0], [1, 0, 2]]),
    ):
        assert net.positions is not None
        assert net.cell is not None
        src, dst, offset = net.edges[:, 0], net.edges[:, 1], net.edges[:, 2:]
        lengths = np.linalg.norm((net.positions[dst] + offset - net.positions[src]) @ net.cell, axis=1)
        assert np.allclose(lengths, np.sqrt(3), atol=1e-9)


@given(st.lists(st.tuples(*[st.integers(-9, 9)] * 3), max_size=6), st.integers(0, 2**32 - 1))
def test_hermite_basis_depends_on_the_lattice_alone(vectors: list[tuple[int, int, int]], seed: int) -> None:
    generators = np.array(vectors, np.int64).reshape(-1, 3)
    basis = hermite_basis(generators)
    assert np.linalg.matrix_rank(generators) == len(basis) if len(vectors) else len(basis) == 0
    random = np.random.default_rng(seed)
    mixed = [generators, generators[::-1] * -1]
    if len(generators):
        mixed.append(random.integers(-3, 4, (4, len(generators))) @ generators)
    assert np.array_equal(hermite_basis(np.concatenate(mixed)), basis)
    if len(basis) == 3:
        points = random.integers(-50, 50, (20, 3))
        coefficients, rest = reduce_into(basis, points)
        assert np.array_equal(coefficients @ basis + rest, points)
        assert ((rest >= 0) & (rest < np.diag(basis))).all()


def test_linkers_of_every_denticity() -> None:
    # Nodes 0 and 1; linker 2 bridges them, 3 bridges them again, 4 is on three images, 5 dangles, 6 is free,
    # 7 is bound twice to node 0 in one cell, 8 joins node 0 to its own image.
    edges = [(0, 2), (1, 2), (0, 3), (1, 3), (0, 4), (1, 4), (0, 5), (0, 7), (0, 7), (0, 8)]
    rows = [(*edge, 0, 0, 0) for edge in edges] + [(1, 4, 1, 0, 0), (0, 8, 0, 1, 0)]
    net = Net.from_edges(rows, 9, is_node=[True, True] + [False] * 7)
    contracted = contract_linkers(net)
    assert contracted.n_vertices == 3
    assert contracted.edges.tolist() == [
        [0, 0, 0, 1, 0],
        [0, 1, 0, 0, 0],
        [0, 2, 0, 0, 0],
        [1, 2, 0, 0, 0],
        [1, 2, 1, 0, 0],
    ]
    assert contracted.multiplicity.tolist() == [1, 2, 1, 1, 1]
    replaced = replace_linkers(net)
    assert replaced.n_vertices == 2
    assert replaced.edges.tolist() == [[0, 0, 0, 1, 0], [0, 1, -1, 0, 0], [0, 1, 0, 0, 0], [1, 1, 1, 0, 0]]
    assert replaced.multiplicity.tolist() == [1, 1, 3, 1]
    dia = library.load("dia")
    assert contract_linkers(dia) is dia
    assert replace_linkers(dia) is dia


@pytest.mark.parametrize("number", [2**31, -(2**31), 2**63 - 1, -(2**63)])
@pytest.mark.parametrize("column", range(5))
def test_numbers_that_32_bits_do_not_hold(number: int, column: int) -> None:
    edge = [0, 0, 0, 0, 1]
    edge[column] = number
    with pytest.raises(InputError):
        Net.from_edges([edge])


def test_links_that_32_bits_do_not_hold() -> None:
    with pytest.raises(InputError, match="must fit 32-bit integers"):
        Net.from_edges([(0, 0, 1, 0, 0), (0, 0, -1, 0, 0)], multiplicity=[2**31 - 1, 1])
