"""Maps: reproducible, separating what is different, and possible for few nets."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from carvsdb.compare import EmbeddingOptions, distance_matrix, fit_embedding
from carvsdb.errors import InputError, RefusedError


def clusters(n_each: int = 30, n_clusters: int = 3, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    generator = np.random.default_rng(seed)
    rows = []
    for number in range(n_clusters):
        rates = np.full(32, 0.05)
        rates[3 + 4 * number : 7 + 4 * number] = 40
        rows.append(generator.dirichlet(rates, n_each))
    return np.concatenate(rows), np.repeat(np.arange(n_clusters), n_each)


def lengths(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.linalg.norm(points[:, None] - points[None], axis=2))


@pytest.mark.parametrize("method", ["umap", "pca"])
def test_clusters_stay_apart(method: str) -> None:
    vectors, which = clusters()
    points = fit_embedding(vectors, EmbeddingOptions(method, n_neighbors=15)).coordinates  # type: ignore[arg-type]
    apart = lengths(points)
    same = which[:, None] == which[None]
    np.fill_diagonal(apart, np.inf)
    nearest = apart.argmin(axis=1)
    assert (which[nearest] == which).all()
    assert np.median(apart[same & np.isfinite(apart)]) < 0.5 * np.median(apart[~same])


@pytest.mark.parametrize("method", ["umap", "pca"])
def test_the_record_says_how_it_was_made(method: str) -> None:
    vectors, _ = clusters()
    embedding = fit_embedding(vectors, EmbeddingOptions(method, seed=7))  # type: ignore[arg-type]
    assert embedding.coordinates.shape == (90, 2)
    assert embedding.coordinates.dtype == np.float64
    assert np.isfinite(embedding.coordinates).all()
    assert embedding.method == method
    assert embedding.seed == 7
    assert {"numpy", "scikit-learn"} <= set(embedding.versions)
    if method == "umap":
        assert embedding.parameters["n_neighbors"] == 50
        assert embedding.parameters["min_dist"] == 0.25
        assert embedding.parameters["metric"] == "euclidean"
        assert "umap-learn" in embedding.versions


@pytest.mark.slow  # umap compiles its kernels in every process
def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib, numpy as np\n"
        "from carvsdb.compare import EmbeddingOptions, fit_embedding\n"
        "vectors = np.random.default_rng(0).dirichlet(np.ones(32), 20)\n"
        "for method in ('umap', 'pca'):\n"
        "    points = fit_embedding(vectors, EmbeddingOptions(method, seed=3)).coordinates\n"
        "    print(hashlib.sha256(points.tobytes()).hexdigest())\n"
    )
    there = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert there.stderr == ""
    vectors = np.random.default_rng(0).dirichlet(np.ones(32), 20)
    here = [
        hashlib.sha256(fit_embedding(vectors, options).coordinates.tobytes()).hexdigest()
        for options in (EmbeddingOptions("umap", seed=3), EmbeddingOptions("pca", seed=3))
    ]
    assert there.stdout.split() == here


def test_another_seed_gives_another_umap() -> None:
    vectors, _ = clusters(10)
    first, second = (fit_embedding(vectors, EmbeddingOptions(seed=seed)).coordinates for seed in (0, 1))
    assert not np.array_equal(first, second)


def test_umap_does_not_depend_on_the_order_of_nets() -> None:
    vectors, _ = clusters(10)
    order = np.random.default_rng(1).permutation(len(vectors))
    points = fit_embedding(vectors).coordinates
    assert np.array_equal(fit_embedding(vectors[order]).coordinates, points[order])


def test_nets_at_distance_0_share_a_point() -> None:
    vectors, _ = clusters(10)
    doubled = np.concatenate([vectors, vectors[:3]])
    points = fit_embedding(doubled).coordinates
    assert np.array_equal(points[30:], points[:3])
    assert np.array_equal(points[:30], fit_embedding(vectors).coordinates)
    pca = fit_embedding(doubled, EmbeddingOptions("pca")).coordinates
    np.testing.assert_allclose(pca[30:], pca[:3], atol=1e-12)


@pytest.mark.parametrize("n", [4, 5, 6, 7, 8, 12, 50, 51, 52])
def test_umap_of_few_nets(n: int) -> None:
    vectors = np.random.default_rng(n).dirichlet(np.ones(32), n)
    embedding = fit_embedding(vectors)
    assert np.isfinite(embedding.coordinates).all()
    assert embedding.parameters["n_neighbors"] == min(50, n - 1)


def test_umap_of_vectors_on_a_line() -> None:
    line = np.zeros((10, 32))
    line[:, 5] = np.linspace(0, 1, 10)
    line[:, 7] = 1 - line[:, 5]
    assert np.isfinite(fit_embedding(line).coordinates).all()


@pytest.mark.parametrize("n", [1, 2, 3])
def test_umap_refuses_and_names_the_way_out(n: int) -> None:
    vectors = np.repeat(np.eye(32)[:n], 5, axis=0)
    with pytest.raises(RefusedError, match="--method pca"):
        fit_embedding(vectors)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_pca_of_few_nets_keeps_their_distances(n: int) -> None:
    vectors = np.random.default_rng(n).dirichlet(np.ones(32), n)
    points = fit_embedding(vectors, EmbeddingOptions("pca")).coordinates
    np.testing.assert_allclose(lengths(points), distance_matrix(vectors), atol=1e-12)


def test_pca_shrinks_distances_and_keeps_its_sign() -> None:
    vectors, _ = clusters()
    points = fit_embedding(vectors, EmbeddingOptions("pca")).coordinates
    assert (lengths(points) <= distance_matrix(vectors) + 1e-12).all()
    backwards = fit_embedding(vectors[::-1], EmbeddingOptions("pca")).coordinates[::-1]
    np.testing.assert_allclose(backwards, points, atol=1e-10)


def test_equal_nets_are_one_point_of_a_pca() -> None:
    embedding = fit_embedding(np.eye(32)[[5, 5, 5]], EmbeddingOptions("pca"))
    assert not embedding.coordinates.any()
    assert embedding.parameters["explained_variance_ratio"] == [0.0, 0.0]


def test_more_axes() -> None:
    vectors, _ = clusters(10)
    assert fit_embedding(vectors, EmbeddingOptions("pca", n_components=3)).coordinates.shape == (30, 3)
    assert fit_embedding(vectors, EmbeddingOptions("umap", n_components=3)).coordinates.shape == (30, 3)


def test_no_nets() -> None:
    with pytest.raises(RefusedError, match="no nets"):
        fit_embedding(np.zeros((0, 32)), EmbeddingOptions("pca"))


@pytest.mark.parametrize(
    "bad", [{"method": "tsne"}, {"n_neighbors": 1}, {"min_dist": 2.0}, {"n_components": 0}, {"seed": -1}]
)
def test_bad_options(bad: dict[str, object]) -> None:
    with pytest.raises(InputError, match=str(next(iter(bad)))):
        EmbeddingOptions(**bad)  # type: ignore[arg-type]
