"""The barycentric placement: every vertex at the mean of its neighbours.

It is unique up to an affine map, so automorphisms of a net act on it as affine maps. [1]_ Coordinates are rational;
they are held twice, as residues modulo a prime (equal numbers have equal residues) and as floating-point
numbers (which tell integers apart). No test of equality trusts a rounded number alone.

References
----------
.. [1] Delgado-Friedrichs & O'Keeffe, Acta Cryst. A 59, 351 (2003), doi:10.1107/S0108767303012017
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import RefusedError
from carvsdb.net.adjacency import Adjacency
from carvsdb.net.elimination import approach_laplacian, solve_laplacian
from carvsdb.net.graph import Net

# The largest primes below 2^31: products of two residues fit 63 bits.
PRIMES = (2147483647, 2147483629, 2147483587, 2147483579)
LARGEST_TAIL = 2500


class TooLargeError(RefusedError):
    """A net whose placement would take too long."""


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Barycentric coordinates of the vertices of a connected net.

    Attributes
    ----------
    residues : ndarray of int64, shape (n_vertices, periodicity)
        Fractional coordinates modulo `prime`; vertex 0 lies at the origin.
    approximate : ndarray of float64, shape (n_vertices, periodicity)
        The same as floating-point numbers; not wrapped.
    prime : int
        The first of `PRIMES` modulo which the equations have one solution.
    """

    residues: NDArray[np.int64]
    approximate: NDArray[np.float64]
    prime: int

    def colliding(self) -> list[tuple[int, int]]:
        """Return pairs of vertices that lie at one place, modulo lattice vectors.

        Each set of colliding vertices is linked by its pairs. A net without any is *stable*.
        """
        n, dimension = self.approximate.shape
        if n < 2 or dimension == 0:
            return [(0, other) for other in range(1, n)]
        # Integer weights keep equal places equal on the circle; real neighbours there are few.
        weights = np.array([1.0, 37.0, 1009.0])[:dimension]
        angle = self.approximate @ weights
        angle -= np.floor(angle)
        order = np.argsort(angle, kind="stable")
        window = 1e-4
        pairs = []
        for place in range(n):
            first = order[place]
            for step in range(1, n):
                second = order[(place + step) % n]
                if (angle[second] - angle[first]) % 1.0 > window:
                    break
                difference = self.approximate[second] - self.approximate[first]
                whole = np.rint(difference)
                if np.abs(difference - whole).max() > 1e-3:
                    continue
                exact = self.residues[second] - self.residues[first] - whole.astype(np.int64)
                if not (exact % self.prime).any():
                    pairs.append((int(first), int(second)))
                    break
        return pairs


def place(net: Net, dimension: int, adjacency: Adjacency | None = None) -> Placement:
    """Place the vertices of a connected net in its own lattice.

    Parameters
    ----------
    net : Net
        Connected; see :func:`carvsdb.net.own_lattice.in_own_lattice`.
    dimension : int
        Its periodicity: the number of offset columns used.
    adjacency : Adjacency, optional
        Of `net`, if it is known already.

    Raises
    ------
    TooLargeError
        If the equations are too many and too dense.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> place(library.load("dia"), 3).approximate.round(6).tolist()
    [[0.0, 0.0, 0.0], [-0.25, -0.25, -0.25]]
    """
    if dimension == 0:
        return Placement(np.zeros((net.n_vertices, 0), np.int64), np.zeros((net.n_vertices, 0)), PRIMES[0])
    ends = adjacency or Adjacency.of(net)
    starts, neighbours = ends.starts, ends.neighbours.astype(np.int64)
    offsets = ends.offsets[:, :dimension].astype(np.int64)
    totals = np.zeros((net.n_vertices, dimension), np.int64)
    np.add.at(totals, np.repeat(np.arange(net.n_vertices), np.diff(starts)), offsets)
    for prime in PRIMES:
        residues = totals % prime
        outcome = solve_laplacian(starts, neighbours, residues, prime, LARGEST_TAIL)
        if outcome == 0:
            approximate = approach_laplacian(starts, neighbours, totals.astype(np.float64), 1e-11)
            return Placement(residues, approximate, prime)
        if outcome == 2:
            break
    raise TooLargeError(f"the net has {net.n_vertices} vertices, too densely linked to place them exactly")
