"""Total scattering of a model: neutron and X-ray F(Q), total G(r)."""

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.scattering.partials import Partials, transform_to_q
from carvsdb_refine.scattering.sine_transform import SineTransform

# 1 barn = 100 fm².
_BARN = 0.01


def neutron_weights(concentrations: NDArray[np.float64], lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``c_a c_b b_a b_b`` in barn/sr, twice that for unlike pairs, shape (n_pairs,); lengths in fm."""
    return _pair_products(concentrations * lengths) * _BARN


def neutron_level(concentrations: NDArray[np.float64], lengths: NDArray[np.float64]) -> float:
    """Return ``(sum c_a b_a)²`` in barn/sr: minus the limit of ``G(r)`` for small r; lengths in fm."""
    return float(concentrations @ lengths) ** 2 * _BARN


def xray_weights(
    concentrations: NDArray[np.float64], factors: NDArray[np.float64], mean_square: bool = False
) -> NDArray[np.float64]:
    """Return ``c_a c_b f_a f_b / (sum c f)²``, twice that for unlike pairs, shape (n_pairs, n_q); or over ``sum c f²``.

    Examples
    --------
    >>> shares, factors = np.array([0.5, 0.5]), np.array([[1.0], [3.0]])
    >>> xray_weights(shares, factors).ravel().tolist(), xray_weights(shares, factors, mean_square=True).ravel().tolist()
    ([0.0625, 0.375, 0.5625], [0.05, 0.3, 0.45])
    """
    amounts = concentrations[:, None] * factors
    over = concentrations @ factors**2 if mean_square else amounts.sum(axis=0) ** 2
    weights: NDArray[np.float64] = _pair_products(amounts) / over
    return weights


def neutron_g(partials: Partials, lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Keen's total ``G(r) = sum_ab c_a c_b b_a b_b [g_ab(r) - 1]`` in barn/sr, shape (n_bins,).

    References
    ----------
    .. [1] Keen, J. Appl. Cryst. 34, 172 (2001), doi:10.1107/S0021889800019993
    """
    total: NDArray[np.float64] = neutron_weights(partials.concentrations, lengths) @ (partials.values - 1)
    return total


def neutron_f(
    partials: Partials,
    lengths: NDArray[np.float64],
    q: NDArray[np.float64],
    transform: SineTransform | None = None,
) -> NDArray[np.float64]:
    """Return the neutron ``F(Q) = sum_ab c_a c_b b_a b_b [S_ab(Q) - 1]`` in barn/sr, shape (n_q,).

    Parameters
    ----------
    partials : Partials
        The ``g_ab(r)``.
    lengths : ndarray of float64, shape (n_species,)
        In fm, as from `scattering_lengths`.
    q : ndarray of float64
        Q in Å⁻¹, above 0.
    transform : SineTransform, optional
        Prepared for these grids.

    References
    ----------
    .. [1] Keen, J. Appl. Cryst. 34, 172 (2001), doi:10.1107/S0021889800019993
    """
    # The weights do not depend on Q: one transform of the total is enough.
    total = neutron_g(partials, lengths)
    return transform_to_q(total, partials.number_density, partials.distances, q, transform)


def xray_f(
    partials: Partials,
    factors: NDArray[np.float64],
    q: NDArray[np.float64],
    transform: SineTransform | None = None,
) -> NDArray[np.float64]:
    """Return the X-ray ``F(Q) = sum_ab c_a c_b f_a f_b [S_ab(Q) - 1] / (sum_a c_a f_a)²``, shape (n_q,).

    Parameters
    ----------
    partials : Partials
        The ``g_ab(r)``.
    factors : ndarray of float64, shape (n_species, n_q)
        As from `form_factors`.
    q : ndarray of float64
        Q in Å⁻¹, above 0.
    transform : SineTransform, optional
        Prepared for these grids.
    """
    minus_one = transform_to_q(partials.values - 1, partials.number_density, partials.distances, q, transform)
    total: NDArray[np.float64] = (xray_weights(partials.concentrations, factors) * minus_one).sum(axis=0)
    return total


def _pair_products(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``x_a x_b`` in the order of the pairs, twice for unlike ones; further axes are kept."""
    rows = [
        (1 if first == second else 2) * amounts[first] * amounts[second]
        for first in range(len(amounts))
        for second in range(first, len(amounts))
    ]
    return np.array(rows)
