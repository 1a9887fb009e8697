"""The Keating energy of a four-coordinated network: parameters, energy, forces."""

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled
from carvsdb.errors import InputError
from carvsdb.generate.network import TetrahedralNetwork
from carvsdb.net import Net


@dataclass(frozen=True, slots=True)
class KeatingParameters:
    """Stiffness and bond length of the Keating energy; the defaults are those of silicon.

    ``E = (3/16) (alpha/d²) sum_bonds (r·r - d²)² + (3/8) (beta/d²) sum_angles (r·s + d²/3)²``, where `r` and `s`
    are the two bond vectors of an angle.

    Attributes
    ----------
    bond_stretching : float
        ``alpha`` in eV Å⁻².
    bending_ratio : float
        ``beta / alpha``.
    bond_length : float
        The ideal bond length ``d`` in Å.

    References
    ----------
    .. [1] Keating, Phys. Rev. 145, 637 (1966), doi:10.1103/PhysRev.145.637
    .. [2] Barkema & Mousseau, Phys. Rev. B 62, 4985 (2000), doi:10.1103/PhysRevB.62.4985 (form and values)

    Examples
    --------
    >>> KeatingParameters().bond_length
    2.35
    """

    bond_stretching: float = 2.965
    bending_ratio: float = 0.285
    bond_length: float = 2.35

    def __post_init__(self) -> None:
        for what in ("bond_stretching", "bending_ratio", "bond_length"):
            value = getattr(self, what)
            if not (isfinite(value) and value > 0):
                raise InputError(f"{what} of the Keating energy must be a positive number, got {value}")

    def coefficients(self) -> NDArray[np.float64]:
        """Return ``(d², stretching factor, bending factor)`` as the kernels take them."""
        squared = self.bond_length**2
        stretching = 3 / 16 * self.bond_stretching / squared
        return np.array([squared, stretching, 2 * self.bending_ratio * stretching])


def keating_energy(net: Net, parameters: KeatingParameters | None = None) -> float:
    """Return the Keating energy of a four-coordinated net with positions and a rectangular cell, in eV per cell.

    Raises
    ------
    InputError
        If a vertex has not four edges, or the net has no positions or no rectangular cell.

    Examples
    --------
    >>> from carvsdb.generate.network import diamond
    >>> round(keating_energy(diamond((2, 2, 2), 2.35).to_net()), 9)
    0.0
    """
    return _energy_and_forces(net, parameters)[0]


def keating_forces(net: Net, parameters: KeatingParameters | None = None) -> NDArray[np.float64]:
    """Return the Cartesian forces of the Keating energy, shape (n_vertices, 3), in eV Å⁻¹.

    Raises
    ------
    InputError
        As :func:`keating_energy`.
    """
    return _energy_and_forces(net, parameters)[1]


def _energy_and_forces(net: Net, parameters: KeatingParameters | None) -> tuple[float, NDArray[np.float64]]:
    network = TetrahedralNetwork.of(net)
    coefficients = (parameters or KeatingParameters()).coefficients()
    gradient = np.zeros_like(network.positions)
    bonds = np.empty((len(gradient), 4, 3))
    everyone = np.arange(len(gradient))
    energy = energy_and_gradient(
        everyone,
        len(everyone),
        network.positions,
        network.neighbours,
        network.offsets,
        network.box,
        coefficients,
        gradient,
        bonds,
    )
    return float(energy), -gradient


