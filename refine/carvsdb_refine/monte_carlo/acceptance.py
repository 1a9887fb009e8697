"""The Metropolis rule: a proposal is accepted jointly, or in two steps with the cheap term first (delayed acceptance).

With the exponents x_E = ΔE / kT and x_D = f Δchi² the joint rule accepts with min(1, exp(-(x_E + x_D))). Delayed, the
one exponent is asked first, with min(1, exp(-x_1)), and only what passes is asked the other, with min(1, exp(-x_2)).
Each factor alone satisfies detailed balance for its Boltzmann weight, so their product does for both: the distribution
is the same, the way through it a little slower and each step much cheaper.

References
----------
.. [1] Metropolis et al., J. Chem. Phys. 21, 1087 (1953), doi:10.1063/1.1699114
.. [2] Christen & Fox, J. Comput. Graph. Stat. 14, 795 (2005), doi:10.1198/106186005X76983
.. [3] McGreevy, J. Phys.: Condens. Matter 13, R877 (2001), doi:10.1088/0953-8984/13/46/201
"""

from collections.abc import Callable
from enum import IntEnum
from math import inf

import numpy as np

# Boltzmann's constant in eV/K.
BOLTZMANN = 8.617333262e-5


class Verdict(IntEnum):
    """How a proposal ended: accepted, or why not; the place in a counter."""

    ACCEPTED = 0
    FORBIDDEN = 1
    REJECTED_FIRST = 2
    REJECTED = 3


def energy_exponent(energy: float, temperature: float) -> float:
    """Return ΔE / kT, energy in eV; at 0 K what is not downhill is out of reach.

    Examples
    --------
    >>> round(energy_exponent(0.025852, 300.0), 4), energy_exponent(0.1, 0.0), energy_exponent(0.0, 0.0)
    (1.0, inf, 0.0)
    """
    if temperature > 0:
        return energy / (BOLTZMANN * temperature)
    return 0.0 if energy == 0 else (inf if energy > 0 else -inf)


def judge_jointly(
    energy: Callable[[float], float],
    data: Callable[[float], float],
    least_data: float,
    log_bias: float,
    rng: np.random.Generator,
) -> Verdict:
    """Judge a proposal by both exponents at once.

    Parameters
    ----------
    energy, data : callable
        What works out x_E and x_D; each is told which exponent is enough to reject, and may return infinity for one
        that is larger.
    least_data : float
        A lower bound of x_D: minus f times the present chi². What the energy alone makes hopeless is rejected without
        asking the data.
    log_bias : float
        As in `Proposal`.
    rng : numpy.random.Generator
        One number is drawn.
    """
    limit = rng.standard_exponential() + log_bias
    exponent = energy(limit - least_data)
    if not exponent + least_data <= limit:
        return Verdict.REJECTED_FIRST
    return Verdict.ACCEPTED if exponent + data(limit - exponent) <= limit else Verdict.REJECTED


def judge_delayed(
    first: Callable[[float], float], second: Callable[[float], float], log_bias: float, rng: np.random.Generator
) -> Verdict:
    """Judge a proposal by one exponent, then, if it passes, by the other; a number is drawn for each.

    Both are told, as in `judge_jointly`, which exponent is enough to reject.
    """
    limit = rng.standard_exponential() + log_bias
    if not first(limit) <= limit:
        return Verdict.REJECTED_FIRST
    limit = rng.standard_exponential()
    return Verdict.ACCEPTED if second(limit) <= limit else Verdict.REJECTED
