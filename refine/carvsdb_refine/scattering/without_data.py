"""Curves of a model that nothing was measured for."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.scattering.calculation import Calculation, Composition, Scatterer
from carvsdb_refine.scattering.data_set import DataSet
from carvsdb_refine.scattering.functions import Q_FUNCTIONS, check_function
from carvsdb_refine.scattering.partials import Partials

Floats = NDArray[np.float64]
# Points of a curve; each costs a line of a matrix.
_MOST_POINTS = 100_000


def composition_of_partials(partials: Partials) -> Composition:
    """Return what of a model does not change when atoms move, from its partials."""
    return Composition(
        partials.species,
        partials.concentrations,
        partials.number_density,
        partials.bin_width,
        partials.values.shape[1],
    )


def calculate(
    partials: Partials, kind: str, function: str, x: NDArray[np.float64], scatterer: Scatterer | None = None
) -> Floats:
    """Return a function of total scattering at the points `x`, Q in Å⁻¹ or r in Å.

    Parameters
    ----------
    partials : Partials
        The ``g_ab(r)`` of a model.
    kind : str
        ``neutron`` or ``xray``.
    function : str
        See :class:`~carvsdb_refine.scattering.functions.Normalisation`.
    x : ndarray of float64, shape (n,)
        Ascending, above 0.
    scatterer : Scatterer, optional
        What scatters how; nothing is cut, since nothing is measured.

    Raises
    ------
    InputError
        If the points do not ascend or lie beyond the model's pairs, or as in `Calculation.of`.

    Examples
    --------
    >>> from carvsdb.atoms.model import AtomicModel
    >>> from carvsdb_refine.scattering import pair_histogram, partial_distributions
    >>> model = AtomicModel(("Ar", "Ar"), [[0, 0, 0], [3, 0, 0]], 10 * np.eye(3))
    >>> partials = partial_distributions(pair_histogram(model))
    >>> calculate(partials, "neutron", "D(r)", np.array([1.0, 2.0])).round(6).tolist()
    [-0.000916, -0.001832]
    """
    data = DataSet(kind, function, x, np.zeros(len(x)), label=f"{kind} {function}")
    calculation = Calculation.of(data, composition_of_partials(partials), scatterer or Scatterer(beyond_box="nothing"))
    if len(calculation.data.x) < len(data.x):
        raise InputError(f"the pairs of the model end at r = {calculation.r_max:.4g} Å; the points go to {x[-1]:.4g} Å")
    return calculation.curve(np.asarray(partials.values - 1, np.float64))


def grids(
    functions: Sequence[str], r_max: float, bin_width: float, q: tuple[float, float, float], r: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Return the points in Q (first, last, step, in Å⁻¹) and in r (last, step, in Å) that some functions need.

    Raises
    ------
    InputError
        If a function is unknown, or a grid makes no sense.
    """
    for function in functions:
        check_function(function)
    first, last, step = q
    end, r_step = min(r[0], r_max), r[1]
    for low, high, width in ((first, last, step), (0.0, end, r_step)):
        if not (np.isfinite([low, high, width]).all() and 0 < width <= high - low and low >= 0):
            raise InputError(f"a grid from {low:g} to {high:g} in steps of {width:g} has fewer than 2 points")
        if (high - low) / width > _MOST_POINTS:
            raise InputError(f"a grid from {low:g} to {high:g} in steps of {width:g} has over {_MOST_POINTS:,} points")
    if any(function in Q_FUNCTIONS for function in functions) and first == 0:
        first = step
    q_grid = first + step * np.arange(int((last - first) / step * (1 + 1e-12) + 1e-9) + 1)
    # Bins themselves where steps are as wide: nothing is interpolated then.
    shift = 0.5 if abs(r_step - bin_width) < 1e-9 * bin_width else 1.0
    r_grid = (np.arange(int(end / r_step - shift + 1e-9) + 1) + shift) * r_step
    return np.asarray(q_grid, np.float64), np.asarray(r_grid, np.float64)
