"""Embeddings (PCA, UMAP), also called maps: nets as points of a plane, near where their ring statistics are alike."""

import warnings
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carvsdb.compare.distance import vector_rows
from carvsdb.errors import InputError, RefusedError

FEWEST_FOR_UMAP = 4
"""UMAP needs this many different vectors: with fewer, every net neighbours every other."""


@dataclass(frozen=True, slots=True)
class EmbeddingOptions:
    """How a map is made.

    Attributes
    ----------
    method : str
        ``umap`` keeps neighbourhoods, ``pca`` keeps distances as well as a plane can.
    seed : int
        Seed of UMAP's draws; PCA draws nothing.
    n_neighbors : int
        UMAP's neighbourhood, in nets, 2 or more; with fewer nets, all others.
    min_dist : float
        UMAP's least distance of points on the map, 0 to 1.
    n_components : int
        Dimensions of the map.
    """

    method: Literal["umap", "pca"] = "umap"
    seed: int = 0
    n_neighbors: int = 50
    min_dist: float = 0.25
    n_components: int = 2

    def __post_init__(self) -> None:
        if self.method not in ("umap", "pca"):
            raise InputError(f"method must be umap or pca, got {self.method!r}")
        if self.n_neighbors < 2:
            raise InputError(f"n_neighbors must be 2 or more, got {self.n_neighbors}")
        if not 0 <= self.min_dist <= 1:
            raise InputError(f"min_dist must be between 0 and 1, got {self.min_dist}")
        if not 0 <= self.seed < 2**32:
            raise InputError(f"seed must be between 0 and {2**32 - 1}, got {self.seed}")
        if self.n_components < 1:
            raise InputError(f"n_components must be 1 or more, got {self.n_components}")


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """A map of nets, with all that is needed to make it again.

    Attributes
    ----------
    coordinates : ndarray of float64, shape (n, n_components)
        A point per net, in the order given. Nets with equal vectors have equal points.
    method : str
        ``umap`` or ``pca``.
    seed : int
        Seed of the draws.
    parameters : dict
        What was really used, such as the number of neighbours after fitting it to few nets.
    versions : dict
        Versions of the libraries that made it.
    """

    coordinates: NDArray[np.float64]
    method: str
    seed: int
    parameters: dict[str, int | float | str | list[float]]
    versions: dict[str, str]


def fit_embedding(normalised: ArrayLike, options: EmbeddingOptions | None = None) -> Embedding:
    """Make a map of nets.

    Parameters
    ----------
    normalised : array_like of float, shape (n, 32)
        Normalised vectors, one a row.
    options : EmbeddingOptions, optional

    Raises
    ------
    InputError
        If the shape is wrong or a number is not finite.
    RefusedError
        If there are no nets, or for UMAP fewer than 4 different vectors.

    Notes
    -----
    Vectors are divided by sqrt(2) first, so that lengths before embedding, and along the axes of a PCA, are
    topological distances. On a UMAP neither distances between groups nor the sizes of groups mean anything.

    UMAP sees each different vector once, in sorted order: nets at distance 0 share a point, the map does not
    depend on the order of the nets, and a net that was entered a hundred times does not become an island.
    It starts from the PCA [2]_: a spectral start fails for few nets and for maps that fall apart.

    References
    ----------
    .. [1] McInnes, Healy & Melville, arXiv:1802.03426 (2018)
    .. [2] Kobak & Linderman, Nat. Biotechnol. 39, 156 (2021), doi:10.1038/s41587-020-00809-z

    Examples
    --------
    >>> fit_embedding(np.eye(32)[[3, 5]], EmbeddingOptions("pca")).coordinates.round(9).tolist()
    [[0.5, 0.0], [-0.5, 0.0]]
    """
    options = EmbeddingOptions() if options is None else options
    vectors = vector_rows(normalised) / np.sqrt(2)
    if not len(vectors):
        raise RefusedError("there are no nets with rings, so there is no map of them")
    return _pca(vectors, options) if options.method == "pca" else _umap(vectors, options)


