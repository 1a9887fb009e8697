"""The Morse potential."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import exp, isfinite

import numpy as np

from carvsdb.errors import InputError
from carvsdb_refine.potential.classical.lennard_jones import check_cutoff
from carvsdb_refine.potential.classical.potential import ClassicalPotential, elements_of_pairs
from carvsdb_refine.potential.classical.tables import MORSE, ClassicalTables


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
class Morse(ClassicalPotential):
    """Pairs with the energy ``depth (exp(-2 a (r - r0)) - 2 exp(-a (r - r0)))`` up to a cut-off.

    Attributes
    ----------
    pairs : mapping of str to MorsePair
        By names such as ``Zn-N``. A pair of these elements that is not given has no energy.
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
        If a number is out of range.

    References
    ----------
    .. [1] Morse, Phys. Rev. 34, 57 (1929), doi:10.1103/PhysRev.34.57

    Examples
    --------
    >>> zinc = Morse({"Zn-N": MorsePair(1.0, 2.0, 2.0)}, cutoff=8.0)
    >>> zinc.energies(["Zn", "N"], [[0, 0, 0], [2.0, 0, 0]], np.eye(3) * 50).round(4).tolist()
    [-0.5, -0.5]
    """

    pairs: Mapping[str, MorsePair]
    cutoff: float
    shifted: bool = True
    name: str = "morse"

    def __post_init__(self) -> None:
        check_cutoff(self.cutoff, "Morse")
        _ = self.tables

    @cached_property
    def elements(self) -> tuple[str, ...]:
        """Symbols of the elements, in alphabetical order."""
        return elements_of_pairs(self.pairs)

    @cached_property
    def tables(self) -> ClassicalTables:
        """The potential as the kernels read it."""
        number = {symbol: index for index, symbol in enumerate(self.elements)}
        rows = np.zeros((len(number), len(number), 5))
        for name, pair in self.pairs.items():
            first, second = (number[symbol] for symbol in name.split("-"))
            decay = exp(-pair.width * (self.cutoff - pair.distance))
            shift = pair.depth * decay * (decay - 2) if self.shifted else 0.0
            rows[first, second] = rows[second, first] = (self.cutoff, pair.depth, pair.width, pair.distance, shift)
        return ClassicalTables(MORSE, self.cutoff, rows, np.zeros((1, 1, 1, 1)))
