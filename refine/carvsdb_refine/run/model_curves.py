"""Curves and partials of a model that nothing was measured for: what `carvsdb refine calculate` writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb_refine.scattering import (
    Q_FUNCTIONS,
    Partials,
    Scatterer,
    calculate_curve,
    complex_lengths,
    grids,
    pair_histogram,
    partial_distributions,
    scattering_lengths,
    unit_of,
)

Floats = NDArray[np.float64]
_HISTOGRAM_BINS, _FINE_BINS = 0.02, 0.002
_LARGEST_Q = 25.0


@dataclass(frozen=True, slots=True)
class Points:
    """Where curves are calculated.

    Attributes
    ----------
    q_min, q_step : float
        In Å⁻¹.
    q_max : float or None
        In Å⁻¹; by default 25. Given, functions of r have the ripples of it, which those of X-rays need.
    r_max, r_step : float or None
        In Å; by default where the model's pairs end, and the width of a bin.
    """

    q_min: float = 0.5
    q_max: float | None = None
    q_step: float = 0.02
    r_max: float | None = None
    r_step: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ModelCurves:
    """Total scattering of a model.

    Attributes
    ----------
    columns : dict of str to ndarray of float64
        With units in their names: ``Q (Å⁻¹)`` and each function of Q, then ``r (Å)`` and each function of r.
    partials : Partials
        ``g_ab(r)``.
    scattering : dict of str to str
        By element: the scattering length used, or the table of form factors.
    r_max : float
        Where the model's pairs end, in Å.
    doubts : tuple of str
        What is doubtful about them.
    """

    columns: Mapping[str, Floats]
    partials: Partials
    scattering: Mapping[str, str]
    r_max: float
    doubts: tuple[str, ...]


def calculate_scattering(
    model: AtomicModel,
    functions: Sequence[str] = ("F(Q)",),
    kind: str = "neutron",
    points: Points | None = None,
    scatterer: Scatterer | None = None,
    bin_width: float | None = None,
) -> ModelCurves:
    """Calculate functions of total scattering of a model.

    Parameters
    ----------
    model : AtomicModel
        From `carvsdb_ingest.readers.models.read_model`, for one.
    functions : sequence of str
        ``F(Q)``, ``i(Q)``, ``S(Q)``, ``Q[S(Q)-1]``, ``G(r)``, ``D(r)``, ``T(r)``, ``PDF``.
    kind : str
        ``neutron`` or ``xray``.
    points : Points, optional
        Where.
    scatterer : Scatterer, optional
        What scatters how.
    bin_width : float, optional
        In which distances are counted, in Å: by default 0.002 on the way to Q, with which sums over pairs themselves
        are met to 1e-4 of a curve's range, and 0.02 for histograms in r.

    Raises
    ------
    InputError
        If a function or an element is unknown, or a grid makes no sense.

    Examples
    --------
    >>> dimer = AtomicModel(("Ar", "Ar"), [[0, 0, 0], [3, 0, 0]], 10 * np.eye(3))
    >>> found = calculate_scattering(dimer, ["S(Q)"], points=Points(q_min=1.0, q_max=2.0, q_step=0.5))
    >>> {name: column.round(3).tolist() for name, column in found.columns.items()}
    {'Q (Å⁻¹)': [1.0, 1.5, 2.0], 'S(Q) (1)': [1.153, 0.578, 0.883]}
    """
    points = points or Points()
    how = scatterer or Scatterer(beyond_box="nothing")
    functions = list(dict.fromkeys(functions))
    found = partial_distributions(pair_histogram(model, bin_width or _HISTOGRAM_BINS))
    fine = found
    if bin_width is None and (points.q_max is not None or any(one in Q_FUNCTIONS for one in functions)):
        fine = partial_distributions(pair_histogram(model, _FINE_BINS))
    width = found.bin_width
    end = min(one.values.shape[1] * one.bin_width for one in (found, fine))
    q, r = grids(
        functions,
        end,
        width,
        (points.q_min, _LARGEST_Q if points.q_max is None else points.q_max, points.q_step),
        (points.r_max or end, points.r_step or width),
    )
    # One table of two axes: functions of Q are exact at each Q; those of r end at q_max, whose ripples they have.
    columns: dict[str, Floats] = {}
    for axis, unit, x in (("Q", "Å⁻¹", q), ("r", "Å", r)):
        of_axis = [one for one in functions if (one in Q_FUNCTIONS) == (axis == "Q")]
        if of_axis:
            columns[f"{axis} ({unit})"] = x
        for one in of_axis:
            scattered = how if axis == "Q" else replace(how, q_max=points.q_max)
            by_axis = fine if axis == "Q" or points.q_max is not None else found
            columns[f"{one} ({unit_of(one, kind)})"] = calculate_curve(by_axis, kind, one, x, scattered)
    scattering, doubts = _scattering(found.species, kind, how)
    return ModelCurves(columns, found, scattering, end, doubts)


def _scattering(species: tuple[str, ...], kind: str, how: Scatterer) -> tuple[dict[str, str], tuple[str, ...]]:
    if kind != "neutron":
        return {one: f"{how.form_factors} ({how.ions.get(one, one)})" for one in species}, ()
    lengths = scattering_lengths(species, how.deuterium, how.lengths, how.isotopes)
    doubts = tuple(
        f"{one} scatters neutrons with a complex length; only its real part is used"
        for one in complex_lengths(species, how.lengths, how.isotopes)
    )
    return {one: f"{value:.4f} fm" for one, value in zip(species, lengths, strict=True)}, doubts
