"""The distance: its axioms, known values, and what it refuses."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from carvsdb.compare import comparable, distance_matrix, topological_distance
from carvsdb.compare.distance import N_SIZES
from carvsdb.errors import InputError, RefusedError
from carvsdb.rings.carvs import LARGEST_CUT_OFF, Carvs


@st.composite
def ring_vectors(draw: st.DrawFn, cut_off: int = 27) -> Carvs:
    """Complete ring statistics of a made-up node, at least one ring."""
    counts = draw(st.lists(st.integers(0, 200), min_size=cut_off, max_size=cut_off).filter(any))
    return Carvs.from_counts([counts], completeness="proved")


def of_sizes(*sizes: int, cut_off: int = 27, completeness: str = "proved", ring_kind: str = "ring") -> Carvs:
    counts = np.zeros((1, cut_off), int)
    for size in sizes:
        counts[0, size - 1] += 1
    return Carvs.from_counts(counts, completeness=completeness, ring_kind=ring_kind)


@given(ring_vectors(), ring_vectors(), ring_vectors())
def test_it_is_a_distance_between_0_and_1(a: Carvs, b: Carvs, c: Carvs) -> None:
    ab = topological_distance(a, b)
    assert topological_distance(a, a) == 0
    assert ab == topological_distance(b, a)
    assert 0 <= ab <= 1
    assert (ab == 0) == np.array_equal(a.normalised, b.normalised)
    assert topological_distance(a, c) <= ab + topological_distance(b, c) + 1e-12


@given(st.lists(ring_vectors(), max_size=6))
def test_the_matrix_holds_the_distances_to_the_last_bit(nets: list[Carvs]) -> None:
    matrix = distance_matrix(np.array([net.normalised for net in nets]).reshape(-1, N_SIZES))
    assert matrix.dtype == np.float64
    assert matrix.tolist() == [[topological_distance(a, b) for b in nets] for a in nets]


def test_near_vectors_keep_their_digits() -> None:
    rows = np.zeros((2, N_SIZES))
    rows[:, 5:7] = [[0.5, 0.5], [0.5 + 1e-10, 0.5 - 1e-10]]
    assert distance_matrix(rows)[0, 1] == pytest.approx(1e-10, rel=1e-5)


def test_disjoint_sizes_are_at_distance_1() -> None:
    assert topological_distance(of_sizes(3), of_sizes(12)) == 1


def published(shared: Path) -> tuple[list[str], NDArray[np.float64], dict[str, list[float]]]:
    known = json.loads((shared / "truth" / "distances.json").read_text(encoding="utf-8"))
    nets = json.loads((shared / "truth" / "nets.json").read_text(encoding="utf-8"))
    vectors = {name: nets[name]["carvs_vector"] for name in known["names"]}
    return known["names"], np.array(known["matrix"]), vectors


def test_known_distances(shared: Path) -> None:
    names, matrix, vectors = published(shared)
    nets = [Carvs.from_counts([vectors[name]], completeness="observed") for name in names]
    np.testing.assert_allclose(distance_matrix([net.normalised for net in nets]), matrix, atol=1e-6)
    dia, lon = nets[names.index("dia")], nets[names.index("lon")]
    assert topological_distance(dia, lon) == 0


def test_incomplete_vectors_of_two_cut_offs_are_refused_with_the_command() -> None:
    zni = of_sizes(6, cut_off=12, completeness="no")
    azif = of_sizes(7, cut_off=16, completeness="observed")
    with pytest.raises(RefusedError) as refused:
        topological_distance(zni, azif, labels=("zni", "a-zif"))
    assert str(refused.value) == (
        "carvs of 'zni' was searched to 12-rings, of 'a-zif' to 16: they cannot be compared; "
        "run `carvsdb ingest --max-ring-size 16` on the file of 'zni'"
    )


@pytest.mark.parametrize(
    ("a", "b", "allowed"),
    [
        (of_sizes(6), of_sizes(6, cut_off=32, completeness="observed"), True),
        (of_sizes(6, completeness="no"), of_sizes(7, completeness="no"), True),
        (of_sizes(6, completeness="no"), of_sizes(7), True),
        (of_sizes(6, completeness="no"), of_sizes(7, cut_off=32), False),
        (of_sizes(6), of_sizes(7, cut_off=12, completeness="no"), False),
        (of_sizes(6), of_sizes(6, ring_kind="strong"), False),
        (of_sizes(6, ring_kind="strong"), of_sizes(7, ring_kind="strong"), True),
        (of_sizes(6), of_sizes(), False),
        (of_sizes(), of_sizes(), False),
    ],
)
def test_what_may_be_compared(a: Carvs, b: Carvs, allowed: bool) -> None:
    for pair in ((a, b), (b, a)):
        assert (comparable(*pair) is None) == allowed
        if allowed:
            topological_distance(*pair)
        else:
            with pytest.raises(RefusedError):
                topological_distance(*pair)


def test_a_net_without_rings_is_named() -> None:
    assert comparable(of_sizes(6), of_sizes(), labels=("dia", "tree")) == (
        "'tree' has no rings, so it has no distance to any net"
    )


@pytest.mark.parametrize("bad", [np.zeros(32), np.zeros((2, 27)), np.full((2, 32), np.nan)])
def test_bad_arrays(bad: NDArray[np.float64]) -> None:
    with pytest.raises(InputError):
        distance_matrix(bad)


def test_the_length_of_vectors_is_that_of_the_rings_package() -> None:
    assert N_SIZES == LARGEST_CUT_OFF


def test_the_package_is_light() -> None:
    heavy = "{'umap', 'sklearn', 'numba', 'matplotlib', 'scipy'}"
    code = f"import sys, carvsdb.compare, carvsdb.plots; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
