"""What a model gives, worked out once: partials, calculated curves, energies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb_refine.run.setup import Setup
from carvsdb_refine.scattering import Calculation, Partials, pair_histogram, partial_distributions

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """A model of the atoms of a refinement, evaluated.

    Attributes
    ----------
    model : AtomicModel
        The start, or what a run made of it.
    partials : Partials
        Its ``g_ab(r)``.
    calculations : tuple of Calculation
        How each data set is calculated in its cell.
    curves : tuple of ndarray of float64
        The calculated curve of each data set, without scale and offset.
    energies : ndarray of float64, shape (n_atoms,), or None
        In eV; None without a potential.
    """

    model: AtomicModel
    partials: Partials
    calculations: tuple[Calculation, ...]
    curves: tuple[Floats, ...]
    energies: Floats | None


def evaluate(setup: Setup, model: AtomicModel) -> Evaluation:
    """Evaluate the start of a refinement, or another model of its atoms.

    Raises
    ------
    InputError
        If the potential has no finite energy for the model.
    """
    same_cell = np.array_equal(model.cell, setup.model.cell)
    calculations = setup.calculations if same_cell else setup.calculations_of(model)
    partials = partial_distributions(pair_histogram(model, setup.composition.bin_width))
    h: Floats = np.asarray(partials.values - 1, np.float64)
    curves = tuple(calculation.curve(h) for calculation in calculations)
    potential = setup.potential
    energies = None if potential is None else potential.energies(model.elements, model.positions, model.cell)
    return Evaluation(model, partials, calculations, curves, energies)
