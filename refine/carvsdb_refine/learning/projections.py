"""Projections: the value of every function of a potential at every atom, and how it changes as atoms move."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carvsdb.atoms.cell_list import cell_list
from carvsdb_refine.learning.projection_kernels import project, project_bases, project_gradients
from carvsdb_refine.learning.projection_plan import ProjectionPlan, b_tables, plan_projections
from carvsdb_refine.potential.ace.form import AceForm
from carvsdb_refine.potential.ace.tables import AceTables
from carvsdb_refine.potential.checks import checked_atoms, element_indices

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SummedFunctions:
    """The functions of a structure, each summed over all atoms; F functions of all elements one after the other.

    Attributes
    ----------
    values : ndarray of float64, shape (F,)
        The energy of the expansion is their combination with the coefficients.
    forces : ndarray of float64, shape (F, 3 n)
        Minus their gradients by x, y, z of atom 0, 1, ..., in 1/Å.
    strains : ndarray of float64, shape (F, 6), or None
        Their derivatives by the strain, xx, yy, zz, yz, xz, xy: volume times stress.
    """

    values: Floats
    forces: Floats
    strains: Floats | None


@dataclass(frozen=True, eq=False)
class Projector:
    """The functions of a potential in B-basis, without its coefficients.

    Attributes
    ----------
    form : AceForm
        The potential; its functions must have their couplings.
    name : str
        What messages call it.

    Raises
    ------
    InputError
        When first used, if the potential is in C-tilde form.

    References
    ----------
    .. [1] Drautz, Phys. Rev. B 99, 014104 (2019), doi:10.1103/PhysRevB.99.014104
    .. [2] Lysogorskiy et al., Phys. Rev. Mater. 7, 043801 (2023), doi:10.1103/PhysRevMaterials.7.043801
    """

    form: AceForm = field(repr=False)
    name: str = "ace"

    @cached_property
    def tables(self) -> AceTables:
        """The functions as the kernels read them. Atomic bases lie as in the tables of the potential itself."""
        return b_tables(self.form, self.name)

    @cached_property
    def plan(self) -> ProjectionPlan:
        """Where the products of each function are."""
        return plan_projections(self.tables, self.form)

    @property
    def n_functions(self) -> tuple[int, ...]:
        """Number of functions of each element's atoms."""
        return tuple(len(centre.functions) for centre in self.form.centres)

    def element_indices(self, elements: Sequence[str], source: str | Path | None = None) -> Integers:
        """Translate symbols to indices of the potential.

        Raises
        ------
        InputError
            If it lacks an element.
        """
        return element_indices(self.name, self.form.elements, elements, source)

    def values(
        self, elements: Integers, positions: ArrayLike, cell: ArrayLike, source: str | Path | None = None
    ) -> list[Floats]:
        """Return the functions of all atoms.

        Parameters
        ----------
        elements : ndarray of int64, shape (n,)
            Indices of the potential.
        positions : array_like, shape (n, 3)
            Cartesian, in Å.
        cell : array_like, shape (3, 3)
            Lattice vectors as rows, in Å.
        source : str or Path, optional
            The structure's file, for messages.

        Returns
        -------
        list of ndarray of float64, shape (atoms of the element, its functions)
            By element; atoms in the order of the structure. Without what short distances leave of the expansion.
        """
        indices = np.ascontiguousarray(elements, np.int64)
        cells = cell_list(*checked_atoms(len(indices), positions, cell, source), float(self.tables.cutoffs.max()))
        found: list[Floats] = []
        for element, n_functions in enumerate(self.n_functions):
            atoms = np.flatnonzero(indices == element)
            # Atoms of one bin after the other, so that neighbours are near in memory.
            order = atoms[np.argsort(cells.bins[atoms], kind="stable")]
            rows = np.zeros((len(atoms), n_functions))
            project(self.tables, self.plan, cells, indices, order, cells.most_neighbours, rows)
            in_place = np.empty_like(rows)
            in_place[np.searchsorted(atoms, order)] = rows
            found.append(in_place)
        return found

    def values_of_bases(self, element: int, bases: Floats, rows: Integers) -> Floats:
        """Return the functions of atoms of one element from atomic bases kept of them, shape (len(rows), functions).

        Parameters
        ----------
        element : int
            Index of the potential.
        bases : ndarray of float64, shape (any, width)
            As `BoundAce` of the same potential keeps them: the half list, real parts first, then imaginary parts of
            those with m > 0.
        rows : ndarray of int64
            Which of them.
        """
        values = np.zeros((len(rows), self.n_functions[element]))
        project_bases(self.tables, self.plan, element, bases, np.ascontiguousarray(rows, np.int64), values)
        return values

    def summed(
        self,
        elements: Integers,
        positions: ArrayLike,
        cell: ArrayLike,
        *,
        with_strains: bool = False,
        source: str | Path | None = None,
    ) -> SummedFunctions:
        """Return what a fit needs of a structure; parameters as for `values`.

        The functions of an atom count with what its nearest neighbour leaves of the expansion (`inner_cutoff_type`
        zbl), as they do in its energy.
        """
        indices = np.ascontiguousarray(elements, np.int64)
        cells = cell_list(*checked_atoms(len(indices), positions, cell, source), float(self.tables.cutoffs.max()))
        order = np.lexsort((cells.bins, indices)).astype(np.int64)
        n_functions = int(self.plan.first_function[-1])
        values, forces = np.zeros(n_functions), np.zeros((n_functions, 3 * len(indices)))
        strains = np.zeros((n_functions, 6))
        project_gradients(
            self.tables,
            self.plan,
            cells,
            indices,
            order,
            cells.most_neighbours,
            with_strains,
            values,
            forces,
            strains,
        )
        return SummedFunctions(values, forces, strains if with_strains else None)
