"""Nearest neighbours by an exact scan."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carvsdb.compare import distance_matrix, nearest, nearest_each
from carvsdb.errors import InputError


@given(st.integers(1, 30), st.integers(0, 35), st.integers(0, 2**31), st.integers(1, 4))
def test_as_a_full_sort_would_have_it(n: int, k: int, seed: int, n_different: int) -> None:
    generator = np.random.default_rng(seed)
    # Few different vectors, so that there are ties.
    different = generator.dirichlet(np.ones(32), n_different)
    vectors = different[generator.integers(n_different, size=n)]
    matrix = distance_matrix(vectors)
    indices, distances = nearest_each(vectors, vectors, k)
    for row in range(n):
        expected = sorted(range(n), key=lambda other: (matrix[row, other], other))[:k]
        assert indices[row].tolist() == expected
        assert distances[row].tolist() == matrix[row, expected].tolist()


def test_one_query_is_a_row_of_many() -> None:
    vectors = np.random.default_rng(0).dirichlet(np.ones(32), 200)
    many = nearest_each(vectors[:5], vectors, 7)
    for row in range(5):
        indices, distances = nearest(vectors[row], vectors, 7)
        assert indices.tolist() == many[0][row].tolist()
        assert distances.tolist() == many[1][row].tolist()


def test_many_vectors_are_scanned_in_parts() -> None:
    generator = np.random.default_rng(0)
    vectors = generator.dirichlet(np.ones(32), 300)[generator.integers(300, size=70_000)]
    indices, distances = nearest(vectors[69_999], vectors, 5)
    assert indices.tolist() == np.flatnonzero((vectors == vectors[69_999]).all(axis=1))[:5].tolist()
    assert not distances.any()


def test_nothing_to_find() -> None:
    indices, distances = nearest(np.eye(32)[3], np.zeros((0, 32)), 5)
    assert indices.shape == distances.shape == (0,)


def test_bad_questions() -> None:
    with pytest.raises(InputError):
        nearest(np.zeros(27), np.eye(32), 3)
    with pytest.raises(InputError):
        nearest(np.eye(32)[3], np.eye(32), -1)
