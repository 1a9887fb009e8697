"""The active set of each element: the environments that span the others, and how far others lie beyond (gamma).

Of the rows B of all training environments of an element, those whose square A has (nearly) the largest determinant are
chosen; then every row is B = gamma A with no |gamma| above 1, and that of a new environment tells how far it lies
beyond [1]_. Combinations of functions that no training environment has (beyond rounding) are left out: with them the
grades of all would explode.

References
----------
.. [1] Podryabinkin & Shapeev, Comput. Mater. Sci. 140, 171 (2017), doi:10.1016/j.commatsci.2017.08.031
.. [2] Goreinov et al., How to find a good submatrix, in Matrix Methods: Theory, Algorithms and Applications (2010),
   doi:10.1142/9789812836021_0015
.. [3] Lysogorskiy et al., Phys. Rev. Mater. 7, 043801 (2023), doi:10.1103/PhysRevMaterials.7.043801
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from carvsdb.errors import InputError, VerificationError
from carvsdb_refine.learning.maxvol import maxvol

Floats = NDArray[np.float64]
# The values of all functions in some structures, by element: shape (atoms of the element, its functions).
Rows = Sequence[Floats]
# What can be gone through more than once.
Structures = Callable[[], Iterable[Rows]]

SHAKEN = 0.5
"""How far atoms are shaken for a structure on which the grade must rise, in Å."""

# Singular values of the training rows below this part of the largest are none.
_NULL = 1e-10
# No training environment has a grade further above 1 than this, and how often they are gone through for it.
_TOLERANCE, _MOST_PASSES = 5e-5, 20
# Rows of an element that are chosen from at a time.
_ROWS_AT_A_TIME = 40_000
# With fewer environments of an element a potential of fewer functions would be none.
_ENOUGH_FOR_FEWER = 20


@dataclass(frozen=True, slots=True, eq=False)
class ActiveSet:
    """What grades are made of.

    Attributes
    ----------
    elements : tuple of str
        Symbols, as in the potential.
    inverses : tuple of ndarray of float64, each of shape (functions of the element, rank)
        gamma of an environment is the largest |B @ inverse|.
    """

    elements: tuple[str, ...]
    inverses: tuple[Floats, ...]

    @property
    def ranks(self) -> tuple[int, ...]:
        """Number of environments chosen for each element."""
        return tuple(inverse.shape[1] for inverse in self.inverses)

    def grades_of(self, element: int, rows: Floats) -> Floats:
        """Return the extrapolation grades of environments of one element, shape (n,), of their functions (n, F).

        Below 1 is interpolation; pacemaker's defaults select above 5 and stop above 25.
        """
        inverse = self.inverses[element]
        if not inverse.shape[1]:
            return np.full(len(rows), np.inf)
        return np.asarray(np.abs(rows @ inverse).max(axis=1, initial=0.0))

    def grades(self, rows: Rows, elements: NDArray[np.int64]) -> Floats:
        """Return the grades of all atoms of a structure.

        Parameters
        ----------
        rows : sequence of ndarray
            As `Projector.values` returns them.
        elements : ndarray of int64, shape (n,)
            Indices of the potential.
        """
        grades = np.zeros(len(elements))
        for element, some in enumerate(rows):
            grades[elements == element] = self.grades_of(element, some)
        return grades


def choose_active_set(elements: tuple[str, ...], n_functions: tuple[int, ...], structures: Structures) -> ActiveSet:
    """Choose the active set of each element.

    Parameters
    ----------
    elements : tuple of str
        Symbols.
    n_functions : tuple of int
        Of each element.
    structures : callable
        Returns the rows of the training structures, one after the other; gone through several times.

    Raises
    ------
    InputError
        If an element has fewer environments than functions: a grade would be blind to most of what it has not seen.
    """
    # Threads of the linear algebra would only wait for each other where other work shares the cores.
    with threadpool_limits(1, user_api="blas"):
        return _chosen(elements, n_functions, structures)


def _chosen(elements: tuple[str, ...], n_functions: tuple[int, ...], structures: Structures) -> ActiveSet:
    triangles: list[Floats] = [np.zeros((0, width)) for width in n_functions]
    counts = [0] * len(elements)
    for rows in _in_blocks(structures()):
        for element, some in enumerate(rows):
            counts[element] += len(some)
            triangles[element] = np.asarray(np.linalg.qr(np.concatenate([triangles[element], some]), mode="r"))
    for symbol, count, width in zip(elements, counts, n_functions, strict=True):
        if count < width:
            raise InputError(
                f"too few rows for the active set of {symbol}: {count} environments for {width} functions",
                hint=f"add frames with {symbol}"
                + (f", or fit fewer functions, such as {count // 2}" if count >= _ENOUGH_FOR_FEWER else ""),
            )
    bases = [_row_space(triangle) for triangle in triangles]
    chosen: list[Floats] = [np.zeros((0, basis.shape[1])) for basis in bases]
    inverses: list[Floats] = [np.zeros((basis.shape[1], basis.shape[1])) for basis in bases]
    for passes in range(_MOST_PASSES):
        changed, n_blocks = False, 0
        for rows in _in_blocks(structures()):
            n_blocks += 1
            for element, some in enumerate(rows):
                reduced = some @ bases[element]
                if passes and np.abs(reduced @ inverses[element]).max(initial=0.0) <= 1 + _TOLERANCE:
                    continue
                changed = True
                pool = np.concatenate([chosen[element], reduced])
                chosen[element] = pool[maxvol(pool, 1 + _TOLERANCE / 2)]
                if len(chosen[element]) == chosen[element].shape[1]:
                    inverses[element] = np.asarray(np.linalg.inv(chosen[element]), np.float64)
        # Of one block all rows were looked at together.
        if n_blocks == 1 or (passes and not changed):
            break
    return ActiveSet(elements, tuple(basis @ inverse for basis, inverse in zip(bases, inverses, strict=True)))


def check_that_it_rises(grades_of_training: Floats, grades_far_off: Floats) -> None:
    """Refuse an active set whose grades do not rise on a structure known to be far off.

    Raises
    ------
    VerificationError
        If the median grade far off is not above 1, or not above twice that of the training.
    """
    here, there = float(np.median(grades_of_training)), float(np.median(grades_far_off))
    if not there > max(1.0, 2 * here):
        raise VerificationError(
            f"the extrapolation grade does not rise where it must: median {there:.3g} of a structure shaken by "
            f"{SHAKEN} Å, {here:.3g} of the training; it is not to be trusted"
        )


def _row_space(triangle: Floats) -> Floats:
    """Return an orthonormal basis of what rows span, shape (functions, rank)."""
    _, sizes, directions = np.linalg.svd(triangle, full_matrices=False)
    rank = int((sizes > _NULL * sizes[:1]).sum())
    return np.ascontiguousarray(directions[:rank].T)


def _in_blocks(rows: Iterable[Rows]) -> Iterator[Rows]:
    """Join the rows of structures until they are many."""
    waiting: list[Rows] = []
    count = 0
    for some in rows:
        waiting.append(some)
        count += max((len(of_element) for of_element in some), default=0)
        if count >= _ROWS_AT_A_TIME:
            yield [np.concatenate(parts) for parts in zip(*waiting, strict=True)]
            waiting, count = [], 0
    if waiting:
        yield [np.concatenate(parts) for parts in zip(*waiting, strict=True)]
