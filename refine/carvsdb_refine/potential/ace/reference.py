"""The naive twin: the energy of one atom straight from the definitions, for tests.

Nothing is shared with the kernels. Radial functions are those of `reference_pairs`, spherical harmonics come from
Rodrigues' formula, every image of every atom is looked at, and every product is a product of complex numbers.
"""

import math
from itertools import product

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import NDArray

from carvsdb.atoms.cell import heights_of_cell
from carvsdb_refine.potential.ace.coupling import invariant
from carvsdb_refine.potential.ace.form import AceForm
from carvsdb_refine.potential.ace.reference_pairs import fading, radial_functions, repulsion_of

Floats = NDArray[np.float64]


def spherical_harmonic(l: int, m: int, direction: Floats) -> complex:
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


def plainly_embedded(density: float, exponent: float) -> float:
    """Return the plain F(density, exponent): the power, but linear within about 1e-6 of 0."""
    size = abs(density)
    linear = math.exp(-min((1e6 * size) ** 3, 700.0))
    return math.copysign((1 - linear) * size**exponent + linear * 1e6 ** (1 - exponent) * size, density)


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
    around = _around(form, elements, positions, cell, atom)
    centre = int(elements[atom])
    base, atomic = _bases(form, centre, around)
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
    embed = plainly_embedded if about.embedding_name == "FinnisSinclair" else embedded
    expansion = sum(weight * embed(density, m) for density, (weight, m) in zip(densities, about.embedding, strict=True))
    core = sum(repulsion_of(form.bonds[centre, neighbour], distance) for neighbour, distance, _ in around)
    return float(about.zero_energy + _joined(form, centre, expansion, core, around))


def functions_of_atom(form: AceForm, elements: NDArray[np.int64], positions: Floats, cell: Floats, atom: int) -> Floats:
    """Return every function of one atom without its coefficients; parameters as for `energy_of_atom`.

    All combinations of m are summed, not half of them, with the coupling coefficients as they are.
    """
    centre = int(elements[atom])
    base, atomic = _bases(form, centre, _around(form, elements, positions, cell, atom))
    values = []
    for function in form.centres[centre].functions:
        if len(function.elements) == 1:
            values.append(base[function.elements[0], function.n[0] - 1].real)
            continue
        total = 0j
        for combination, coefficient in invariant(function.l, function.between).items():
            labels = zip(function.elements, function.n, function.l, combination, strict=True)
            total += coefficient * complex(np.prod([atomic[mu, n - 1, ell, m + ell] for mu, n, ell, m in labels]))
        values.append(total.real)
    return np.array(values)


def _around(
    form: AceForm, elements: NDArray[np.int64], positions: Floats, cell: Floats, atom: int
) -> list[tuple[int, float, Floats]]:
    """Return element, distance and direction of each neighbour."""
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
    return around


def _bases(
    form: AceForm, centre: int, around: list[tuple[int, float, Floats]]
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Return the sums over neighbours of g_n, and of R_nl Y_lm."""
    n_max = max(bond.n_base for bond in form.bonds.values())
    l_max = max(bond.coefficients.shape[1] for bond in form.bonds.values())
    base = np.zeros((len(form.elements), n_max), np.complex128)
    atomic = np.zeros((len(form.elements), n_max, l_max, 2 * l_max - 1), np.complex128)
    for neighbour, distance, direction in around:
        bond = form.bonds[centre, neighbour]
        g = radial_functions(bond, distance)
        radial = bond.coefficients @ g
        base[0 if form.is_pooled else neighbour, : bond.n_base] += g
        for l in range(radial.shape[1]):
            for m in range(-l, l + 1):
                value = spherical_harmonic(l, m, direction)
                atomic[0 if form.is_pooled else neighbour, : len(radial), l, m + l] += radial[:, l] * value
    return base, atomic


def _joined(
    form: AceForm, centre: int, expansion: float, core: float, around: list[tuple[int, float, Floats]]
) -> float:
    """Return what is left of the expansion where atoms are near, with the core sum."""
    if all(bond.inner.kind != "zbl" for bond in form.bonds.values()):
        end, width = form.centres[centre].core_limit
        return core + expansion * (0.0 if core >= end else fading(core, end - width, end))
    depths = []
    for neighbour, distance, _ in around:
        inner = form.bonds[centre, neighbour].inner
        depths.append((distance - (inner.end - inner.width), inner.width))
    depth, width = min(depths, default=(math.inf, 0.0))
    left = 1 - fading(depth, 0.0, width) if width else float(depth >= 0)
    return expansion * left + core * (1 - left)