def _pca(vectors: NDArray[np.float64], options: EmbeddingOptions) -> Embedding:
    coordinates, explained = _principal(vectors, options.n_components)
    return Embedding(
        coordinates,
        "pca",
        options.seed,
        {"n_components": options.n_components, "scale": "1/sqrt(2)", "explained_variance_ratio": explained},
        _versions("numpy", "scikit-learn"),
    )


def _umap(vectors: NDArray[np.float64], options: EmbeddingOptions) -> Embedding:
    # UMAP works in single precision: what is equal there is one vector.
    distinct, place = np.unique(vectors.astype(np.float32), axis=0, return_inverse=True)
    if len(distinct) < FEWEST_FOR_UMAP:
        raise RefusedError(
            f"UMAP needs {FEWEST_FOR_UMAP} nets with different ring statistics, got {len(distinct)}",
            hint="use `--method pca`",
        )
    from carvsdb.compiled import cached_if_possible  # numba is long to load

    n_neighbors = min(options.n_neighbors, len(distinct) - 1)
    with cached_if_possible():
        model = _umap_class()(
            n_neighbors=n_neighbors,
            min_dist=options.min_dist,
            n_components=options.n_components,
            metric="euclidean",
            init=_start(distinct, options),
            random_state=options.seed,
            n_jobs=1,  # what a seed makes of it anyway, without the warning
        )
        points = np.asarray(model.fit_transform(distinct), np.float64)
    return Embedding(
        points[place.ravel()],
        "umap",
        options.seed,
        {
            "n_neighbors": n_neighbors,
            "min_dist": options.min_dist,
            "n_components": options.n_components,
            "metric": "euclidean",
            "init": "pca",
            "scale": "1/sqrt(2)",
            "distinct_vectors": len(distinct),
        },
        _versions("numpy", "numba", "scikit-learn", "pynndescent", "umap-learn"),
    )


def _umap_class() -> Any:
    with warnings.catch_warnings():
        # umap warns at import that its neural variant, which we do not use, lacks Tensorflow.
        warnings.filterwarnings("ignore", message="Tensorflow not installed", category=ImportWarning)
        from umap import UMAP
    return UMAP


def _start(distinct: NDArray[np.float32], options: EmbeddingOptions) -> NDArray[np.float32]:
    """Return the PCA with a little noise: UMAP scales each axis to the same width and so needs some width."""
    coordinates, _ = _principal(distinct.astype(np.float64), options.n_components)
    noise = np.random.default_rng(options.seed).normal(size=coordinates.shape)
    return np.asarray(coordinates + 1e-4 * np.abs(coordinates).max() * noise, np.float32)


def _principal(vectors: NDArray[np.float64], n_components: int) -> tuple[NDArray[np.float64], list[float]]:
    """Project onto the principal axes; axes that the vectors do not span are zero."""
    coordinates = np.zeros((len(vectors), n_components))
    explained = [0.0] * n_components
    axes = min(n_components, len(vectors) - 1, vectors.shape[1])
    if axes > 0 and np.ptp(vectors, axis=0).any():
        from sklearn.decomposition import PCA

        model = PCA(axes, svd_solver="full")
        coordinates[:, :axes] = model.fit_transform(vectors) * _signs(model.components_)
        explained[:axes] = [float(share) for share in model.explained_variance_ratio_]
    return coordinates, explained


def _signs(components: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sign per axis that makes its largest loading positive, of equally large ones the first."""
    sizes = np.abs(components)
    # Loadings equal but for rounding must not let rounding decide.
    leading = (sizes >= sizes.max(axis=1, keepdims=True) - 1e-9).argmax(axis=1)
    signs = np.sign(components[np.arange(len(components)), leading])
    return np.asarray(np.where(signs == 0, 1.0, signs), np.float64)


def _versions(*packages: str) -> dict[str, str]:
    return {package: version(package) for package in packages}
