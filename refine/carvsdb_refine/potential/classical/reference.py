"""The naive twins of the three-body potentials: every image of every atom, straight from the formulas, for tests."""

import math
from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell import heights_of_cell
from carvsdb_refine.potential.classical.lammps_parameters import Triples

Floats = NDArray[np.float64]


class Neighbour(NamedTuple):
    """An image of an atom."""

    element: str
    vector: Floats
    distance: float


def neighbours_of(
    elements: Sequence[str], positions: Floats, cell: Floats, atom: int, cutoff: float
) -> list[Neighbour]:
    """Return all images of all atoms nearer to an atom than a distance in Å; atoms lie near the cell."""
    heights = heights_of_cell(cell)
    images = [range(-math.ceil(cutoff / height) - 2, math.ceil(cutoff / height) + 3) for height in heights]
    found = []
    for image in product(*images):
        for other, position in enumerate(positions):
            vector = position + np.array(image) @ cell - positions[atom]
            distance = float(np.linalg.norm(vector))
            if (other != atom or any(image)) and distance < cutoff:
                found.append(Neighbour(elements[other], vector, distance))
    return found


def stillinger_weber(triples: Triples, centre: str, around: list[Neighbour]) -> float:
    """Return half of the pairs of an atom and its angles, in eV."""

    def window(r: float, sigma: float, a: float, stretch: float) -> float:
        return math.exp(stretch * sigma / (r - a * sigma)) if r < a * sigma else 0.0

    energy = 0.0
    for index, (element, vector, r) in enumerate(around):
        epsilon, sigma, a, _, gamma, _, big_a, big_b, p, q = triples[centre, element, element]
        pair = big_a * epsilon * (big_b * (sigma / r) ** p - (sigma / r) ** q) * window(r, sigma, a, 1)
        energy += pair / 2
        for second, other, s in around[:index]:
            epsilon, _, _, strength, _, cosine, *_ = triples[centre, element, second]
            _, sigma_2, a_2, _, gamma_2, *_ = triples[centre, second, second]
            excess = float(vector @ other) / (r * s) - cosine
            energy += strength * epsilon * excess**2 * window(r, sigma, a, gamma) * window(s, sigma_2, a_2, gamma_2)
    return energy


def tersoff(triples: Triples, centre: str, around: list[Neighbour]) -> float:
    """Return half of the bonds of an atom, with the bond order from its side, in eV."""

    def window(r: float, middle: float, half: float) -> float:
        if r < middle - half:
            return 1.0
        return 0.0 if r > middle + half else 0.5 - 0.5 * math.sin(math.pi / 2 * (r - middle) / half)

    energy = 0.0
    for index, (element, vector, r) in enumerate(around):
        row = triples[centre, element, element]
        n, beta, lambda_2, b, middle, half, lambda_1, a = row[6:]
        zeta = 0.0
        for place, (second, other, s) in enumerate(around):
            m, gamma, lambda_3, c, d, cosine, _, _, _, _, reach, width, _, _ = triples[centre, element, second]
            if place != index:
                theta = float(vector @ other) / (r * s)
                angular = gamma * (1 + c**2 / d**2 - c**2 / (d**2 + (theta - cosine) ** 2))
                zeta += window(s, reach, width) * angular * math.exp(lambda_3**m * (r - s) ** m)
        order = (1 + (beta * zeta) ** n) ** (-1 / (2 * n))
        energy += window(r, middle, half) * (a * math.exp(-lambda_1 * r) - order * b * math.exp(-lambda_2 * r)) / 2
    return energy
