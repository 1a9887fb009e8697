"""What a potential file says, before it is laid out for the kernels: the C-tilde form."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Bond:
    """The radial functions of one ordered pair of elements (centre, neighbour).

    Attributes
    ----------
    cutoff : float
        Distance in Å from which the neighbour counts for nothing.
    n_base : int
        Number of radial basis functions g_k.
    coefficients : ndarray of float64, shape (n_radial, l_max + 1, n_base)
        R_nl(r) = sum_k coefficients[n - 1, l, k - 1] g_k(r).
    """

    cutoff: float
    n_base: int
    coefficients: NDArray[np.float64]


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
    """

    elements: tuple[int, ...]
    n: tuple[int, ...]
    l: tuple[int, ...]  # noqa: E741 - the field's own letter
    m: NDArray[np.int64]
    weights: NDArray[np.float64]


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
    """

    zero_energy: float
    embedding: NDArray[np.float64]
    functions: tuple[Function, ...]


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
    """

    elements: tuple[str, ...]
    bonds: dict[tuple[int, int], Bond]
    centres: tuple[Centre, ...]
