"""The barycentric placement against exact rationals, and primitive cells."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from naive_isomorphism import connected_part
from strategies import nets

from carvsdb.net import Adjacency, Net, components, elimination, library, supercell
from carvsdb.net.own_lattice import coordinates_in, in_own_lattice
from carvsdb.net.placement import PRIMES, place


def exact_placement(net: Net, dimension: int) -> list[list[Fraction]]:
    """Solve the equations by Gauss's algorithm in rationals: the naive twin."""
    n = net.n_vertices
    matrix = [[Fraction(0)] * (n + dimension) for _ in range(n)]
    adjacency = Adjacency.of(net)
    for vertex in range(n):
        for end in range(adjacency.starts[vertex], adjacency.starts[vertex + 1]):
            matrix[vertex][vertex] += 1
            matrix[vertex][int(adjacency.neighbours[end])] -= 1
            for column in range(dimension):
                matrix[vertex][n + column] += int(adjacency.offsets[end, column])
    matrix[0] = [Fraction(int(column == 0)) for column in range(n + dimension)]
    for pivot in range(n):
        found = next(row for row in range(pivot, n) if matrix[row][pivot])
        matrix[pivot], matrix[found] = matrix[found], matrix[pivot]
        matrix[pivot] = [value / matrix[pivot][pivot] for value in matrix[pivot]]
        for row in range(n):
            if row != pivot and matrix[row][pivot]:
                factor = matrix[row][pivot]
                matrix[row] = [a - factor * b for a, b in zip(matrix[row], matrix[pivot], strict=True)]
    return [row[n:] for row in matrix]


def check_placement(net: Net, dimension: int) -> None:
    placement = place(net, dimension)
    exact = exact_placement(net, dimension)
    prime = placement.prime
    assert prime in PRIMES
    for vertex, position in enumerate(exact):
        for column, value in enumerate(position):
            assert int(placement.residues[vertex, column]) * value.denominator % prime == value.numerator % prime
            assert abs(placement.approximate[vertex, column] - float(value)) < 1e-6
    places = {tuple(value % 1 for value in position) for position in exact}
    assert (not placement.colliding()) == (len(places) == net.n_vertices)


@settings(max_examples=60, deadline=None)
@given(net=nets(max_vertices=7, max_edges=14))
def test_random_nets_are_placed_exactly(net: Net) -> None:
    check_placement(*connected_part(net))


@pytest.mark.parametrize("small", [elimination._SMALL, 0])
def test_library_nets_are_placed_exactly(small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elimination, "_SMALL", small)
    for net in library.load_all():
        check_placement(*connected_part(net))
    check_placement(supercell(library.load("mtn"), (2, 1, 1)), 3)


def test_the_rest_of_an_elimination_may_be_dense(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elimination, "_SMALL", 0)
    generator = np.random.default_rng(0)
    ends = generator.integers(0, 40, (300, 2))
    rows = np.column_stack([ends, generator.integers(-1, 2, (300, 3))])
    net = Net.from_edges(rows[ends[:, 0] != ends[:, 1]], 40)
    check_placement(*connected_part(net))


def test_a_component_in_its_own_lattice() -> None:
    net = Net.from_edges([(0, 1, 0, 0, 0), (0, 1, 2, 0, 0), (2, 2, 0, 3, 3), (2, 2, 0, 0, 5)])
    chain, layer = (in_own_lattice(net, component) for component in components(net))
    assert chain.edges.tolist() == [[0, 1, 0, 0, 0], [0, 1, 1, 0, 0]] or chain.n_edges == 2
    assert components(chain)[0].lattice.tolist() == [[1, 0, 0]]
    assert components(layer)[0].lattice.tolist() == [[1, 0, 0], [0, 1, 0]]


def test_coordinates_in_a_lattice() -> None:
    basis = np.array([[2, 1, 0], [0, 3, 1]])
    coefficients = np.array([[1, 0], [-4, 7], [10**6, -(10**6)]])
    assert np.array_equal(coordinates_in(basis, coefficients @ basis), coefficients)
