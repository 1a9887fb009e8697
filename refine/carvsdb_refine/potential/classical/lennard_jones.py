"""The Lennard-Jones potential."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isfinite, sqrt

import numpy as np

from carvsdb.errors import InputError
from carvsdb_refine.potential.classical.potential import ClassicalPotential, elements_of_pairs
from carvsdb_refine.potential.classical.tables import LENNARD_JONES, ClassicalTables


@dataclass(frozen=True)
class LennardJonesPair:
    """Numbers of one pair of elements.

    Attributes
    ----------
    epsilon : float
        Depth of the well in eV.
    sigma : float
        Distance at which the energy is 0, in Å.
    """

    epsilon: float
    sigma: float

    def __post_init__(self) -> None:
        if not (isfinite(self.epsilon) and self.epsilon >= 0 and isfinite(self.sigma) and self.sigma > 0):
            raise InputError(
                f"Lennard-Jones needs epsilon of 0 eV or more and sigma above 0 Å, got {self.epsilon} and {self.sigma}"
            )


@dataclass(frozen=True, eq=False)
class LennardJones(ClassicalPotential):
    """Pairs with the energy ``4 epsilon ((sigma/r)¹² - (sigma/r)⁶)`` up to a cut-off.

    Attributes
    ----------
    pairs : mapping of str to LennardJonesPair
        By names such as ``Ar-Ar``. An unlike pair that is not given has the mean sigma and the geometric mean epsilon
        of its elements (Lorentz, Berthelot).
    cutoff : float
        The cut-off of all pairs, in Å.
    shifted : bool
        Whether the energy is shifted to 0 at the cut-off. Without it the energy jumps there, and the force, which is
        that of the smooth part, misses the jump.
    name : str
        What messages call it.

    Raises
    ------
    InputError
        If a number is out of range, or an unlike pair can neither be found nor be mixed.

    Examples
    --------
    >>> argon = LennardJones({"Ar-Ar": LennardJonesPair(0.0104, 3.4)}, cutoff=8.5, shifted=False)
    >>> argon.energies(["Ar", "Ar"], [[0, 0, 0], [3.4 * 2 ** (1 / 6), 0, 0]], np.eye(3) * 50).round(6).tolist()
    [-0.0052, -0.0052]
    """

    pairs: Mapping[str, LennardJonesPair]
    cutoff: float
    shifted: bool = True
    name: str = "lennard-jones"

    def __post_init__(self) -> None:
        check_cutoff(self.cutoff, "Lennard-Jones")
        _ = self.tables

    @cached_property
    def elements(self) -> tuple[str, ...]:
        """Symbols of the elements, in alphabetical order."""
        return elements_of_pairs(self.pairs)

    @cached_property
    def tables(self) -> ClassicalTables:
        """The potential as the kernels read it."""
        given = {frozenset(pair.split("-")): numbers for pair, numbers in self.pairs.items()}
        rows = np.zeros((len(self.elements), len(self.elements), 5))
        for i, first in enumerate(self.elements):
            for j, second in enumerate(self.elements):
                pair = given.get(frozenset((first, second))) or self._mixed(given, first, second)
                sixth = (pair.sigma / self.cutoff) ** 6
                shift = 4 * pair.epsilon * sixth * (sixth - 1) if self.shifted else 0.0
                rows[i, j] = (self.cutoff, pair.epsilon, pair.sigma, 0.0, shift)
        return ClassicalTables(LENNARD_JONES, self.cutoff, rows, np.zeros((1, 1, 1, 1)))

    def _mixed(self, given: Mapping[frozenset[str], LennardJonesPair], first: str, second: str) -> LennardJonesPair:
        one, other = given.get(frozenset((first,))), given.get(frozenset((second,)))
        if one is None or other is None:
            missing = f"{first}-{first}" if one is None else f"{second}-{second}"
            raise InputError(f"potential lennard-jones has no pair {first}-{second}, and no {missing} to mix it from")
        return LennardJonesPair(sqrt(one.epsilon * other.epsilon), (one.sigma + other.sigma) / 2)


def check_cutoff(cutoff: float, name: str) -> None:
    """Raise InputError unless a cut-off is a positive number."""
    if not (isfinite(cutoff) and cutoff > 0):
        raise InputError(f"the cut-off of {name} must be a positive number of Å, got {cutoff}")
