"""Embeddings (PCA, UMAP, densMAP), also called maps: nets as points of a plane, near where their rings are alike."""

from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carvsdb.compare.distance import vector_rows
from carvsdb.errors import InputError, RefusedError
from carvsdb.short_repr import short_repr

FEWEST_FOR_UMAP = 4
"""UMAP needs this many different vectors: with fewer, every net neighbours every other."""

Method = Literal["umap", "densmap", "pca"]
Inputs = Literal["normalised", "sqrt", "shells"]
Level = Literal["nets", "environments"]
METHODS: tuple[Method, ...] = ("umap", "densmap", "pca")
INPUTS: tuple[Inputs, ...] = ("normalised", "sqrt", "shells")
LEVELS: dict[Level, str] = {"nets": "net", "environments": "node environment"}
"""What a map may be of, and what a point of it then is."""
MAP_TITLES: dict[Level, str] = {
    "nets": "Nets by their ring statistics",
    "environments": "Node environments by their rings",
}
"""What stands above a map, by what its points are."""
AXIS_NAMES: dict[str, str] = {"umap": "UMAP", "densmap": "densMAP", "pca": "PC"}
"""What the axes of a map are called, by its method."""
LENGTHS: dict[str, str] = {
    "normalised": "topological distance",
    "sqrt": "Hellinger distance",
    "shells": "distance of rings and shells",
}
"""What lengths along the axes of a PCA are, by what was mapped."""


@dataclass(frozen=True, slots=True)
class EmbeddingOptions:
    """How a map is made.

    Attributes
    ----------
    method : str
        ``umap`` keeps neighbourhoods, ``densmap`` local densities, too, ``pca`` distances as well as a plane can.
    seed : int
        Seed of UMAP's draws; PCA draws nothing.
    n_neighbors : int
        UMAP's neighbourhood, in nets, 2 or more; with fewer nets, all others.
    min_dist : float
        UMAP's least distance of points on the map, 0 to 1.
    n_components : int
        Dimensions of the map.
    inputs : str
        What is mapped; see :func:`map_features`.
    """

    method: Method = "umap"
    seed: int = 0
    n_neighbors: int = 50
    min_dist: float = 0.25
    n_components: int = 2
    inputs: Inputs = "normalised"

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise InputError(f"method must be one of {', '.join(METHODS)}, got {self.method!r}")
        if self.inputs not in INPUTS:
            raise InputError(f"inputs must be one of {', '.join(INPUTS)}, got {self.inputs!r}")
        if self.n_neighbors < 2:
            raise InputError(f"n_neighbors must be 2 or more, got {self.n_neighbors}")
        if not 0 <= self.min_dist <= 1:
            raise InputError(f"min_dist must be between 0 and 1, got {self.min_dist}")
        if not 0 <= self.seed < 2**32:
            raise InputError(f"seed must be between 0 and {2**32 - 1}, got {self.seed}")
        if self.n_components < 1:
            raise InputError(f"n_components must be 1 or more, got {self.n_components}")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Embedding:
    """A map of nets, with all that is needed to make it again.

    Attributes
    ----------
    coordinates : ndarray of float64, shape (n, n_components)
        A point per net, in the order given. Nets with equal vectors have equal points.
    method : str
        ``umap``, ``densmap`` or ``pca``.
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
    parameters: dict[str, int | float | str | list[float] | list[str]]
    versions: dict[str, str]

    __repr__ = short_repr

    @property
    def inputs(self) -> Inputs:
        """What was mapped; see :func:`map_features`. Maps of old catalogues do not say it."""
        return cast(Inputs, self.parameters.get("inputs", "normalised"))

    @property
    def level(self) -> Level:
        """What its points are: ``nets`` or ``environments``. Maps of nets do not say it."""
        return cast(Level, self.parameters.get("level", "nets"))

    @property
    def axis_name(self) -> str:
        """What its axes are called."""
        return AXIS_NAMES.get(self.method, self.method)

    @property
    def lengths(self) -> str:
        """What lengths along its axes are; empty where they mean nothing."""
        return LENGTHS.get(self.inputs, "") if self.method == "pca" else ""


def map_features(
    normalised: ArrayLike, inputs: Inputs = "normalised", shells: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Return what a map is made of: points whose Euclidean distances the map is to show.

    Parameters
    ----------
    normalised : array_like of float, shape (n, 32)
        Normalised vectors, one a row.
    inputs : str
        ``normalised``: vectors over the root of two, so that lengths are topological distances. ``sqrt``: their roots
        over the root of two, so that lengths are Hellinger distances, to which rare rings matter more. ``shells``:
        normalised, with the logarithms of coordination sequences beside them, so that squared lengths are the squared
        topological distance and the squared :func:`carvsdb.compare.metrics.shell_distance` together.
    shells : array_like of float, shape (n, 10), optional
        Mean coordination sequences, for ``shells``.

    Raises
    ------
    InputError
        If a shape is wrong, a number is not finite, or there are no shells.
    """
    vectors = vector_rows(normalised)
    if inputs == "sqrt":
        return np.asarray(np.sqrt(np.clip(vectors, 0, None) / 2), np.float64)
    if inputs == "normalised":
        return np.asarray(vectors / np.sqrt(2), np.float64)
    if shells is None:
        raise InputError("a map with coordination sequences needs them: pass shells")
    sizes = np.asarray(shells, np.float64)
    if sizes.ndim != 2 or len(sizes) != len(vectors) or not sizes.shape[1]:
        raise InputError(f"shells must have the shape ({len(vectors)}, 10), got {sizes.shape}")
    return np.asarray(np.hstack([vectors / np.sqrt(2), np.log(np.maximum(sizes, 0.5)) / np.sqrt(sizes.shape[1])]))