@compiled
def energy_and_gradient(
    centres: NDArray[np.int64],
    n_centres: int,
    positions: NDArray[np.float64],
    neighbours: NDArray[np.int64],
    offsets: NDArray[np.float64],
    box: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    gradient: NDArray[np.float64],
    bonds: NDArray[np.float64],
) -> float:
    """Add up the energy of some centres; write their bond vectors and the gradient.

    A centre owns half of each of its bonds and all of its angles. The gradient is complete for vertices all
    of whose neighbours are centres too; elsewhere it holds rubbish.
    """
    squared, stretching, bending = coefficients[0], coefficients[1], coefficients[2]
    third = squared / 3.0
    for row in range(n_centres):
        vertex = centres[row]
        gradient[vertex, 0] = 0.0
        gradient[vertex, 1] = 0.0
        gradient[vertex, 2] = 0.0
    energy = 0.0
    for row in range(n_centres):
        vertex = centres[row]
        bond = bonds[vertex]
        for k in range(4):
            other = neighbours[vertex, k]
            for axis in range(3):
                image = positions[other, axis] + offsets[vertex, k, axis] * box[axis]
                bond[k, axis] = image - positions[vertex, axis]
        for k in range(4):
            x, y, z = bond[k, 0], bond[k, 1], bond[k, 2]
            excess = x * x + y * y + z * z - squared
            energy += 0.5 * stretching * excess * excess
            factor = 2.0 * stretching * excess
            gx, gy, gz = factor * x, factor * y, factor * z
            for m in range(4):
                if m != k:
                    u, v, w = bond[m, 0], bond[m, 1], bond[m, 2]
                    excess = x * u + y * v + z * w + third
                    # Each angle is met twice, once from each of its bonds.
                    energy += 0.5 * bending * excess * excess
                    factor = 2.0 * bending * excess
                    gx += factor * u
                    gy += factor * v
                    gz += factor * w
            other = neighbours[vertex, k]
            gradient[other, 0] += gx
            gradient[other, 1] += gy
            gradient[other, 2] += gz
            gradient[vertex, 0] -= gx
            gradient[vertex, 1] -= gy
            gradient[vertex, 2] -= gz
    return energy


@compiled
def energy_along(
    centres: NDArray[np.int64],
    n_centres: int,
    direction: NDArray[np.float64],
    neighbours: NDArray[np.int64],
    coefficients: NDArray[np.float64],
    bonds: NDArray[np.float64],
) -> tuple[float, float, float, float]:
    """Expand the energy of some centres along a direction: ``E(t) - E(0) = c1 t + c2 t² + c3 t³ + c4 t⁴``.

    The Keating energy is a polynomial of fourth degree in the coordinates, so this is exact. `bonds` are the
    bond vectors at ``t = 0``, as :func:`energy_and_gradient` leaves them.
    """
    squared, stretching, bending = coefficients[0], coefficients[1], coefficients[2]
    third = squared / 3.0
    c1, c2, c3, c4 = 0.0, 0.0, 0.0, 0.0
    change = np.empty((4, 3))
    for row in range(n_centres):
        vertex = centres[row]
        bond = bonds[vertex]
        for k in range(4):
            other = neighbours[vertex, k]
            for axis in range(3):
                change[k, axis] = direction[other, axis] - direction[vertex, axis]
        for k in range(4):
            x, y, z = bond[k, 0], bond[k, 1], bond[k, 2]
            p, q, r = change[k, 0], change[k, 1], change[k, 2]
            q0 = x * x + y * y + z * z - squared
            q1 = 2.0 * (x * p + y * q + z * r)
            q2 = p * p + q * q + r * r
            weight = 0.5 * stretching
            c1 += weight * 2.0 * q0 * q1
            c2 += weight * (q1 * q1 + 2.0 * q0 * q2)
            c3 += weight * 2.0 * q1 * q2
            c4 += weight * q2 * q2
            for m in range(k):
                u, v, w = bond[m, 0], bond[m, 1], bond[m, 2]
                a, b, c = change[m, 0], change[m, 1], change[m, 2]
                q0 = x * u + y * v + z * w + third
                q1 = x * a + y * b + z * c + p * u + q * v + r * w
                q2 = p * a + q * b + r * c
                c1 += bending * 2.0 * q0 * q1
                c2 += bending * (q1 * q1 + 2.0 * q0 * q2)
                c3 += bending * 2.0 * q1 * q2
                c4 += bending * q2 * q2
    return c1, c2, c3, c4
