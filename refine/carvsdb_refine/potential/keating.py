"""The Keating energy of the networks that `carvsdb.generate` makes, over bonds that stay as they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.pairs import list_pairs
from carvsdb.compiled import compiled
from carvsdb.errors import InputError
from carvsdb.generate import KeatingParameters
from carvsdb.net import Net
from carvsdb_refine.potential.checks import checked_atoms
from carvsdb_refine.potential.terms import Elements, Evaluated, Floats, Integers, Potential, saved


@dataclass(frozen=True, eq=False)
class Keating(Potential):
    """Bonds and angles of a fixed list of bonds; an atom has half of its bonds and all of its angles.

    Attributes
    ----------
    parameters : KeatingParameters
        Stiffness and bond length; every angle is meant to be the tetrahedral one. Elements make no difference.
    net : Net or None
        Its vertices are the atoms, in order. A net with positions says in which image each atom lies, to within half a
        cell; without positions its offsets hold for the positions as they are given.
    bonds_within : float
        Where there is no net, bonds are the pairs closer than this in Å, when the potential is bound or evaluated.
    name : str
        What messages call it.

    References
    ----------
    .. [1] Keating, Phys. Rev. 145, 637 (1966), doi:10.1103/PhysRev.145.637

    Examples
    --------
    >>> fcc = np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]) / 2
    >>> sites = np.concatenate([fcc, fcc + 0.25]) * 2.35 * 4 / 3**0.5
    >>> Keating().energies(["Si"] * 8, sites, np.eye(3) * 2.35 * 4 / 3**0.5).round(9).tolist()[0]
    0.0
    """

    parameters: KeatingParameters = field(default_factory=KeatingParameters)
    net: Net | None = None
    bonds_within: float = 2.85
    name: str = "keating"

    def _evaluate(
        self, elements: Elements, positions: ArrayLike, cell: ArrayLike, source: str | Path | None, with_forces: bool
    ) -> Evaluated:
        places, vectors = checked_atoms(len(elements), positions, cell, source)
        starts, neighbours, offsets = self._bonds(places, vectors)
        energies, forces = np.zeros(len(places)), np.zeros_like(places)
        coefficients = self.parameters.coefficients()
        everyone = np.arange(len(places))
        virial = np.zeros((3, 3))
        keating_of(
            everyone, places, vectors, starts, neighbours, offsets, coefficients, energies, with_forces, forces, virial
        )
        return energies, forces, virial

    def bind(self, model: AtomicModel) -> "BoundKeating":
        """Return the energies of a model, to be kept up to date as its atoms move; its bonds stay.

        Raises
        ------
        InputError
            If the net has another number of vertices than there are atoms.
        """
        bonds = self._bonds(model.positions, model.cell)
        return BoundKeating(self.parameters.coefficients(), bonds, model.positions, model.cell)

    def _bonds(self, positions: Floats, cell: Floats) -> tuple[Integers, Integers, Floats]:
        """Return, atom by atom, where its bonds start, the atoms at their other ends, and the cells of these."""
        n_atoms = len(positions)
        inverse = np.linalg.inv(cell)
        if self.net is None:
            pairs = list_pairs(positions, cell, self.bonds_within)
            firsts, seconds, offsets = pairs.firsts, pairs.seconds, pairs.offsets.astype(np.float64)
        else:
            if self.net.n_vertices != n_atoms:
                raise InputError(f"the net of bonds has {self.net.n_vertices} vertices, but there are {n_atoms} atoms")
            rows = self.net.edges.astype(np.int64)
            firsts = np.concatenate([rows[:, 0], rows[:, 1]])
            seconds = np.concatenate([rows[:, 1], rows[:, 0]])
            offsets = np.concatenate([rows[:, 2:], -rows[:, 2:]]).astype(np.float64)
            if self.net.positions is not None:
                images = np.rint(positions @ inverse - self.net.positions)
                offsets += images[firsts] - images[seconds]
            order = np.argsort(firsts, kind="stable")
            firsts, seconds, offsets = firsts[order], seconds[order], offsets[order]
        starts = np.concatenate([[0], np.cumsum(np.bincount(firsts, minlength=n_atoms))]).astype(np.int64)
        return starts, seconds, np.ascontiguousarray(offsets)


class BoundKeating:
    """Energies per atom that change by what a move touches: the atoms moved and those bonded to them.

    Attributes
    ----------
    atom_energies : ndarray of float64, shape (n,)
        In eV, of the configuration last accepted.
    """

    def __init__(
        self, coefficients: Floats, bonds: tuple[Integers, Integers, Floats], positions: Floats, cell: Floats
    ) -> None:
        self._coefficients = coefficients
        self._starts, self._neighbours, self._offsets = bonds
        self._positions, self._cell = positions.copy(), cell.copy()
        self._before: tuple[Integers, Floats, Floats] | None = None
        self._touched = np.zeros(0, np.int64)
        self._fresh = np.zeros(len(positions))
        self.atom_energies: Floats = self.recompute()

    def propose(self, atoms: Integers, positions: Floats) -> float:
        """Move atoms, shape (k,), to places, shape (k, 3), for the time being; return the energy change in eV.

        A place stands for its image that is nearest to where the atom is.
        """
        self.reject()
        jumps = np.rint((positions - self._positions[atoms]) @ np.linalg.inv(self._cell))
        self._before = (atoms, self._positions[atoms], self._cell)
        self._positions[atoms] = positions - jumps @ self._cell
        ends = [self._neighbours[self._starts[atom] : self._starts[atom + 1]] for atom in atoms]
        self._touched = np.unique(np.concatenate([atoms, *ends]))
        return self._change()

    def propose_cell(self, cell: Floats, positions: Floats) -> float:
        """Put all atoms into another cell for the time being; return the energy change in eV.

        Fractional coordinates stand for the images nearest to the present ones.
        """
        self.reject()
        self._touched = np.arange(len(self._positions))
        self._before = (self._touched, self._positions.copy(), self._cell)
        jumps = np.rint(positions @ np.linalg.inv(cell) - self._positions @ np.linalg.inv(self._cell))
        self._positions[:] = positions - jumps @ cell
        self._cell = np.array(cell, np.float64)
        return self._change()

    def accept(self) -> None:
        """Keep what was proposed."""
        self.atom_energies[self._touched] = self._fresh[self._touched]
        self._before, self._touched = None, self._touched[:0]

    def reject(self) -> None:
        """Take back what was proposed, if anything was."""
        if self._before is not None:
            atoms, places, self._cell = self._before
            self._positions[atoms] = places
            self._before, self._touched = None, self._touched[:0]

    def recompute(self) -> Floats:
        """Return the energies per atom of the present configuration, from nothing but its atoms."""
        positions, cell = self._positions, self._cell
        if self._before is not None:
            positions, cell = positions.copy(), self._before[2]
            positions[self._before[0]] = self._before[1]
        energies = np.zeros(len(positions))
        self._evaluate(np.arange(len(positions)), positions, cell, energies)
        return energies

    def state(self) -> dict[str, NDArray[Any]]:
        """Return what `restore` needs."""
        self.reject()
        return {"atom_energies": self.atom_energies.copy(), "positions": self._positions.copy()}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays of `state`."""
        self.reject()
        self.atom_energies[:] = saved(arrays, "atom_energies", self.atom_energies)
        positions = saved(arrays, "positions", self._positions)
        jumps = np.rint((positions - self._positions) @ np.linalg.inv(self._cell))
        # The bonds were told for the positions bound; those of the state may lie in other cells.
        atoms = np.repeat(np.arange(len(self._positions)), np.diff(self._starts))
        self._offsets += jumps[atoms] - jumps[self._neighbours]
        self._positions[:] = positions

    def _change(self) -> float:
        self._evaluate(self._touched, self._positions, self._cell, self._fresh)
        return float((self._fresh[self._touched] - self.atom_energies[self._touched]).sum())

    def _evaluate(self, atoms: Integers, positions: Floats, cell: Floats, energies: Floats) -> None:
        nothing = np.zeros((0, 3))
        keating_of(
            atoms, positions, cell, self._starts, self._neighbours, self._offsets, self._coefficients,
            energies, False, nothing, nothing,
        )  # fmt: skip


