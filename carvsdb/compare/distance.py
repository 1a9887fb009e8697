"""The topological distance between nets."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carvsdb.errors import InputError, RefusedError

if TYPE_CHECKING:  # at run time the package of rings would bring its compiled kernels along
    from carvsdb.rings.carvs import Carvs

N_SIZES = 32
"""Length of a normalised vector: ring sizes 1 to 32."""

_LABELS = ("first net", "second net")

_CHUNK = 1 << 16  # rows whose differences are held at once: 16 MB


def topological_distance(a: "Carvs", b: "Carvs", *, labels: tuple[str, str] = _LABELS) -> float:
    """Measure how different the ring statistics of two nets are, from 0 to 1.

    ``d(a, b) = |r_a - r_b| / sqrt(2)`` with ``r = c / sum(c)``, where ``c`` is the mean number of rings of
    each size through a node.

    Parameters
    ----------
    a, b : Carvs
    labels : tuple of str
        What the two nets are called in an error.

    Raises
    ------
    RefusedError
        If the two vectors cannot be compared; :func:`comparable` says why.

    Notes
    -----
    Distance 0 does not make two nets the same: dia and lon have equal ring statistics.

    References
    ----------
    .. [1] Nicholas et al., arXiv:2503.24367 (2025)

    Examples
    --------
    >>> from carvsdb.rings.carvs import Carvs
    >>> dia = Carvs.from_counts([[0, 0, 0, 0, 0, 12]], completeness="proved")
    >>> nbo = Carvs.from_counts([[0, 0, 0, 0, 0, 8, 0, 8]], completeness="proved")
    >>> topological_distance(dia, nbo)
    0.5
    """
    for one in (a, b):
        if not hasattr(one, "has_rings"):
            raise InputError(
                f"topological_distance takes two Carvs, got {type(one).__name__}",
                hint="find_rings(NET).carvs() gives one",
            )
    reason = comparable(a, b, labels=labels)
    if reason is not None:
        raise RefusedError(reason, hint=_repair(a, b, labels))
    return float(distances_from(a.normalised, b.normalised))


def comparable(a: "Carvs", b: "Carvs", *, labels: tuple[str, str] = _LABELS) -> str | None:
    """Say why two nets have no distance, or None if they have one.

    Two vectors are comparable if their ring kind is the same, both have rings, and both are complete
    (``proved`` or ``observed``) or searched to the same ring size.

    Examples
    --------
    >>> from carvsdb.rings.carvs import Carvs
    >>> short = Carvs.from_counts([[0, 0, 0, 2, 0, 4]], completeness="no")
    >>> sod = Carvs.from_counts([[0, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 32]], completeness="proved")
    >>> comparable(short, sod, labels=("zif", "sod"))
    "carvs of 'zif' was searched to 6-rings, of 'sod' to 12: they cannot be compared"
    >>> comparable(sod, sod) is None
    True
    """
    for carvs, label in ((a, labels[0]), (b, labels[1])):
        if not carvs.has_rings:
            return f"{label!r} has no rings, so it has no distance to any net"
    if a.ring_kind != b.ring_kind:
        return f"carvs of {labels[0]!r} counts {_kind(a)}, of {labels[1]!r} {_kind(b)}: they cannot be compared"
    if a.max_ring_size != b.max_ring_size and not (a.is_complete and b.is_complete):
        return (
            f"carvs of {labels[0]!r} was searched to {a.max_ring_size}-rings, of {labels[1]!r} to "
            f"{b.max_ring_size}: they cannot be compared"
        )
    return None


def distance_matrix(normalised: ArrayLike) -> NDArray[np.float64]:
    """Measure the topological distances between all pairs of nets.

    Parameters
    ----------
    normalised : array_like of float, shape (n, 32)
        A normalised vector per row. That they are comparable is for the caller to know.

    Returns
    -------
    ndarray of float64, shape (n, n)
        Symmetric, with a zero diagonal; equal vectors are at distance 0 exactly.

    Raises
    ------
    InputError
        If the shape is wrong or a number is not finite (a net without rings has no normalised vector).

    Examples
    --------
    >>> distance_matrix(np.eye(32)[[3, 3, 5]]).tolist()
    [[0.0, 0.0, 1.0], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0]]
    """
    vectors = vector_rows(normalised)
    matrix = np.zeros((len(vectors), len(vectors)))
    for row in range(len(vectors) - 1):
        matrix[row, row + 1 :] = matrix[row + 1 :, row] = distances_from(vectors[row], vectors[row + 1 :])
    return matrix


def distances_from(vector: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Measure the distances from one normalised vector, shape (32,), to others, shape (..., 32).

    Notes
    -----
    Vectors are subtracted before they are squared, so that near nets keep their digits.
    """
    if others.ndim == 2 and len(others) > _CHUNK:
        parts = [distances_from(vector, others[start : start + _CHUNK]) for start in range(0, len(others), _CHUNK)]
        return np.concatenate(parts)
    difference = others - vector
    halved: NDArray[np.float64] = (difference * difference).sum(axis=-1) / 2
    # Rounding of the normalised vectors may lead past 1 by one unit in the last place.
    return np.asarray(np.minimum(np.sqrt(halved), 1.0))


def vector_rows(normalised: ArrayLike) -> NDArray[np.float64]:
    """Check an array of normalised vectors, one a row, and return it as float64, shape (n, 32)."""
    vectors: NDArray[Any] = np.ascontiguousarray(normalised, dtype=np.float64)
    if vectors.ndim != 2 or vectors.shape[1] != N_SIZES:
        raise InputError(f"normalised vectors must have the shape (n, {N_SIZES}), got {vectors.shape}")
    if not np.isfinite(vectors).all():
        bad = int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])
        raise InputError(f"normalised vector {bad} is not finite; leave nets without rings out")
    return vectors


def _kind(carvs: "Carvs") -> str:
    return "strong rings" if carvs.ring_kind == "strong" else "rings"


def _repair(a: "Carvs", b: "Carvs", labels: tuple[str, str]) -> str | None:
    if not (a.has_rings and b.has_rings):
        return None
    if a.ring_kind != b.ring_kind:
        return "search both for the same kind of rings"
    lower = labels[0] if a.max_ring_size < b.max_ring_size else labels[1]
    larger = max(a.max_ring_size, b.max_ring_size)
    return f"run `carvsdb ingest --max-ring-size {larger}` on the file of {lower!r}"
