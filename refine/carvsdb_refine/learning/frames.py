"""Labelled structures: atoms with energies, forces and stresses, as a fit takes them.

The system's origin does not matter. Directions that do not repeat become so long that no atom meets an image: for a
potential of finite reach the energy is the same.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.learning.closed_cells import closed_cell, is_alone
from carvsdb_refine.learning.frame_files import UNCONVERGED, read_atoms
from carvsdb_refine.learning.frame_weights import Weighing, Weights, means_of, names_of_weights, types_of, weights_of
from carvsdb_refine.learning.label_names import UNITS, ChosenNames, LabelNames, choose_names, labels_of, numbers_of

Floats = NDArray[np.float64]

# Sentences about frames of one file that are said.
_MOST_SAID = 5


@dataclass(frozen=True, slots=True, eq=False)
class FitFrame:
    """A structure as a fit takes it: it may lack labels, and directions that do not repeat are closed.

    Attributes
    ----------
    source : str
        The file and the frame's number from 1, for messages.
    elements : tuple of str
        Symbols.
    positions : ndarray of float64, shape (n, 3)
        In Å.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å.
    energy : float or None
        In eV, of all atoms.
    forces : ndarray of float64, shape (n, 3), or None
        In eV/Å.
    strain_energy : ndarray of float64, shape (6,), or None
        Volume times stress, xx, yy, zz, yz, xz, xy, in eV.
    is_lone_atom : bool
        Whether it is one atom by itself, whose energy is E0 of its element.
    weights : Weights or None
        How much its labels count; all alike without.
    """

    source: str
    elements: tuple[str, ...]
    positions: Floats = field(repr=False)
    cell: Floats = field(repr=False)
    energy: float | None
    forces: Floats | None = field(repr=False)
    strain_energy: Floats | None = field(repr=False, default=None)
    is_lone_atom: bool = False
    weights: Weights | None = field(repr=False, default=None)

    @property
    def n_atoms(self) -> int:
        """Number of atoms."""
        return len(self.elements)

    def counting(self, forces: Floats) -> Floats:
        """Return components of forces on its atoms, shape (n, 3), whose labels count: one after the other."""
        return forces.ravel() if self.weights is None else forces[self.weights.forces > 0]

    def key(self) -> str:
        """Return what is the same for the same atoms at the same places, to 1e-6 Å."""
        parts = (np.round(self.positions, 6) + 0.0, np.round(self.cell, 6) + 0.0)
        text = " ".join(self.elements).encode()
        return hashlib.sha256(text + b"".join(part.tobytes() for part in parts)).hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class LabelledFrames:
    """The frames of a file.

    Attributes
    ----------
    frames : tuple of FitFrame
    names : tuple of str
        Under which names energies, forces and stresses were found.
    doubts : tuple of str
        What is doubtful, a sentence each.
    sha256 : str
        Of the file.
    said : tuple of str
        What is worth saying and no doubt.
    types : frozenset of str
        What frames are of (`config_type`), in small letters.
    """

    frames: tuple[FitFrame, ...] = field(repr=False)
    names: tuple[str, ...]
    doubts: tuple[str, ...]
    sha256: str
    said: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()


def read_frames(
    path: str | Path, cutoff: float, names: LabelNames | None = None, weighing: Weighing | None = None
) -> LabelledFrames:
    """Read labelled structures; those that cannot be used are left out, with their cause among the doubts.

    Parameters
    ----------
    path : str or Path
        Extended xyz, compressed or not; or the output of VASP, Quantum ESPRESSO or CASTEP.
    cutoff : float
        Reach of the potential in Å: how far directions that do not repeat are held apart.
    names : LabelNames, optional
    weighing : Weighing, optional
        How weights are made; all labels count alike without, which is said where the file has weights.

    Raises
    ------
    InputError
        If the file cannot be read, no frame has labels, or none can be used.
    """
    names = names or LabelNames()
    atoms, sha256 = read_atoms(path)
    described = [labels_of(one) for one in atoms]
    chosen = choose_names(described, names, path)
    doubts = [f"{path}: {doubt}" for doubt in chosen.doubts]
    frames, used, left_out = list[FitFrame](), list[dict[str, Any]](), list[str]()
    for number, (one, labels) in enumerate(zip(atoms, described, strict=True), 1):
        source = f"{path}, frame {number}"
        try:
            frames.append(_frame(one, labels, source, chosen, names.units, cutoff))
            used.append(labels)
        except InputError as error:
            left_out.append(f"{source} is left out: {error.message}")
    if not frames:
        raise InputError(f"none of {len(atoms)} frames can be used; {left_out[0]}", path=path)
    doubts += shortened(left_out)
    if chosen.energy is None:
        doubts.append(
            f"{path}: no frame has an energy under a name that is known (--energy-key): forces alone are fitted"
        )
    without = sum(frame.forces is None for frame in frames)
    if chosen.forces is None:
        doubts.append(f"{path}: no frame has forces; a fit to energies alone needs many more frames")
    elif without:
        doubts.append(f"{path}: {without} of {len(frames)} frames have no forces")
    found = [name for name in (chosen.energy, chosen.forces, chosen.stress or chosen.virial) if name is not None]
    weights, others = names_of_weights(used)
    said = [f"{path}: {', '.join(others[:5])}: no such weights are known, they are not heeded"] if others else []
    if weighing is not None:
        frames, left_out, n_without = _weighted(frames, used, weighing, path)
        doubts += left_out
        if n_without:
            said.append(f"{path}: frames of weight 0 are left out: {n_without}")
    if weights and weighing is not None and weighing.by_labels:
        said.append(f"{path}: labels are weighted by {', '.join(weights)} (--no-frame-weights: all alike)")
    elif weights:
        said.append(f"{path}: {', '.join(weights[:5])}: weights are not heeded, all frames count alike")
    return LabelledFrames(tuple(frames), tuple(found), tuple(doubts), sha256, tuple(said), types_of(used))


def _weighted(
    frames: list[FitFrame], described: list[dict[str, Any]], weighing: Weighing, path: str | Path
) -> tuple[list[FitFrame], list[str], int]:
    """Return frames with their weights, which could not be used and why, and how many have weight 0.

    Labels of weight 0 are taken away.
    """
    means = means_of([(labels, frame.n_atoms) for frame, labels in zip(frames, described, strict=True)])
    kept, left_out, n_without = list[FitFrame](), list[str](), 0
    for frame, labels in zip(frames, described, strict=True):
        try:
            weights = weights_of(labels, frame.n_atoms, weighing, means)
        except InputError as error:
            left_out.append(f"{frame.source} is left out: {error.message}")
            continue
        if weights is not None:
            frame = replace(
                frame,
                energy=frame.energy if weights.energy else None,
                forces=frame.forces if weights.forces.any() else None,
                strain_energy=frame.strain_energy if weights.stress else None,
                weights=weights,
            )
        if frame.energy is None and frame.forces is None and frame.strain_energy is None:
            n_without += 1
        else:
            kept.append(frame)
    if not kept:
        raise InputError(f"no frame has a weight above 0{f'; {left_out[0]}' if left_out else ''}", path=path)
    return kept, shortened(left_out), n_without


def shortened(sentences: list[str]) -> list[str]:
    """Return the first of many sentences, and how many there are more."""
    more = len(sentences) - _MOST_SAID
    return sentences if more <= 0 else [*sentences[:_MOST_SAID], f"... and {more} more such frames"]


def _frame(atoms: Any, labels: dict[str, Any], source: str, names: ChosenNames, units: str, cutoff: float) -> FitFrame:
    """Return a frame, or raise an InputError that says, without its source, why it cannot be used."""
    if atoms.info.get(UNCONVERGED):
        raise InputError("its electrons did not converge")
    n_atoms = len(atoms)
    if n_atoms == 0:
        raise InputError("it has no atoms")
    if not np.all(atoms.numbers):
        raise InputError("an atom is of no element (X)")
    to_ev, to_ev_per_length = UNITS[units]
    energy = numbers_of(labels, names.energy, ())
    forces = numbers_of(labels, names.forces, (n_atoms, 3))
    positions = np.array(atoms.get_positions(), np.float64)
    if not np.isfinite(positions).all():
        raise InputError("a coordinate is not finite")
    rows = np.array(atoms.cell[:], np.float64)
    repeats = np.array(atoms.pbc, bool) & (np.abs(rows).max(axis=1) > 0)
    cell = closed_cell(rows, repeats, positions, cutoff)
    strain_energy = None
    if repeats.all():
        stress, virial = _voigt(labels, names.stress), _voigt(labels, names.virial)
        if stress is not None:
            strain_energy = abs(float(np.linalg.det(cell))) * stress
        elif virial is not None:
            strain_energy = -virial
    return FitFrame(
        source,
        tuple(atoms.get_chemical_symbols()),
        positions,
        cell,
        None if energy is None else float(energy) * to_ev * (n_atoms if names.is_per_atom else 1),
        None if forces is None else np.asarray(forces * to_ev_per_length),
        strain_energy,
        n_atoms == 1 and is_alone(cell, repeats, cutoff),
    )


def _voigt(labels: dict[str, Any], name: str | None) -> Floats | None:
    """Return xx, yy, zz, yz, xz, xy of a stress of six or nine numbers."""
    numbers = numbers_of(labels, name, (6,), (3, 3))
    if numbers is None or numbers.size == 6:
        return numbers
    symmetric = (numbers + numbers.T) / 2
    return np.asarray(symmetric[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]])


def without_repeats(frames: Iterable[FitFrame]) -> tuple[list[FitFrame], list[str]]:
    """Leave out frames that were there before; return what that is worth saying, too."""
    kept: dict[str, FitFrame] = {}
    repeats, differing = 0, list[str]()
    for frame in frames:
        key = frame.key()
        before = kept.get(key)
        if before is None:
            kept[key] = frame
        else:
            repeats += 1
            if before.energy is not None and frame.energy is not None and abs(before.energy - frame.energy) > 1e-3:
                differing.append(f"{frame.source} repeats {before.source} with another energy")
    doubts = [f"{repeats} frames are there twice or more; each is taken once"] if repeats else []
    return list(kept.values()), doubts + differing[:5]