@compiled
def keating_of(
    atoms: Integers,
    positions: Floats,
    cell: Floats,
    starts: Integers,
    neighbours: Integers,
    offsets: Floats,
    coefficients: Floats,
    energies: Floats,
    with_forces: bool,
    forces: Floats,
    virial: Floats,
) -> None:
    """Write the energies of some atoms (eV) and add the forces (eV/Å) and the virial (eV) these make, if asked.

    `coefficients` are (d², stretching, bending): see `KeatingParameters`.
    """
    squared, stretching, bending = coefficients[0], coefficients[1], coefficients[2]
    bond = np.empty((int((starts[1:] - starts[:-1]).max()) if len(starts) > 1 else 0, 3))
    for atom in atoms:
        first, n_bonds = starts[atom], starts[atom + 1] - starts[atom]
        for k in range(n_bonds):
            other, offset = neighbours[first + k], offsets[first + k]
            for axis in range(3):
                shift = offset[0] * cell[0, axis] + offset[1] * cell[1, axis] + offset[2] * cell[2, axis]
                bond[k, axis] = positions[other, axis] + shift - positions[atom, axis]
        energy = 0.0
        for k in range(n_bonds):
            for m in range(k + 1):
                dot = bond[k, 0] * bond[m, 0] + bond[k, 1] * bond[m, 1] + bond[k, 2] * bond[m, 2]
                excess = dot - squared if k == m else dot + squared / 3.0
                # An atom owns half of each of its bonds and all of its angles.
                weight = 0.5 * stretching if k == m else bending
                energy += weight * excess * excess
                if with_forces:
                    pull = 2.0 * weight * excess
                    for axis in range(3):
                        forces[neighbours[first + k], axis] -= pull * bond[m, axis]
                        forces[neighbours[first + m], axis] -= pull * bond[k, axis]
                        forces[atom, axis] += pull * (bond[m, axis] + bond[k, axis])
                        for along in range(3):
                            symmetric = bond[k, along] * bond[m, axis] + bond[m, along] * bond[k, axis]
                            virial[along, axis] += pull * symmetric
        energies[atom] = energy
