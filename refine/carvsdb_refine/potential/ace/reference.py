"""The naive twin: the energy of one atom straight from the definitions, for tests.

Nothing is shared with the kernels. Radial functions are orthonormalised by quadrature, spherical harmonics come from
Rodrigues' formula, every image of every atom is looked at, and every product is a product of complex numbers.
"""

import math
from functools import cache
from itertools import product

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import NDArray

from carvsdb.atoms.cell import heights_of_cell
from carvsdb_refine.potential.ace.form import AceForm

Floats = NDArray[np.float64]


def bessel_functions(distance: float, cutoff: float, n_base: int) -> Floats:
    """Return g_1 .. g_n: the raw functions made orthonormal over [0, cut-off] with weight r²."""
    raw = raw_bessel_functions(np.array([distance]), cutoff, n_base)
    return np.asarray(np.linalg.solve(_orthonormaliser(cutoff, n_base), raw)[:, 0])


def raw_bessel_functions(distances: Floats, cutoff: float, n_base: int) -> Floats:
    """Return f_0 .. f_(n-1) of the module `radial`, shape (n_base, n_distances)."""
    n = np.arange(n_base)[:, np.newaxis]
    factor = (-1.0) ** n * math.sqrt(2) * math.pi / cutoff**1.5 * (n + 1) * (n + 2) / np.hypot(n + 1, n + 2)
    return np.asarray(factor * (np.sinc((n + 1) * distances / cutoff) + np.sinc((n + 2) * distances / cutoff)))


@cache
def _orthonormaliser(cutoff: float, n_base: int) -> Floats:
    nodes, weights = np.polynomial.legendre.leggauss(200)
    distances = (nodes + 1) * cutoff / 2
    raw = raw_bessel_functions(distances, cutoff, n_base)
    return np.asarray(np.linalg.cholesky((raw * weights * cutoff / 2 * distances**2) @ raw.T))


def spherical_harmonic(l: int, m: int, direction: Floats) -> complex:  # noqa: E741 - the field's own letter
    """Return Y_lm of a unit vector: Condon-Shortley phase, Y_00 = 1."""
    if m < 0:
        return complex((-1) ** m * np.conj(spherical_harmonic(l, -m, direction)))
    x, y, z = (float(component) for component in direction)
    rodrigues = (Polynomial([-1, 0, 1]) ** l).deriv(l + m) / (2**l * math.factorial(l))
    legendre = (-1) ** m * (1 - z * z) ** (m / 2) * float(rodrigues(z))
    norm = math.sqrt((2 * l + 1) * math.factorial(l - m) / math.factorial(l + m))
    return complex(norm * legendre * np.exp(1j * m * math.atan2(y, x)))


def embedded(density: float, exponent: float) -> float:
    """Return F(density, exponent)."""
    if exponent == 1:
        return density
    size, inverse = abs(density), 1 / exponent
    x_shift = inverse ** (inverse / (1 - inverse)) * math.exp(-size)
    y_shift = inverse ** (1 / (1 - inverse)) * math.exp(-size)
    return math.copysign((x_shift + size) ** exponent - y_shift, density)


def energy_of_atom(form: AceForm, elements: NDArray[np.int64], positions: Floats, cell: Floats, atom: int) -> float:
    """Return the energy of one atom in eV.

    Parameters
    ----------
    form : AceForm
        The potential.
    elements : ndarray of int64, shape (n,)
        Indices of the potential's elements.
    positions : ndarray of float64, shape (n, 3)
        Cartesian, in Å, all inside the cell.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å.
    atom : int
        Which atom.
    """
    centre = int(elements[atom])
    reach = max(bond.cutoff for bond in form.bonds.values())
    heights = heights_of_cell(cell)
    images = [range(-math.ceil(reach / height) - 1, math.ceil(reach / height) + 2) for height in heights]
    around: list[tuple[int, float, Floats]] = []
    for image in product(*images):
        for other, position in enumerate(positions):
            vector = position + np.array(image) @ cell - positions[atom]
            distance = float(np.linalg.norm(vector))
            neighbour = int(elements[other])
            if (other != atom or any(image)) and distance < form.bonds[centre, neighbour].cutoff:
                around.append((neighbour, distance, vector / distance))
    n_max = max(bond.n_base for bond in form.bonds.values())
    l_max = max(bond.coefficients.shape[1] for bond in form.bonds.values())
    base = np.zeros((len(form.elements), n_max), np.complex128)
    atomic = np.zeros((len(form.elements), n_max, l_max, 2 * l_max - 1), np.complex128)
    for neighbour, distance, direction in around:
        bond = form.bonds[centre, neighbour]
        g = bessel_functions(distance, bond.cutoff, bond.n_base)
        radial = bond.coefficients @ g
        base[neighbour, : bond.n_base] += g
        for l in range(radial.shape[1]):  # noqa: E741
            for m in range(-l, l + 1):
                value = spherical_harmonic(l, m, direction)
                atomic[neighbour, : len(radial), l, m + l] += radial[:, l] * value
    about = form.centres[centre]
    densities = np.zeros(len(about.embedding))
    for function in about.functions:
        for combination, weights in zip(function.m, function.weights, strict=True):
            if len(function.elements) == 1:
                value = base[function.elements[0], function.n[0] - 1]
            else:
                labels = zip(function.elements, function.n, function.l, combination, strict=True)
                value = np.prod([atomic[mu, n - 1, ell, m + ell] for mu, n, ell, m in labels])
            densities += weights * value.real
    terms = (weight * embedded(density, m) for density, (weight, m) in zip(densities, about.embedding, strict=True))
    return float(about.zero_energy + sum(terms))
