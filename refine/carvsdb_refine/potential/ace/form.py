"""What a potential file says, before it is laid out for the kernels: the C-tilde form."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.potential.ace.repulsion import fade_many

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class RadialBasis:
    """Which functions g_k are.

    Attributes
    ----------
    name : str
        As in the module `radial_forms`, or "Tabulated".
    parameter : float
        lambda of the Chebyshev bases.
    width : float
        Of the outer cut-off, in Å.
    spacing : float
        Of the grid on which they are evaluated, in Å.
    table : ndarray of float64, shape (n_bins + 1, 2, n_base), or None
        Values and slopes of tabulated functions from 0 to the cut-off.
    """

    name: str = "SBessel"
    parameter: float = 1.0
    width: float = 0.01
    spacing: float = 0.001
    table: Floats | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class InnerCutoff:
    """Where the expansion ends as atoms come near.

    Attributes
    ----------
    kind : str
        "distance": the g_k rise from 0 over the last `width` before the end, and the repulsion falls there; "density":
        the core sum decides, and the g_k are 0 below end - width; "zbl": the nearest neighbour decides.
    end, width : float
        In Å (`r_in` and `delta_in`, or `rcut_in` and `dcut_in`).
    """

    kind: str = "density"
    end: float = 0.0
    width: float = 0.0

    def limits(self, cutoff: float) -> bool:
        """Return whether the g_k are changed anywhere between the first node and the cut-off."""
        return self._start[1] > 0 and cutoff > 0

    def keeps(self, distances: Floats) -> tuple[Floats, Floats]:
        """Return the factor of the g_k and its slope."""
        start, end, width = self._start
        if self.kind == "density":
            return (distances > start).astype(np.float64), np.zeros(len(distances))
        fading, slope = fade_many(distances, end, width)
        return (1 - fading) * (distances > start), -slope * (distances > start)

    @property
    def _start(self) -> tuple[float, float, float]:
        """Return where the g_k begin, where they are whole, and over which width."""
        # ZBL leaves the g_k as they are; without a width the programs end them at 1 Å, whatever the end.
        if self.kind == "zbl":
            return (0.0, 0.0, self.width) if self.width else (1.0, 1.0, 0.0)
        start = self.end - self.width
        return start, start if self.kind == "density" else self.end, self.width


@dataclass(frozen=True, slots=True, eq=False)
class Bond:
    """The radial functions of one ordered pair of elements (centre, neighbour).

    Attributes
    ----------
    cutoff : float
        Distance in Å from which the neighbour counts for nothing.
    coefficients : ndarray of float64, shape (n_radial, l_max + 1, n_base)
        R_nl(r) = sum_k coefficients[n - 1, l, k - 1] g_k(r).
    radial : RadialBasis
        The g_k.
    inner : InnerCutoff
        The same kind for all bonds.
    repulsion : tuple of float
        Prefactor and decay of the core repulsion (`prehc` in eV Å, `lambdahc` in Å⁻²); of ZBL only the first counts,
        without unit.
    charges : tuple of int
        Atomic numbers of the two, for ZBL.
    """

    cutoff: float
    coefficients: Floats
    radial: RadialBasis = RadialBasis()
    inner: InnerCutoff = InnerCutoff()
    repulsion: tuple[float, float] = (0.0, 0.0)
    charges: tuple[int, int] = (0, 0)

    @property
    def n_base(self) -> int:
        """Number of radial basis functions g_k."""
        return int(self.coefficients.shape[2])

    def functions_key(self) -> tuple[object, ...]:
        """Return what is the same for bonds with the same functions g_k and the same repulsion."""
        radial = self.radial
        table = None if radial.table is None else id(radial.table)
        about = (radial.name, radial.parameter, radial.width, radial.spacing, table)
        charges = tuple(sorted(self.charges))
        return (*about, self.cutoff, self.n_base, self.inner, self.repulsion, charges)

    @property
    def n_rank_1(self) -> int:
        """Number of g_k that functions of rank 1 can use: tabulated R_nl stand behind them."""
        table = self.radial.table
        return self.n_base if table is None else self.n_base - int(self.coefficients.any(axis=(0, 1)).sum())

    @property
    def has_repulsion(self) -> bool:
        """Whether the pair repels at any distance."""
        # By distance the repulsion lives below the inner cut-off only.
        return self.repulsion[0] != 0 and (self.inner.kind != "distance" or self.inner.end > 0)


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """One basis function of a centre: a weighted sum of products of the atomic base A.

    Attributes
    ----------
    elements : tuple of int
        The neighbours' elements, one per factor; the rank is their number.
    n : tuple of int
        Radial indices, from 1. In a function of rank 1 they count g_n, else R_nl.
    l : tuple of int
        Angular momenta.
    m : ndarray of int64, shape (n_combinations, rank)
        The combinations of m; they sum to 0. Of a combination and its negative only one stands here,
        and the real part of the product is meant.
    weights : ndarray of float64, shape (n_combinations, n_densities)
        What the real part of each product adds to each density.
    coupling : ndarray of float64, shape (n_combinations,), or None
        What the real part of each product adds to the function itself, whatever its coefficients; None in C-tilde form,
        which no longer tells one from the other.
    between : tuple of int
        To what the momenta couple on the way (`lint`), where the coupling is known.
    """

    elements: tuple[int, ...]
    n: tuple[int, ...]
    l: tuple[int, ...]
    m: NDArray[np.int64]
    weights: NDArray[np.float64]
    coupling: NDArray[np.float64] | None = None
    between: tuple[int, ...] = ()

    def with_coefficients(self, coefficients: NDArray[np.float64]) -> "Function":
        """Return the function with other coefficients, shape (n_densities,).

        Raises
        ------
        ValueError
            In C-tilde form.
        """
        if self.coupling is None:
            raise ValueError("a function in C-tilde form has no coefficient of its own")
        return replace(self, weights=np.outer(self.coupling, coefficients))

    @property
    def coefficients(self) -> NDArray[np.float64]:
        """Its coefficients, shape (n_densities,), where the coupling is known."""
        if self.coupling is None:
            raise ValueError("a function in C-tilde form has no coefficient of its own")
        if not len(self.coupling):  # a sum of products that is zero whatever the atoms
            return np.zeros(self.weights.shape[1])
        largest = int(np.abs(self.coupling).argmax())
        return np.asarray(self.weights[largest] / self.coupling[largest])


@dataclass(frozen=True, slots=True, eq=False)
class Centre:
    """All that belongs to the atoms of one element.

    Attributes
    ----------
    zero_energy : float
        Energy of the lone atom, in eV.
    embedding : ndarray of float64, shape (n_densities, 2)
        Weight and exponent of each density in the energy, in eV and 1.
    functions : tuple of Function
        In the order of the file.
    embedding_name : str
        "FinnisSinclair" or "FinnisSinclairShiftedScaled".
    core_limit : tuple of float
        The core sum at which the expansion is gone, and over which width it goes, in eV.
    """

    zero_energy: float
    embedding: NDArray[np.float64]
    functions: tuple[Function, ...]
    embedding_name: str = "FinnisSinclairShiftedScaled"
    core_limit: tuple[float, float] = (100_000.0, 250.0)


@dataclass(frozen=True, slots=True, eq=False)
class AceForm:
    """A potential in C-tilde form.

    Attributes
    ----------
    elements : tuple of str
        Symbols; everything else names elements by their place here.
    bonds : dict
        By (centre, neighbour).
    centres : tuple of Centre
        By element.
    is_pooled : bool
        If all neighbours add to one and the same atomic base, whatever their element; functions then name element 0.
    """

    elements: tuple[str, ...]
    bonds: dict[tuple[int, int], Bond]
    centres: tuple[Centre, ...]
    is_pooled: bool = False
