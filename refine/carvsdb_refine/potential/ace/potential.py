"""The potential as its users see it: read it, then ask for energies and forces."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carvsdb.atoms.cell_list import cell_list
from carvsdb.atoms.model import AtomicModel
from carvsdb_refine.potential.ace.bound import BoundAce
from carvsdb_refine.potential.ace.evaluate import evaluate
from carvsdb_refine.potential.ace.files import read_form
from carvsdb_refine.potential.ace.form import AceForm
from carvsdb_refine.potential.ace.tables import AceTables, lay_out
from carvsdb_refine.potential.checks import check_finite, checked_atoms, element_indices
from carvsdb_refine.potential.terms import Elements, Evaluated, Potential

Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class AcePotential(Potential):
    """An atomic cluster expansion as pacemaker fits it.

    The energy of an atom is E = E0 + sum_p w_p F(rho_p, m_p), with densities rho_p that are sums of products of
    A_mu,nlm = sum_j R_nl(r_ij) Y_lm(r_ij), the sum over neighbours j of element mu.

    Attributes
    ----------
    name : str
        Name of the file.
    form : AceForm
        What the file says.

    References
    ----------
    .. [1] Drautz, Phys. Rev. B 99, 014104 (2019), doi:10.1103/PhysRevB.99.014104
    .. [2] Lysogorskiy et al., npj Comput. Mater. 7, 97 (2021), doi:10.1038/s41524-021-00559-9
    .. [3] Bochkarev et al., Phys. Rev. Mater. 6, 013804 (2022), doi:10.1103/PhysRevMaterials.6.013804
    """

    name: str
    form: AceForm = field(repr=False)

    @property
    def elements(self) -> tuple[str, ...]:
        """Symbols of the elements, in the order of their indices."""
        return self.form.elements

    @property
    def cutoff(self) -> float:
        """The largest cut-off, in Å."""
        return max(bond.cutoff for bond in self.form.bonds.values())

    @property
    def reach(self) -> float:
        """The same, as every potential tells it."""
        return self.cutoff

    @cached_property
    def tables(self) -> AceTables:
        """The potential as the kernels read it."""
        return lay_out(self.form)

    def element_indices(self, elements: Elements, *, source: str | Path | None = None) -> Integers:
        """Translate symbols to this potential's indices; indices are checked.

        Parameters
        ----------
        elements : sequence of str or int, shape (n,)
            One per atom.
        source : str or Path, optional
            The structure's file, for the message.

        Raises
        ------
        InputError
            If the potential lacks an element.
        """
        return element_indices(self.name, self.elements, elements, source)

    def bind(self, model: AtomicModel) -> BoundAce:
        """Return the energies of a model, kept up to date as its atoms move.

        Raises
        ------
        InputError
            If the potential lacks an element, or the cell is less than twice as wide as the cut-off.
        """
        elements = self.element_indices(model.elements)
        return BoundAce(self.tables, elements, model.positions, model.cell, self.name)

    def _evaluate(
        self, elements: Elements, positions: ArrayLike, cell: ArrayLike, source: str | Path | None, with_forces: bool
    ) -> Evaluated:
        indices = self.element_indices(elements, source=source)
        cells = cell_list(*checked_atoms(len(indices), positions, cell, source), self.cutoff)
        order = np.lexsort((cells.bins, indices)).astype(np.int64)
        energies = np.zeros(len(indices))
        forces, virial = np.zeros((len(indices), 3)) if with_forces else np.zeros((0, 3)), np.zeros((3, 3))
        evaluate(self.tables, cells, indices, order, cells.most_neighbours, with_forces, energies, forces, virial)
        check_finite(energies, source)
        return energies, forces, virial


def read_ace(path: str | Path) -> AcePotential:
    """Read an ACE potential of pacemaker: its C-tilde form (`.yace`) or its B-basis (`.yaml`).

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    AcePotential

    Raises
    ------
    InputError
        If the file is no such potential, or needs a radial basis, an embedding or a kind of inner cut-off that is not
        built; the sentence names it.
    """
    file = Path(path)
    return AcePotential(name=file.name, form=read_form(file))
