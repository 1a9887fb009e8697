"""Structures of six atoms with the energies, forces and stresses of a potential that is made at random."""

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.learning.basis import BasisLimits
from carvsdb_refine.learning.frames import FitFrame
from carvsdb_refine.learning.new_potential import NewPotential, with_coefficients
from carvsdb_refine.potential import AcePotential
from carvsdb_refine.potential.ace.form import AceForm

Floats = NDArray[np.float64]


def known_form(scale: float = 1.0) -> AceForm:
    """Return a small potential of two elements with coefficients at random."""
    limits = BasisLimits(n_radial=(4, 2, 2), l_max=(0, 2, 1), functions=25)
    form = NewPotential(4.2, limits, "sbessel").form(("O", "Si"), {(0, 1): 1.3, (0, 0): 1.8, (1, 1): 1.8})
    coefficients = scale * np.random.default_rng(3).normal(size=50)
    return with_coefficients(form, coefficients, np.array([-1.25, -4.5]))


def structure(seed: int, n_silicon: int) -> tuple[tuple[str, ...], Floats, Floats]:
    generator = np.random.default_rng(seed)
    cell = np.diag([5.0, 5.2, 4.8]) + generator.normal(0, 0.1, (3, 3))
    corners = np.array([[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5], [0.5, 0.5, 0.5], [0, 0, 0.5]])
    positions = corners @ cell + generator.normal(0, 0.15, (6, 3))
    return ("Si",) * n_silicon + ("O",) * (6 - n_silicon), positions, cell


def labelled(potential: AcePotential, seeds: range, stresses: bool = False) -> list[FitFrame]:
    frames = []
    for seed in seeds:
        symbols, positions, cell = structure(seed, 1 + seed % 5)
        energies, forces = potential.energies_and_forces(symbols, positions, cell)
        strain_energy = None
        if stresses:
            strain_energy = np.zeros(6)
            for place, (i, j) in enumerate([(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]):
                strain = np.zeros((3, 3))
                strain[i, j] += 5e-6
                strain[j, i] += 5e-6
                ahead, behind = (
                    potential.energies(symbols, positions @ (np.eye(3) + e), cell @ (np.eye(3) + e)).sum()
                    for e in (strain, -strain)
                )
                strain_energy[place] = (ahead - behind) / 2e-5
        frames.append(FitFrame(f"made {seed}", symbols, positions, cell, float(energies.sum()), forces, strain_energy))
    return frames
