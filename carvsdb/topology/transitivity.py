"""How many kinds of vertices and edges a net has."""

import numpy as np

from carvsdb.net.placement import TooLargeError
from carvsdb.topology.branching import TooSymmetricError
from carvsdb.topology.canonical import canonical
from carvsdb.topology.keys import net_of_key, read_key


def transitivity(key: str) -> tuple[int, int] | None:
    """Return the numbers of kinds of vertices and of edges of a net, under its automorphisms.

    Parameters
    ----------
    key : str
        Of one connected net.

    Returns
    -------
    (int, int) or None
        The first two, p and q, of the transitivity pqrs of a tiling; None where they cannot be worked out within
        bounds.

    References
    ----------
    .. [1] Delgado-Friedrichs & O'Keeffe, J. Solid State Chem. 178, 2480 (2005), doi:10.1016/j.jssc.2005.06.011

    Examples
    --------
    >>> from carvsdb.net import library
    >>> from carvsdb.topology import key_of
    >>> [transitivity(key_of(library.load(name))) for name in ("dia", "lon", "sra", "tbo")]
    [(1, 1), (1, 2), (1, 3), (2, 1)]
    """
    try:
        found = canonical(net_of_key(key), read_key(key)[0])
    except (TooLargeError, TooSymmetricError):
        return None
    return len(np.unique(found.vertex_orbits)), len(np.unique(found.edge_orbits))
