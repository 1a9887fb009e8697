"""Pair potentials: what tells one from another; their formulas stand in `tables`."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import exp, isfinite, sqrt
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np

from carvsdb.errors import InputError
from carvsdb_refine.potential.classical.potential import ClassicalPotential, elements_of_pairs
from carvsdb_refine.potential.classical.tables import LENNARD_JONES, MORSE, ClassicalTables
from carvsdb_schemas.potential_tables import PairTable

Numbers = TypeVar("Numbers")
Row = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class PairPotential(ClassicalPotential, Generic[Numbers]):
    """Energies of pairs of atoms up to a cut-off.

    Attributes
    ----------
    pairs : mapping of str to numbers
        By names such as ``Zn-N``.
    cutoff : float
        Of all pairs, in Å.
    shifted : bool
        Whether the energy is shifted to 0 at the cut-off. Without it the energy jumps there, and the force, which is
        that of the smooth part, misses the jump.
    name : str
        What messages call it.

    Raises
    ------
    InputError
        If a number is out of range, or a pair is missing that must be there.
    """

    formula: ClassVar[int]
    title: ClassVar[str]

    pairs: Mapping[str, Numbers]
    cutoff: float
    shifted: bool = True
    name: str = ""

    def __post_init__(self) -> None:
        if not (isfinite(self.cutoff) and self.cutoff > 0):
            raise InputError(f"the cut-off of {self.title} must be a positive number of Å, got {self.cutoff}")
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
                numbers = given.get(frozenset((first, second))) or self._mixed(given, first, second)
                if numbers is not None:
                    rows[i, j] = (self.cutoff, *self._row(numbers))
        return ClassicalTables(self.formula, self.cutoff, rows, np.zeros((1, 1, 1, 1)))

    @abstractmethod
    def _row(self, numbers: Numbers) -> Row:
        """Return what the formula needs of a pair: depth, width, distance, shift."""

    def _mixed(self, given: Mapping[frozenset[str], Numbers], first: str, second: str) -> Numbers | None:
        """Return the numbers of a pair that is not given; None if it has no energy."""
        return None


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
class LennardJones(PairPotential[LennardJonesPair]):
    """Pairs with the energy ``4 epsilon ((sigma/r)¹² - (sigma/r)⁶)`` up to a cut-off.

    An unlike pair that is not given has the mean sigma and the geometric mean epsilon of its elements (Lorentz,
    Berthelot). Attributes and errors are those of `PairPotential`.

    Examples
    --------
    >>> argon = LennardJones({"Ar-Ar": LennardJonesPair(0.0104, 3.4)}, cutoff=8.5, shifted=False)
    >>> argon.energies(["Ar", "Ar"], [[0, 0, 0], [3.4 * 2 ** (1 / 6), 0, 0]], np.eye(3) * 50).round(6).tolist()
    [-0.0052, -0.0052]
    """

    formula = LENNARD_JONES
    title = "Lennard-Jones"
    name: str = "lennard-jones"

    def _row(self, numbers: LennardJonesPair) -> Row:
        sixth = (numbers.sigma / self.cutoff) ** 6
        shift = 4 * numbers.epsilon * sixth * (sixth - 1) if self.shifted else 0.0
        return numbers.epsilon, numbers.sigma, 0.0, shift

    def _mixed(self, given: Mapping[frozenset[str], LennardJonesPair], first: str, second: str) -> LennardJonesPair:
        one, other = given.get(frozenset((first,))), given.get(frozenset((second,)))
        if one is None or other is None:
            missing = f"{first}-{first}" if one is None else f"{second}-{second}"
            raise InputError(f"potential lennard-jones has no pair {first}-{second}, and no {missing} to mix it from")
        return LennardJonesPair(sqrt(one.epsilon * other.epsilon), (one.sigma + other.sigma) / 2)


@dataclass(frozen=True)
class MorsePair:
    """Numbers of one pair of elements.

    Attributes
    ----------
    depth : float
        Depth of the well in eV.
    width : float
        The decay constant ``a`` in Å⁻¹; the force constant at the minimum is ``2 depth a²``.
    distance : float
        Where the minimum is, in Å.
    """

    depth: float
    width: float
    distance: float

    def __post_init__(self) -> None:
        numbers = (self.depth, self.width, self.distance)
        if not all(map(isfinite, numbers)) or self.depth < 0 or self.width <= 0 or self.distance <= 0:
            raise InputError(
                "Morse needs depth of 0 eV or more, width above 0 Å⁻¹ and distance above 0 Å, "
                f"got {self.depth}, {self.width} and {self.distance}"
            )


@dataclass(frozen=True, eq=False)
class Morse(PairPotential[MorsePair]):
    """Pairs with the energy ``depth (exp(-2 a (r - r0)) - 2 exp(-a (r - r0)))`` up to a cut-off.

    A pair that is not given has no energy. Attributes and errors are those of `PairPotential`.

    References
    ----------
    .. [1] Morse, Phys. Rev. 34, 57 (1929), doi:10.1103/PhysRev.34.57

    Examples
    --------
    >>> zinc = Morse({"Zn-N": MorsePair(1.0, 2.0, 2.0)}, cutoff=8.0)
    >>> zinc.energies(["Zn", "N"], [[0, 0, 0], [2.0, 0, 0]], np.eye(3) * 50).round(4).tolist()
    [-0.5, -0.5]
    """

    formula = MORSE
    title = "Morse"
    name: str = "morse"

    def _row(self, numbers: MorsePair) -> Row:
        decay = exp(-numbers.width * (self.cutoff - numbers.distance))
        shift = numbers.depth * decay * (decay - 2) if self.shifted else 0.0
        return numbers.depth, numbers.width, numbers.distance, shift


KINDS: Mapping[str, tuple[type[PairPotential[Any]], type[Any]]] = {
    "lennard-jones": (LennardJones, LennardJonesPair),
    "morse": (Morse, MorsePair),
}
"""The potential of each kind of table, and the numbers of its pairs."""


def pair_potential(table: PairTable) -> PairPotential[Any]:
    """Make a pair potential from its table in a config.

    Raises
    ------
    InputError
        If numbers do not fit together.
    """
    potential, numbers = KINDS[table.kind]
    pairs = {name: numbers(**pair.model_dump()) for name, pair in table.pairs.items()}
    return potential(pairs, table.cutoff, table.shifted)
