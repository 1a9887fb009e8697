"""Labelled structures: atoms with energies, forces and stresses, under whatever names programs give them.

===========  ==============================================================================================
energy       `REF_energy` (MACE), `dft_energy`, `DFT_energy` (GAP), `energy_corrected` (pacemaker), `energy`,
             `free_energy` (ASE), `total_energy`; in eV, of the whole cell
forces       `REF_forces`, `dft_forces`, `DFT_forces`, `forces`, `force`; in eV/Å
stress       `REF_stress`, `dft_stress`, `stress`: dE/d(strain) / volume in eV/Å³, as ASE has it: a crystal under
             pressure has a negative one
virial       `REF_virial`, `REF_virials`, `dft_virial`, `virial`, `virials`: minus volume times stress, in eV
===========  ==============================================================================================

Capitals do not matter where the very name is missing. Names that begin with a reference come first: a plain `energy`
beside them is often that of another potential. All frames are read by the same names. The system's origin does not
matter. Directions that do not repeat become so long that no atom meets an image: for a potential of finite reach the
energy is the same.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.learning.frame_files import read_atoms

Floats = NDArray[np.float64]

ENERGIES = (
    "REF_energy",
    "dft_energy",
    "DFT_energy",
    "ref_energy",
    "energy_corrected",
    "energy",
    "free_energy",
    "total_energy",
)
FORCES = ("REF_forces", "dft_forces", "DFT_forces", "ref_forces", "REF_force", "dft_force", "forces", "force")
STRESSES = ("REF_stress", "dft_stress", "DFT_stress", "stress")
VIRIALS = ("REF_virial", "REF_virials", "dft_virial", "DFT_virial", "virial", "virials")
# To eV: energies; to eV/Å: forces. Positions are in Å always.
UNITS = {
    "eV": (1.0, 1.0),
    "hartree": (27.211386245988, 27.211386245988 / 0.529177210903),
    "rydberg": (13.605693122994, 13.605693122994 / 0.529177210903),
    "kcal/mol": (0.04336410390059322, 0.04336410390059322),
}


@dataclass(frozen=True, slots=True)
class LabelNames:
    """Under which names labels are; None searches the usual ones.

    Attributes
    ----------
    energy, forces, stress, virial : str or None
        Keys of the comment line, or columns.
    units : str
        "eV" (and eV/Å), "hartree" (and hartree/bohr), "rydberg" (and rydberg/bohr), "kcal/mol" (and kcal/mol/Å).

    Raises
    ------
    InputError
        If there are no such units.
    """

    energy: str | None = None
    forces: str | None = None
    stress: str | None = None
    virial: str | None = None
    units: str = "eV"

    def __post_init__(self) -> None:
        if self.units not in UNITS:
            raise InputError(f"there are no units {self.units}; there are {', '.join(UNITS)}")


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
    """

    source: str
    elements: tuple[str, ...]
    positions: Floats = field(repr=False)
    cell: Floats = field(repr=False)
    energy: float | None
    forces: Floats | None = field(repr=False)
    strain_energy: Floats | None = field(repr=False, default=None)
    is_lone_atom: bool = False

    @property
    def n_atoms(self) -> int:
        """Number of atoms."""
        return len(self.elements)

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
    """

    frames: tuple[FitFrame, ...] = field(repr=False)
    names: tuple[str, ...]
    doubts: tuple[str, ...]
    sha256: str


def read_frames(path: str | Path, cutoff: float, names: LabelNames | None = None) -> LabelledFrames:
    """Read labelled structures.

    Parameters
    ----------
    path : str or Path
        Extended xyz, compressed or not; or the output of VASP, Quantum ESPRESSO or CASTEP.
    cutoff : float
        Reach of the potential in Å: how far directions that do not repeat are held apart.
    names : LabelNames, optional

    Raises
    ------
    InputError
        If the file cannot be read, a label is missing that others have, or one is not finite; the sentence names the
        frame.
    """
    names = names or LabelNames()
    atoms, sha256 = read_atoms(path)
    described = [usual_labels(one) for one in atoms]
    doubts: list[str] = []
    energy = _chosen(described, names.energy, ENERGIES, "an energy", path, doubts)
    forces = _chosen(described, names.forces, FORCES, "forces", path, doubts)
    if energy is None and forces is None:
        raise InputError(
            f"no frame has an energy or forces under a name that is known ({', '.join((*ENERGIES[:2], *FORCES[:2]))}, "
            "...)",
            path=path,
            hint="name them with --energy-key and --forces-key",
        )
    stress = _chosen(described, names.stress, STRESSES, "a stress", path, doubts)
    virial = None
    if stress is None or names.virial is not None:
        virial = _chosen(described, names.virial, VIRIALS, "a virial", path, doubts)
        stress = None if virial is not None else stress
    if energy == "energy_corrected":
        doubts.append(f"{path}: energies are energy_corrected, of which pacemaker has taken away E0 of the elements")
    frames = tuple(
        _frame(one, labels, f"{path}, frame {number}", (energy, forces, stress, virial), names.units, cutoff)
        for number, (one, labels) in enumerate(zip(atoms, described, strict=True), 1)
    )
    if energy is None:
        doubts.append(
            f"{path}: no frame has an energy under a name that is known (--energy-key): forces alone are fitted"
        )
    without = sum(frame.forces is None for frame in frames)
    if forces is None:
        doubts.append(f"{path}: no frame has forces; a fit to energies alone needs many more frames")
    elif without:
        doubts.append(f"{path}: {without} of {len(frames)} frames have no forces")
    found = tuple(name for name in (energy, forces, stress or virial) if name is not None)
    return LabelledFrames(frames, found, tuple(doubts), sha256)


def usual_labels(atoms: Any) -> dict[str, Any]:
    """Return all that could be a label of a frame, by name; by its usual name, too, where only capitals differ."""
    labels = {**atoms.info, **{name: atoms.arrays[name] for name in atoms.arrays if name not in ("numbers",)}}
    if atoms.calc is not None:
        labels.update(atoms.calc.results)
    names = {name.lower(): name for name in reversed((*ENERGIES, *FORCES, *STRESSES, *VIRIALS))}
    known = set(labels) & {*ENERGIES, *FORCES, *STRESSES, *VIRIALS}
    others = {name.lower(): value for name, value in labels.items() if name not in known}
    return {name: others[lower] for lower, name in names.items() if lower in others} | labels


def _chosen(
    described: list[dict[str, Any]],
    asked: str | None,
    usual: tuple[str, ...],
    what: str,
    path: str | Path,
    doubts: list[str],
) -> str | None:
    """Return the name under which most frames have a label; the usual ones in order of preference."""
    if asked is not None:
        if not any(asked in labels for labels in described):
            known = sorted({name for labels in described for name in labels if name not in ("positions",)})
            raise InputError(f"no frame has {what} named {asked}; there are {', '.join(known[:20])}", path=path)
        return asked
    counts = {name: sum(name in labels for labels in described) for name in usual}
    present = [name for name in usual if counts[name]]
    if not present:
        return None
    chosen = max(present, key=lambda name: (counts[name], -usual.index(name)))
    others = [name for name in present if name != chosen and not {name, chosen} <= {"energy", "free_energy"}]
    if others:
        doubts.append(f"{path}: {what} is taken from {chosen}, not from {', '.join(others)}, which is there, too")
    return chosen


def _frame(
    atoms: Any,
    labels: dict[str, Any],
    source: str,
    names: tuple[str | None, str | None, str | None, str | None],
    units: str,
    cutoff: float,
) -> FitFrame:
    to_ev, to_ev_per_length = UNITS[units]
    energy_name, forces_name, stress_name, virial_name = names
    energy = _numbers(labels, energy_name, (), source)
    forces = _numbers(labels, forces_name, (len(atoms), 3), source)
    if len(atoms) == 0:
        raise InputError(f"{source} has no atoms")
    positions = np.array(atoms.get_positions(), np.float64)
    if not np.isfinite(positions).all():
        raise InputError(f"{source}: a coordinate is not finite")
    closed = np.array(atoms.pbc, bool) & (np.abs(np.array(atoms.cell[:], np.float64)).max(axis=1) > 0)
    cell = _closed(np.array(atoms.cell[:], np.float64), closed, positions, cutoff, source)
    strain_energy = None
    if closed.all():
        volume = abs(float(np.linalg.det(cell)))
        stress, virial = _voigt(labels, stress_name, source), _voigt(labels, virial_name, source)
        if stress is not None:
            strain_energy = volume * stress
        elif virial is not None:
            strain_energy = -virial
    return FitFrame(
        source,
        tuple(atoms.get_chemical_symbols()),
        positions,
        cell,
        None if energy is None else float(energy) * to_ev,
        None if forces is None else np.asarray(forces * to_ev_per_length),
        strain_energy,
        len(atoms) == 1 and _is_alone(cell, closed, cutoff),
    )


def _is_alone(cell: Floats, closed: NDArray[np.bool_], cutoff: float) -> bool:
    """Return whether an atom does not meet its own images: programs for crystals put lone atoms into large boxes."""
    # What is nearest to the origin is a sum of few rows of a reduced cell; these are all that a box can have.
    steps = np.array([step for step in product((-1, 0, 1), repeat=3) if any(step)])
    images = steps[~steps[:, ~closed].any(axis=1)] @ cell
    return not len(images) or float(np.linalg.norm(images, axis=1).min()) > cutoff


def _numbers(labels: dict[str, Any], name: str | None, shape: tuple[int, ...], source: str) -> Any:
    if name is None or labels.get(name) is None:
        return None
    try:
        numbers = np.array(labels[name], np.float64)
    except (TypeError, ValueError):
        numbers = np.full((), np.nan)
    if numbers.shape != shape:
        numbers = numbers.reshape(shape) if numbers.size == np.prod(shape) else np.full(shape, np.nan)
    if not np.isfinite(numbers).all():
        raise InputError(f"{source}: {name} is not finite, or no number", hint="leave the frame out, or label it again")
    return numbers


def _voigt(labels: dict[str, Any], name: str | None, source: str) -> Floats | None:
    """Return xx, yy, zz, yz, xz, xy of a stress of six or nine numbers."""
    if name is None or labels.get(name) is None:
        return None
    size = np.size(labels[name])
    numbers = np.asarray(_numbers(labels, name, (3, 3) if size == 9 else (6,), source))
    if size != 9:
        return numbers
    symmetric = (numbers + numbers.T) / 2
    return np.asarray(symmetric[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]])


def _closed(cell: Floats, closed: NDArray[np.bool_], positions: Floats, cutoff: float, source: str) -> Floats:
    """Return a cell in which the directions that do not repeat are longer than any atom reaches."""
    if not np.isfinite(cell).all():
        raise InputError(f"{source}: the cell is not finite")
    if not closed.all():
        # Orthonormal directions across those that repeat; the extent of the atoms along each, and room to spare.
        across, _ = np.linalg.qr(np.concatenate([cell[closed], np.eye(3)]).T)
        fillers = across.T[int(closed.sum()) :]
        cell = cell.copy()
        for row, direction in zip(np.flatnonzero(~closed), fillers, strict=True):
            extent = float(np.ptp(positions @ direction))
            cell[row] = direction * (extent + cutoff + 1.0)
    edges = float(np.prod(np.linalg.norm(cell, axis=1)))
    if not abs(np.linalg.det(cell)) > 1e-6 * edges:
        raise InputError(f"{source}: the cell is flat")
    return cell


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
