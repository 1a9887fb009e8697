"""The rings themselves: as a table, by size, and as values per node."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from carvsdb.rings.census import RingCensus, check_census

if TYPE_CHECKING:
    import pyarrow as pa


def select_sizes(census: RingCensus, sizes: Collection[int]) -> RingCensus:
    """Keep the rings of some sizes.

    Notes
    -----
    The selection keeps its parent's cut-off and completeness, which speak of the search.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> from carvsdb.rings import find_rings
    >>> select_sizes(find_rings(library.load("sod")), {4, 6}).ring_counts
    {4: 3, 6: 4}
    """
    kept = np.flatnonzero(np.isin(census.sizes, list(sizes)))
    lengths = np.diff(census.starts)[kept]
    starts = np.concatenate([[0], np.cumsum(lengths)])
    rows = np.repeat(census.starts[kept] - starts[:-1], lengths) + np.arange(starts[-1])
    return replace(
        census,
        sizes=census.sizes[kept],
        starts=starts,
        vertices=census.vertices[rows],
        offsets=census.offsets[rows],
    )


def ring_table(census: RingCensus) -> "pa.Table":
    """Return the rings as an Arrow table.

    Returns
    -------
    pyarrow.Table
        A row per translation class, smallest first: `size` in nodes; `vertices`, numbers of the net in the order of the
        ring; `offsets`, three integers per vertex, the cell that it is in. The first vertex is in cell 0.
    """
    check_census(census, "ring_table")
    import pyarrow as pa

    starts = pa.array(census.starts.astype(np.int32))
    flat = pa.array(np.ascontiguousarray(census.offsets).ravel())
    return pa.table(
        {
            "size": pa.array(census.sizes),
            "vertices": pa.ListArray.from_arrays(starts, pa.array(census.vertices)),
            "offsets": pa.ListArray.from_arrays(starts, pa.FixedSizeListArray.from_arrays(flat, 3)),
        }
    )


@dataclass(frozen=True, slots=True, eq=False)
class NodeRings:
    """Rings through each node, in the order of the net's nodes.

    Attributes
    ----------
    number : ndarray of int64, shape (n_nodes,)
        How many rings run through the node.
    mean_size : ndarray of float64, shape (n_nodes,)
        Mean size of those rings, in nodes; NaN where there is none (c_arpn in the literature on a-ZIF).
    size_spread : ndarray of float64, shape (n_nodes,)
        Population standard deviation of their sizes; NaN where there is none (c_srpn).
    """

    number: NDArray[np.int64]
    mean_size: NDArray[np.float64]
    size_spread: NDArray[np.float64]


def node_rings(census: RingCensus) -> NodeRings:
    """Average the sizes of the rings through each node.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> from carvsdb.rings import find_rings
    >>> sod = node_rings(find_rings(library.load("sod")))
    >>> int(sod.number[0]), round(float(sod.mean_size[0]), 3), round(float(sod.size_spread[0]), 3)
    (38, 10.947, 2.46)
    """
    check_census(census, "node_rings")
    counts = census.node_counts.astype(np.float64)
    sizes = np.arange(1, counts.shape[1] + 1)
    number = counts.sum(axis=1)
    with np.errstate(invalid="ignore"):
        mean = counts @ sizes / number
        variance = counts @ sizes**2 / number - mean**2
    return NodeRings(number.astype(np.int64), mean, np.sqrt(np.clip(variance, 0, None)))
