"""Vertex symbols: the rings at each angle of a node."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from carvsdb.rings.angles import AngleCounts, angle_counts
from carvsdb.rings.census import RingCensus, check_census

Angle = tuple[tuple[int, int], ...]
"""The rings at an angle: (size, number) by ascending size."""

_OPPOSITE = ((0, 5), (1, 4), (2, 3))
"""Opposite angles of a 4-coordinated node, as indices into (01, 02, 03, 12, 13, 23)."""


def vertex_symbols(census: RingCensus, *, all_rings: bool = False, rings_at: AngleCounts | None = None) -> list[str]:
    """Write the vertex symbol of every node.

    Parameters
    ----------
    census : RingCensus
    all_rings : bool
        Give every ring size at an angle instead of the smallest.
    rings_at : AngleCounts, optional
        The rings at each angle, if they were counted before.

    Returns
    -------
    list of str, one per node

    Notes
    -----
    An angle without a ring is ``*``. The angles of a 4-coordinated node stand in opposite pairs, small first; those
    of other nodes ascend. The all-rings form orders angles by their lists of ring sizes, each ring written out.

    References
    ----------
    .. [1] Blatov, O'Keeffe & Proserpio, CrystEngComm 12, 44 (2010), doi:10.1039/b910671e

    Examples
    --------
    >>> from carvsdb.net import library
    >>> from carvsdb.rings import find_rings
    >>> vertex_symbols(find_rings(library.load("cds")))[0]
    '[6.6.6.6.6(2).*]'
    """
    check_census(census, "vertex_symbols")
    rings_at = rings_at or angle_counts(census)
    symbols = []
    known: dict[bytes, str] = {}  # of equal vertices, as most nets have, one is written
    for vertex in np.flatnonzero(census.net.is_node):
        rows = rings_at.counts[rings_at.starts[vertex] : rings_at.starts[vertex + 1]]
        code = rows.tobytes()
        if code not in known:
            angles = in_order(_angles(rows, all_rings), all_rings)
            known[code] = "[" + ".".join(written(angle) for angle in angles) + "]"
        symbols.append(known[code])
    return symbols


_NONE = 10**9  # larger than any size of a ring, and than any number of rings


def _angles(rows: NDArray[np.int64], all_rings: bool) -> list[Angle]:
    angles: list[list[tuple[int, int]]] = [[] for _ in rows]
    at, sizes = np.nonzero(rows)
    for angle, size, number in zip(at.tolist(), sizes.tolist(), rows[at, sizes].tolist(), strict=True):
        if all_rings or not angles[angle]:
            angles[angle].append((size, number))
    return [tuple(angle) for angle in angles]


def in_order(angles: Sequence[Angle], all_rings: bool = False) -> list[Angle]:
    """Put the angles of a vertex in the order of its symbol."""

    def rank(angle: Angle) -> tuple[int, ...]:
        if not angle:
            return (_NONE,)
        if not all_rings:
            return angle[0]
        # As if each ring were written out, of which there may be millions: of two lists that differ in the number of
        # rings of one size, the longer run comes first, unless the shorter one ends its list.
        *runs, (last, number) = angle
        return (*(part for size, many in runs for part in (size, -many)), last, number - _NONE)

    if len(angles) != 6:
        return sorted(angles, key=rank)
    pairs = [sorted((angles[one], angles[other]), key=rank) for one, other in _OPPOSITE]
    pairs.sort(key=lambda pair: [rank(angle) for angle in pair])
    return [angle for pair in pairs for angle in pair]


def written(angle: Angle) -> str:
    """Write the rings at an angle."""
    if not angle:
        return "*"
    rings = [f"{size}" if number == 1 else f"{size}({number})" for size, number in angle]
    return rings[0] if len(rings) == 1 else "(" + ",".join(rings) + ")"
