"""Unwrapped molecules of a model: which atoms they have, and in which cells these stand together.

A molecule may lie across faces of the cell. The image of each atom that belongs to its molecule is the nearest one,
as long as the molecule is smaller than half the cell. For larger ones (rods, chains, sheets of a flake) image flags
say it, or, where there are none that keep the molecule together, its shortest contacts do: they hold its bonds.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.pairs import list_pairs
from carvsdb.errors import InputError

NO_MOLECULE = 0
"""The molecule id of atoms that belong to none, as in LAMMPS."""

# A contact through the cell that is hardly longer than those that hold a molecule together might be one of them.
_ALIKE = 1.15
# Flags count if they keep a molecule about as close together as any images can, and apart from its own image.
_TORN, _LONGER = 1.5, 1.05
# Å: a contact that is longer is no bond.
_LONGEST_BOND = 3.0
_FIRST_REACH = 2.0


def atoms_of_molecules(model: AtomicModel) -> tuple[NDArray[np.int64], ...]:
    """Return the atoms of each molecule, by ascending molecule id; before them the atoms that belong to none.

    Examples
    --------
    >>> model = AtomicModel(("N", "N", "Ar", "He"), np.eye(4)[:, :3], 9 * np.eye(3), molecule_ids=[4, 4, 0, 0])
    >>> [atoms.tolist() for atoms in atoms_of_molecules(model)]
    [[2], [3], [0, 1]]
    """
    if model.molecule_ids is None:
        return tuple(np.arange(model.n_atoms).reshape(-1, 1))
    free = np.flatnonzero(model.molecule_ids == NO_MOLECULE)
    order = np.argsort(model.molecule_ids, kind="stable")
    order = order[model.molecule_ids[order] != NO_MOLECULE]
    if not len(order):
        return tuple(free.reshape(-1, 1))
    _, starts = np.unique(model.molecule_ids[order], return_index=True)
    return (*free.reshape(-1, 1), *np.split(order, starts[1:]))


def shifts_of_molecules(model: AtomicModel) -> NDArray[np.int64]:
    """Return the cell into which each atom is moved so that its molecule stands together, shape (n, 3).

    ``positions + shifts @ cell`` are molecules that no face of the cell tears; the first atom of each stays.
    Where a molecule is not told from its own image (`check_molecules` refuses that), any images will do.

    Examples
    --------
    >>> model = AtomicModel(("N", "N"), [[0.2, 0, 0], [8.1, 0, 0]], 9 * np.eye(3), molecule_ids=[1, 1])
    >>> shifts_of_molecules(model).tolist()
    [[0, 0, 0], [-1, 0, 0]]
    """
    shifts, wide = _nearest_to_first(model)
    for atoms in wide:
        shifts[atoms] = _wide_molecule(model, atoms).shifts
    return shifts


def check_molecules(model: AtomicModel) -> None:
    """Raise InputError if the shape of a molecule is not known.

    It is not if the molecule reaches beyond half the cell, and neither image flags nor its contacts tell it from its
    own image; a piece without an end (a chain through the cell, a framework) is such a molecule too.
    """
    for atoms in _nearest_to_first(model)[1]:
        found = _wide_molecule(model, atoms)
        if found.contact_with_image is not None:
            assert model.molecule_ids is not None
            raise InputError(
                f"molecule {model.molecule_ids[atoms[0]]} ({len(atoms)} atoms) reaches beyond half the cell, and a "
                f"contact of {found.contact_with_image:.3f} Å joins it to its own image, where those of "
                f"{found.longest:.3f} Å and less hold it together: it has no end, or its shape is not known",
                hint="let its atoms move alone (molecules = 'none'), or take a larger cell",
            )


def _nearest_to_first(model: AtomicModel) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """Return the shifts to the image nearest to the first atom of each molecule, and the molecules that are wider."""
    shifts = np.zeros((model.n_atoms, 3), np.int64)
    molecules = [atoms for atoms in atoms_of_molecules(model) if len(atoms) > 1]
    if not molecules:
        return shifts, []
    members = np.concatenate(molecules)
    firsts = np.repeat([atoms[0] for atoms in molecules], [len(atoms) for atoms in molecules]).astype(np.int64)
    arms = model.positions[members] - model.positions[firsts]
    fractions = arms @ np.linalg.inv(model.cell)
    shifts[members] = -np.rint(fractions).astype(np.int64)
    fractions += shifts[members]
    # Within half the shortest height of the first atom no other image is nearer to it, and where all lie in one half
    # of the cell, none is nearer to any other atom.
    starts = np.cumsum([0, *(len(atoms) for atoms in molecules[:-1])])
    lengths = np.linalg.norm(fractions @ model.cell, axis=1)
    widths = np.maximum.reduceat(fractions, starts) - np.minimum.reduceat(fractions, starts)
    wide = (np.maximum.reduceat(lengths, starts) >= model.heights.min() / 2) | (widths >= 0.5).any(axis=1)
    return shifts, [molecules[index] for index in np.flatnonzero(wide)]


class _Whole(NamedTuple):
    """A molecule that reaches beyond half the cell.

    Attributes
    ----------
    shifts : ndarray of int64, shape (k, 3)
    longest : float
        The longest of the contacts (Å) that hold it together.
    contact_with_image : float or None
        A contact (Å) that might as well do so, but leads to its own image.
    """

    shifts: NDArray[np.int64]
    longest: float
    contact_with_image: float | None


def _wide_molecule(model: AtomicModel, atoms: NDArray[np.int64]) -> _Whole:
    positions, cell = model.positions[atoms], model.cell
    by_contacts, longest = _joined_by_contacts(positions, cell)
    if model.images is not None:
        flags = model.images[atoms] - model.images[atoms[0]]
        link = _longest_link(positions + flags @ cell)
        reach = min(_LONGER * link, _LONGEST_BOND)
        if link <= _TORN * longest and _contact_with_image(positions, cell, flags, reach) is None:
            return _Whole(flags, link, None)
    return _Whole(by_contacts, longest, _contact_with_image(positions, cell, by_contacts, _ALIKE * longest))


def _joined_by_contacts(positions: NDArray[np.float64], cell: NDArray[np.float64]) -> tuple[NDArray[np.int64], float]:
    """Join atoms by their shortest contacts until all hang together; return the shifts and the longest of these (Å)."""
    reach = _FIRST_REACH
    while True:
        pairs = list_pairs(positions, cell, reach)
        order = np.argsort(pairs.distances, kind="stable")
        piece, shifts = np.arange(len(positions)), np.zeros((len(positions), 3), np.int64)
        pieces = len(positions)
        for row in order[pairs.firsts[order] < pairs.seconds[order]].tolist():
            first, second = int(pairs.firsts[row]), int(pairs.seconds[row])
            if piece[first] == piece[second]:
                continue
            moved = piece == piece[second]
            shifts[moved] += shifts[first] + pairs.offsets[row] - shifts[second]
            piece[moved] = piece[first]
            pieces -= 1
            if pieces == 1:
                return shifts - shifts[0], float(pairs.distances[row])
        reach *= 2


def _contact_with_image(
    positions: NDArray[np.float64], cell: NDArray[np.float64], shifts: NDArray[np.int64], reach: float
) -> float | None:
    """Return the shortest contact (Å), within a reach, between a molecule and its own image; None if there is none."""
    pairs = list_pairs(positions, cell, reach)
    elsewhere = (pairs.offsets != shifts[pairs.seconds] - shifts[pairs.firsts]).any(axis=1)
    return float(pairs.distances[elsewhere].min()) if elsewhere.any() else None


def _longest_link(positions: NDArray[np.float64]) -> float:
    """Return the longest link (Å) of the shortest tree that joins points in space."""
    apart = np.linalg.norm(positions - positions[0], axis=1)
    inside, longest = np.zeros(len(positions), bool), 0.0
    inside[0] = True
    for _ in range(len(positions) - 1):
        nearest = int(np.where(inside, np.inf, apart).argmin())
        longest = max(longest, float(apart[nearest]))
        inside[nearest] = True
        apart = np.minimum(apart, np.linalg.norm(positions - positions[nearest], axis=1))
    return longest