def fit_embedding(
    normalised: ArrayLike,
    options: EmbeddingOptions | None = None,
    *,
    shells: ArrayLike | None = None,
    progress: bool | None = False,
) -> Embedding:
    """Make a map of nets.

    Parameters
    ----------
    normalised : array_like of float, shape (n, 32)
        Normalised vectors, one a row.
    options : EmbeddingOptions, optional
    shells : array_like of float, shape (n, 10), optional
        Mean coordination sequences, for maps of ``shells``.
    progress : bool or None
        Whether a bar shows how far UMAP is; see :mod:`carvsdb.progress`.

    Raises
    ------
    InputError
        If the shape is wrong or a number is not finite.
    RefusedError
        If there are no nets, or for UMAP fewer than 4 different vectors.

    Notes
    -----
    What is mapped are :func:`map_features`, so that along the axes of a PCA of normalised vectors lengths are
    topological distances. On a UMAP neither distances between groups nor the sizes of groups mean anything.

    UMAP sees each different vector once, in sorted order: nets at distance 0 share a point, the map does not
    depend on the order of the nets, and a net that was entered a hundred times does not become an island.
    It starts from the PCA [2]_: a spectral start fails for few nets and for maps that fall apart. Its neighbours are
    exact.

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
    features = map_features(normalised, options.inputs, shells)
    if not len(features):
        raise RefusedError("there are no nets with rings, so there is no map of them")
    return _pca(features, options) if options.method == "pca" else _umap(features, options, progress)


def _pca(features: NDArray[np.float64], options: EmbeddingOptions) -> Embedding:
    coordinates, explained = _principal(features, options.n_components)
    return Embedding(
        coordinates,
        "pca",
        options.seed,
        {
            "n_components": options.n_components,
            "inputs": options.inputs,
            "scale": "1/sqrt(2)",
            "explained_variance_ratio": explained,
        },
        _versions("numpy", "scikit-learn"),
    )


def _umap(features: NDArray[np.float64], options: EmbeddingOptions, progress: bool | None) -> Embedding:
    from carvsdb.compare.umap_layout import lay_out

    distinct, place = distinct_points(features)
    if len(distinct) < FEWEST_FOR_UMAP:
        raise RefusedError(
            f"UMAP needs {FEWEST_FOR_UMAP} nets with different ring statistics, got {len(distinct)}",
            hint="use `--method pca`",
        )
    n_neighbors = min(options.n_neighbors, len(distinct) - 1)
    points = lay_out(
        distinct,
        _start(distinct, options),
        n_neighbors=n_neighbors,
        min_dist=options.min_dist,
        seed=options.seed,
        densmap=options.method == "densmap",
        progress=progress,
    )
    return Embedding(
        points[place],
        options.method,
        options.seed,
        {
            "n_neighbors": n_neighbors,
            "min_dist": options.min_dist,
            "n_components": options.n_components,
            "inputs": options.inputs,
            "metric": "euclidean",
            "neighbours": "exact",
            "init": "pca",
            "scale": "1/sqrt(2)",
            "distinct_vectors": len(distinct),
        },
        _versions("numpy", "numba", "scikit-learn", "umap-learn"),
    )


def distinct_points(features: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the different points, sorted, and the place of each point among them.

    UMAP works in single precision: what is equal there is one point.
    """
    distinct, place = np.unique(features.astype(np.float32), axis=0, return_inverse=True)
    return distinct.astype(np.float64), np.asarray(place, np.int64).ravel()


def _start(distinct: NDArray[np.float64], options: EmbeddingOptions) -> NDArray[np.float64]:
    """Return the PCA with a little noise: UMAP scales each axis to the same width and so needs some width."""
    coordinates, _ = _principal(distinct, options.n_components)
    noise = np.random.default_rng(options.seed).normal(size=coordinates.shape)
    return np.asarray(coordinates + 1e-4 * np.abs(coordinates).max() * noise, np.float64)


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
