"""Relaxation of positions (conjugate gradients with exact line minima) and of the box (solved exactly)."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled
from carvsdb.generate.keating import KeatingParameters, energy_along, energy_and_gradient
from carvsdb.generate.network import TetrahedralNetwork


@compiled
def line_minimum(c1: float, c2: float, c3: float, c4: float) -> float:
    """Return a minimum ``t > 0`` of ``c1 t + c2 t² + c3 t³ + c4 t⁴`` below zero, for ``c1 < 0 <= c4``; 0 if none."""
    high = -0.5 * c1 / c2 if c2 > 0.0 else 1.0
    for _ in range(60):
        if c1 + high * (2.0 * c2 + high * (3.0 * c3 + high * 4.0 * c4)) >= 0.0:
            break
        high *= 2.0
    for _ in range(60):
        low, top = 0.0, high
        step = high
        for _ in range(60):
            slope = c1 + step * (2.0 * c2 + step * (3.0 * c3 + step * 4.0 * c4))
            if slope < 0.0:
                low = step
            else:
                top = step
            curvature = 2.0 * c2 + step * (6.0 * c3 + step * 12.0 * c4)
            newton = step - slope / curvature if curvature > 0.0 else low
            # Newton where it stays inside the bracket, halving where it does not.
            following = newton if low < newton < top else 0.5 * (low + top)
            if abs(following - step) <= 1e-10 * top:
                step = following
                break
            step = following
        if step * (c1 + step * (c2 + step * (c3 + step * c4))) < 0.0:
            return step
        high = 0.5 * step
    return 0.0


@compiled
def relax_positions(
    centres: NDArray[np.int64],
    n_centres: int,
    n_free: int,
    limit: float,
    margin: float,
    tolerance: float,
    max_steps: int,
    positions: NDArray[np.float64],
    neighbours: NDArray[np.int64],
    offsets: NDArray[np.float64],
    box: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    work: NDArray[np.float64],
    bonds: NDArray[np.float64],
) -> tuple[float, bool, int]:
    """Move the first `n_free` centres towards a minimum of the energy of all centres.

    Stops when the squared force falls below `tolerance`, after `max_steps`, or as soon as
    ``E - margin |F|² > limit``: then the minimum is judged to lie above the limit.

    Parameters
    ----------
    centres : ndarray of int64
        The free nodes, then their other neighbours.
    limit : float
        In eV.
    margin : float
        In Å² eV⁻¹.
    tolerance : float
        In eV² Å⁻².
    work : ndarray of float64, shape (3, n, 3)
        Scratch; the third plane must be zero, and is so again at the end.
    bonds : ndarray of float64, shape (n, 4, 3)
        Scratch.

    Returns
    -------
    energy : float
        Of the centres, in eV.
    stopped : bool
        Whether the limit ended it.
    steps : int
    """
    # Conjugate gradients: steps along the gradient alone would zigzag in the long valleys of a stiff network.
    gradient, previous, direction = work[0], work[1], work[2]
    energy = 0.0
    squared_before = 0.0
    stopped = False
    steps = 0
    while True:
        energy = energy_and_gradient(
            centres, n_centres, positions, neighbours, offsets, box, coefficients, gradient, bonds
        )
        squared, mixed = 0.0, 0.0
        for row in range(n_free):
            vertex = centres[row]
            for axis in range(3):
                value = gradient[vertex, axis]
                squared += value * value
                mixed += value * previous[vertex, axis]
        # The minimum lies about margin |F|² lower, as in a harmonic valley: what stays too high even so is given up
        # early, as most switches are after a few steps.
        if energy - margin * squared > limit:
            stopped = True
            break
        if squared <= tolerance or steps >= max_steps:
            break
        # Polak-Ribière, started afresh where it would turn uphill.
        factor = max(0.0, (squared - mixed) / squared_before) if steps > 0 else 0.0
        slope = 0.0
        for row in range(n_free):
            vertex = centres[row]
            for axis in range(3):
                value = gradient[vertex, axis]
                previous[vertex, axis] = value
                direction[vertex, axis] = factor * direction[vertex, axis] - value
                slope += direction[vertex, axis] * value
        if slope >= 0.0:
            for row in range(n_free):
                vertex = centres[row]
                for axis in range(3):
                    direction[vertex, axis] = -gradient[vertex, axis]
        # The Keating energy is a polynomial of degree four in the positions, so also along a line: its minimum is found
        # exactly, from coefficients, without trial steps.
        c1, c2, c3, c4 = energy_along(centres, n_centres, direction, neighbours, coefficients, bonds)
        step = line_minimum(c1, c2, c3, c4)
        if step == 0.0:
            break
        for row in range(n_free):
            vertex = centres[row]
            for axis in range(3):
                positions[vertex, axis] += step * direction[vertex, axis]
        squared_before = squared
        steps += 1
    # Only what was used is wiped: a call moves a few nodes of thousands.
    for row in range(n_free):
        vertex = centres[row]
        for axis in range(3):
            direction[vertex, axis] = 0.0
    return energy, stopped, steps


def relax_box(network: TetrahedralNetwork, parameters: KeatingParameters) -> None:
    """Scale box and positions, axis by axis, to the exact minimum of the energy under such scaling.

    Notes
    -----
    With the fractional coordinates held, every ``r·s`` is linear in the squares of the three scale factors,
    and so the energy is quadratic in these squares.
    """
    squared, stretching, bending = parameters.coefficients()
    bonds = network.bond_vectors()
    lengths = (bonds * bonds).reshape(-1, 3)
    first, second = np.triu_indices(4, 1)
    angles = (bonds[:, first] * bonds[:, second]).reshape(-1, 3)
    matrix = 0.5 * stretching * lengths.T @ lengths + bending * angles.T @ angles
    right = 0.5 * stretching * squared * lengths.sum(0) - bending * squared / 3 * angles.sum(0)
    factors = np.linalg.solve(matrix, right)
    if (factors > 0).all():
        scale = np.sqrt(factors)
        network.box[:] *= scale
        network.positions[:] *= scale


def relax(
    network: TetrahedralNetwork, parameters: KeatingParameters, *, force: float = 1e-3, with_box: bool = True
) -> float:
    """Relax all positions, and the box with them, and return the energy in eV.

    Parameters
    ----------
    network : TetrahedralNetwork
        Changed in place.
    parameters : KeatingParameters
    force : float
        Root mean square force per coordinate at which to stop, in eV Å⁻¹.
    with_box : bool
        Whether the edges of the box relax too.
    """
    n_nodes = network.n_nodes
    everyone = np.arange(n_nodes)
    work = np.zeros((3, n_nodes, 3))
    bonds = np.empty((n_nodes, 4, 3))
    tolerance = 3 * n_nodes * force**2
    energy = np.inf
    for _ in range(100):
        if with_box:
            relax_box(network, parameters)
        energy, _, steps = relax_positions(
            everyone, n_nodes, n_nodes, np.inf, 0.0, tolerance, 5000,
            network.positions, network.neighbours, network.offsets, network.box,
            parameters.coefficients(), work, bonds,
        )  # fmt: skip
        if steps == 0 or not with_box:
            break
    return float(energy)
