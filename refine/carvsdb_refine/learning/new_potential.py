"""A new potential without coefficients: its radial functions, its functions, the core that keeps atoms apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import gemmi
import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.learning.basis import USUAL_FUNCTIONS, BasisLimits, functions_of
from carvsdb_refine.potential.ace.form import AceForm, Bond, Centre, Function, InnerCutoff, RadialBasis

Floats = NDArray[np.float64]

RADIALS = {"sbessel": "SBessel", "chebyshev": "ChebExpCos"}
# lambda of the Chebyshev polynomials, and the width of their outer cut-off in Å.
_STEEPNESS, _OUTER_WIDTH = 5.25, 0.5
# Where the expansion is whole, by the shortest distance of the data; where a pair never meets, by its covalent radii.
_OF_SHORTEST, _OF_RADII, _INNER_WIDTH = 0.95, 0.75, 0.25


@dataclass(frozen=True, slots=True)
class NewPotential:
    """What a new potential is to be.

    Attributes
    ----------
    cutoff : float
        In Å, the same for all pairs.
    limits : BasisLimits
        Of its functions.
    radial : str
        "sbessel" or "chebyshev".
    core : bool
        Whether ZBL takes over below the shortest distances of the data.

    Raises
    ------
    InputError
        If there is no such radial basis or the cut-off is none.
    """

    cutoff: float = 5.0
    limits: BasisLimits = field(default_factory=lambda: BasisLimits(functions=USUAL_FUNCTIONS))
    radial: str = "sbessel"
    core: bool = True

    def __post_init__(self) -> None:
        if self.radial not in RADIALS:
            raise InputError(f"there is no radial basis {self.radial}; there are {', '.join(RADIALS)}")
        if not 1.0 <= self.cutoff <= 20.0:
            raise InputError(f"expected a cut-off from 1 to 20 Å, got {self.cutoff:g}")

    def form(
        self,
        elements: tuple[str, ...],
        shortest: Mapping[tuple[int, int], float],
        functions: Sequence[Function] | None = None,
    ) -> AceForm:
        """Return the potential with coefficients 0.

        Parameters
        ----------
        elements : tuple of str
            In alphabetical order.
        shortest : mapping
            Shortest distance of the data in Å by (element, element), the lower index first; pairs that never meet
            within the cut-off may be missing.
        functions : sequence of Function, optional
            Of each centre; by default those of the limits.
        """
        functions = tuple(functions_of(len(elements), self.limits) if functions is None else functions)
        bonds = {
            (a, b): self._bond((elements[a], elements[b]), functions, b, shortest.get((min(a, b), max(a, b))))
            for a in range(len(elements))
            for b in range(len(elements))
        }
        # A pair's two bonds are one: what a function of either centre needs, both have.
        for (a, b), bond in list(bonds.items()):
            shape = np.maximum(bond.coefficients.shape, bonds[b, a].coefficients.shape)
            bonds[a, b] = replace(bond, coefficients=_picking(*shape.tolist()))
        return AceForm(elements, bonds, tuple(Centre(0.0, np.ones((1, 2)), functions) for _ in elements))

    def _bond(
        self, symbols: tuple[str, str], functions: tuple[Function, ...], neighbour: int, shortest: float | None
    ) -> Bond:
        named = [
            (len(function.n), n, l)
            for function in functions
            for element, n, l in zip(function.elements, function.n, function.l, strict=True)
            if element == neighbour
        ]
        n_radial = max((n for rank, n, _ in named if rank > 1), default=1)
        n_base = max(n_radial, *(n for rank, n, _ in named if rank == 1), 1)
        name = RADIALS[self.radial]
        is_bessel = name == "SBessel"
        inner = InnerCutoff("density")
        if self.core:
            radii = sum(gemmi.Element(symbol).covalent_r for symbol in symbols)
            end = _OF_RADII * radii if shortest is None else _OF_SHORTEST * shortest
            inner = InnerCutoff("zbl", round(min(end, 0.9 * self.cutoff), 4), round(_INNER_WIDTH * end, 4))
        return Bond(
            self.cutoff,
            _picking(n_radial, 1 + max((momentum for _, _, momentum in named), default=0), n_base),
            RadialBasis(name, 1.0 if is_bessel else _STEEPNESS, 0.01 if is_bessel else _OUTER_WIDTH, 0.001),
            inner,
            (1.0, 1.0) if self.core else (0.0, 0.0),
            (gemmi.Element(symbols[0]).atomic_number, gemmi.Element(symbols[1]).atomic_number),
        )


def _picking(n_radial: int, n_l: int, n_base: int) -> Floats:
    """Return coefficients with which R_nl = g_n."""
    coefficients = np.zeros((n_radial, n_l, n_base))
    coefficients[np.arange(n_radial), :, np.arange(n_radial)] = 1.0
    return coefficients


def with_coefficients(form: AceForm, coefficients: Floats, zero_energies: Floats) -> AceForm:
    """Return a potential with other coefficients, those of all elements' functions one after the other, and E0."""
    centres, at = [], 0
    for centre, zero_energy in zip(form.centres, zero_energies, strict=True):
        functions = []
        for function in centre.functions:
            functions.append(function.with_coefficients(coefficients[at : at + 1]))
            at += 1
        centres.append(replace(centre, functions=tuple(functions), zero_energy=float(zero_energy)))
    return replace(form, centres=tuple(centres))
