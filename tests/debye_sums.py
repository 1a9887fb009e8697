"""Curves as sums over pairs of atoms: the naive twin of the histogram and its transform; crystals for it."""

from math import pi

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb_refine.scattering import form_factors, neutron_level, scattering_lengths, species_pairs

Floats = NDArray[np.float64]


def crystal(name: str) -> AtomicModel:
    """Return a supercell whose atoms are a little off their places, as in any sample."""
    basis, fractions, cell, repeats = {
        "NaCl": (
            ["Na"] * 4 + ["Cl"] * 4,
            [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0], [0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5], [0.5] * 3],
            np.eye(3) * 5.64,
            (3, 3, 3),
        ),
        "quartz": (
            ["Si"] * 3 + ["O"] * 6,
            [
                [0.4697, 0, 0], [0, 0.4697, 2 / 3], [0.5303, 0.5303, 1 / 3],
                [0.4135, 0.2669, 0.1191], [0.7331, 0.1466, 0.4524], [0.8534, 0.5865, 0.7858],
                [0.2669, 0.4135, 0.8809], [0.1466, 0.7331, 0.5476], [0.5865, 0.8534, 0.2142],
            ],
            np.array([[4.916, 0, 0], [-2.458, 4.2574, 0], [0, 0, 5.4054]]),
            (4, 4, 3),
        ),
        "triclinic": (
            ["Zn", "C", "N", "O"],
            [[0.1, 0.2, 0.3], [0.6, 0.3, 0.8], [0.4, 0.8, 0.1], [0.85, 0.65, 0.55]],
            np.array([[4.1, 0, 0], [0.9, 4.6, 0], [-0.7, 1.1, 3.9]]),
            (4, 4, 4),
        ),
    }[name]  # fmt: skip
    shifts = np.array(list(np.ndindex(*repeats)))
    places = (np.array(fractions)[None] + shifts[:, None]).reshape(-1, 3) @ cell
    places += np.random.default_rng(1).normal(0, 0.08, places.shape)
    return AtomicModel(tuple(basis * len(shifts)), places, cell * np.array(repeats)[:, None])


def debye(model: AtomicModel, q: Floats, r_max: float) -> Floats:
    """Return ``S_ab(Q) - 1`` of pairs up to `r_max`, shape (n_pairs, n_q): a sum over pairs, less the mean density."""
    inverse = np.linalg.inv(model.cell)
    density, species = model.number_density, model.species
    mean = 4 * pi * density * (np.sin(q * r_max) - q * r_max * np.cos(q * r_max)) / q**3
    result = []
    for first, second in species_pairs(species):
        one, two = (np.flatnonzero(np.array(model.elements) == symbol) for symbol in (first, second))
        apart = (model.positions[one][:, None] - model.positions[two][None]) @ inverse
        apart -= np.rint(apart)
        distances = np.linalg.norm(apart @ model.cell, axis=2)
        if first == second:
            distances = distances[np.triu_indices(len(one), 1)]
        number = len(one) * (len(one) - 1) / 2 if first == second else len(one) * len(two)
        distances = distances[distances < r_max]
        total = np.zeros(len(q))
        for part in np.array_split(distances, max(1, len(distances) // 2000)):
            total += np.sinc(np.outer(part, q) / pi).sum(axis=0)
        result.append(density * model.volume / number * total - mean)
    return np.array(result)


def totals(model: AtomicModel, kind: str, q: Floats, s_minus_one: Floats) -> tuple[Floats, float]:
    """Return F(Q), straight from its definition, and its level."""
    species, shares = model.species, model.counts / model.n_atoms
    if kind == "neutron":
        lengths = scattering_lengths(species) / 10
        amounts, over = np.outer(shares * lengths, np.ones(len(q))), np.ones(len(q))
        level = neutron_level(shares, lengths * 10)
    else:
        amounts = shares[:, None] * form_factors(species, q)
        over, level = amounts.sum(axis=0) ** 2, 1.0
    f = np.zeros(len(q))
    for (first, second), row in zip(species_pairs(species), s_minus_one, strict=True):
        i, j = species.index(first), species.index(second)
        f += (1 if i == j else 2) * amounts[i] * amounts[j] * row / over
    return f, level
