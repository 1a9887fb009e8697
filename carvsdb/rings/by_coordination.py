"""CARVS by coordination number: what goes through three-, four- and five-coordinated nodes."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.rings.carvs import Carvs


def carvs_by_coordination(
    counts: NDArray[np.int64],
    coordination: NDArray[np.int64],
    *,
    completeness: str,
    ring_kind: str = "ring",
    linker_aware: bool = False,
) -> dict[int, Carvs]:
    """Average ring counts over the nodes of each coordination.

    Parameters
    ----------
    counts : ndarray of int, shape (n_nodes, max_ring_size)
        Rings of each size through each node.
    coordination : ndarray of int, shape (n_nodes,)
        Distinct bonds of each node.
    completeness, ring_kind, linker_aware
        As in `Carvs`.

    Returns
    -------
    dict of int to Carvs
        By coordination, ascending; empty if all nodes have the same.

    Examples
    --------
    >>> counts = np.array([[0, 0, 1, 2], [0, 0, 0, 2], [0, 0, 0, 4]])
    >>> split = carvs_by_coordination(counts, np.array([3, 4, 4]), completeness="no")
    >>> {number: (carvs.n_nodes, carvs.symbol) for number, carvs in split.items()}
    {3: (1, '{3.4(2)}'), 4: (2, '{4(3)} σ=1.0')}
    """
    kinds = np.unique(coordination).tolist()
    if len(kinds) < 2:
        return {}
    return {
        kind: Carvs.from_counts(
            counts[coordination == kind], completeness=completeness, ring_kind=ring_kind, linker_aware=linker_aware
        )
        for kind in kinds
    }
