"""What a model gives, worked out once: partials, calculated curves, energies."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb_refine.run.kept_evaluations import Parts, parts_of
from carvsdb_refine.run.setup import Setup
from carvsdb_refine.scattering import Calculation, Partials, partial_distributions

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
    parts : Parts
        Its numbers of pairs and energies.
    """

    model: AtomicModel
    partials: Partials
    calculations: tuple[Calculation, ...]
    curves: tuple[Floats, ...]
    parts: Parts

    @property
    def energies(self) -> Floats | None:
        """Energy of each atom in eV, shape (n_atoms,); None without a potential."""
        return self.parts.energies


def evaluate(setup: Setup, model: AtomicModel, kept: Path | None = None) -> Evaluation:
    """Evaluate the start of a refinement, or another model of its atoms.

    Parameters
    ----------
    setup : Setup
        The refinement.
    model : AtomicModel
        The model.
    kept : Path, optional
        A file in the folder of a run: what it has of this model is not made again, else it is written.

    Raises
    ------
    InputError
        If the potential has no finite energy for the model.
    """
    same_cell = np.array_equal(model.cell, setup.model.cell)
    calculations = setup.calculations if same_cell else setup.calculations_of(model)
    parts = parts_of(setup, model, kept)
    partials = partial_distributions(parts.histogram)
    h: Floats = np.asarray(partials.values - 1, np.float64)
    return Evaluation(model, partials, calculations, tuple(one.curve(h) for one in calculations), parts)
