"""The names under which programs give labels, and which of those that a file has are taken.

===========  ==============================================================================================
energy       `REF_energy` (MACE), `dft_energy`, `DFT_energy` (GAP), `energy_corrected` (pacemaker), `free_energy` and
             `energy` (ASE), `total_energy`; in eV, of the whole cell
forces       `REF_forces`, `dft_forces`, `DFT_forces`, `forces`, `force`; in eV/Å
stress       `REF_stress`, `dft_stress`, `stress`: dE/d(strain) / volume in eV/Å³, as ASE has it: a crystal under
             pressure has a negative one
virial       `REF_virial`, `REF_virials`, `dft_virial`, `virial`, `virials`: minus volume times stress, in eV
===========  ==============================================================================================

Capitals do not matter where the very name is missing. Names that begin with a reference come first: a plain `energy`
beside them is often that of another potential. Where electrons are smeared forces are the slopes of the free energy,
which comes before `energy`. Where no usual name is there, one of the same make is taken (`energy_dft`, `forces_qm`,
`energy_per_atom`) if it is the only one. All frames are read by the same names.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError

Floats = NDArray[np.float64]
Labels = Mapping[str, Any]

ENERGIES = (
    "REF_energy",
    "dft_energy",
    "DFT_energy",
    "ref_energy",
    "energy_corrected",
    "free_energy",
    "energy",
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
_PER_ATOM = "per_atom"
_MAKES = {
    "an energy": re.compile(r"(?:(.+)_)?energy(?:_(.+))?", re.IGNORECASE),
    "forces": re.compile(r"(?:(.+)_)?forces?(?:_(.+))?", re.IGNORECASE),
    "a stress": re.compile(r"(?:(.+)_)?stress(?:_(.+))?", re.IGNORECASE),
    "a virial": re.compile(r"(?:(.+)_)?virials?(?:_(.+))?", re.IGNORECASE),
}
_SIZES = {"an energy": (1,), "a stress": (6, 9), "a virial": (6, 9)}
# What makes an energy none of a cell, or a number none that is fitted to.
_OTHER_THINGS = re.compile(
    r"kinetic|formation|atomi[sz]ation|cohesive|binding|interaction|adsorption|hull|band|zero|e0|local|node|site|weight|"
    r"std|stdev|var|variance|uncertainty|error|residual|sigma|mask|max|mean|norm|rms"
)


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


@dataclass(frozen=True, slots=True)
class ChosenNames:
    """Under which names the labels of a file are taken.

    Attributes
    ----------
    energy, forces, stress, virial : str or None
        None where there is none; of stress and virial one at most.
    doubts : tuple of str
        What is worth saying of the choice, without the file.
    """

    energy: str | None
    forces: str | None
    stress: str | None
    virial: str | None
    doubts: tuple[str, ...]

    @property
    def is_per_atom(self) -> bool:
        """Whether the energy is that of one atom."""
        return _is_per_atom(self.energy)


def labels_of(atoms: Any) -> dict[str, Any]:
    """Return all that could be a label of a frame, by name; by its usual name, too, where only capitals differ."""
    labels = {**atoms.info, **{name: atoms.arrays[name] for name in atoms.arrays if name not in ("numbers",)}}
    if atoms.calc is not None:
        labels.update(atoms.calc.results)
    names = {name.lower(): name for name in reversed((*ENERGIES, *FORCES, *STRESSES, *VIRIALS))}
    known = set(labels) & {*ENERGIES, *FORCES, *STRESSES, *VIRIALS}
    others = {name.lower(): value for name, value in labels.items() if name not in known}
    return {name: others[lower] for lower, name in names.items() if lower in others} | labels


def numbers_of(labels: Labels, name: str | None, *shapes: tuple[int, ...]) -> Floats | None:
    """Return a label as an array of the first shape that has as many numbers; None if a frame has none.

    Raises
    ------
    InputError
        That says, without the frame, why it is no label.
    """
    if name is None or labels.get(name) is None:
        return None
    try:
        numbers = np.array(labels[name], np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} is no number") from None
    shape = next((one for one in shapes if numbers.size == math.prod(one)), None)
    if shape is None:
        expected = " or ".join(str(math.prod(one)) for one in shapes)
        raise InputError(f"{name} has {numbers.size} numbers, expected {expected}")
    if not np.isfinite(numbers).all():
        raise InputError(f"{name} is not finite")
    return numbers.reshape(shape)


def choose_names(described: Sequence[Labels], asked: LabelNames, path: str | Path) -> ChosenNames:
    """Return under which names the labels of a file are taken.

    Parameters
    ----------
    described : sequence of mapping
        `labels_of` each frame.
    asked : LabelNames
        What the user says.
    path : str or Path
        The file.

    Raises
    ------
    InputError
        If no frame has a label under a name that was asked for, or no frame has an energy or forces.
    """
    doubts: list[str] = []
    energy = _usual(described, asked.energy, ENERGIES, "an energy", path, doubts)
    forces = _usual(described, asked.forces, FORCES, "forces", path, doubts)
    energy, forces = _of_the_same_make(described, energy, forces, path, doubts)
    stress = _usual(described, asked.stress, STRESSES, "a stress", path, doubts)
    virial = None
    if stress is None or asked.virial is not None:
        virial = _usual(described, asked.virial, VIRIALS, "a virial", path, doubts)
        stress = None if virial is not None else stress
    if stress is None and virial is None:
        stress = _only(described, "a stress", doubts)
        virial = _only(described, "a virial", doubts) if stress is None else None
    if energy == "energy_corrected":
        doubts.append("energies are energy_corrected, of which pacemaker has taken away E0 of the elements")
    elif _is_per_atom(energy):
        doubts.append(f"energies are {energy}: they are multiplied by the number of atoms")
    return ChosenNames(energy, forces, stress, virial, tuple(doubts))


def _is_per_atom(energy: str | None) -> bool:
    return energy is not None and energy.lower().endswith(_PER_ATOM)


def _usual(
    described: Sequence[Labels],
    asked: str | None,
    usual: tuple[str, ...],
    what: str,
    path: str | Path,
    doubts: list[str],
) -> str | None:
    """Return the name under which most frames have a label; the usual ones in order of preference."""
    if asked is not None:
        if not any(asked in labels for labels in described):
            raise InputError(f"no frame has {what} named {asked}; there are {_all_names(described)}", path=path)
        return asked
    counts = {name: sum(name in labels for labels in described) for name in usual}
    present = [name for name in usual if counts[name]]
    if not present:
        return None
    chosen = max(present, key=lambda name: (counts[name], -usual.index(name)))
    others = [name for name in present if name != chosen and not {name, chosen} <= {"energy", "free_energy"}]
    if others:
        doubts.append(f"{what} is taken from {chosen}, not from {', '.join(others)}, which is there, too")
    return chosen


def _of_the_same_make(
    described: Sequence[Labels], energy: str | None, forces: str | None, path: str | Path, doubts: list[str]
) -> tuple[str | None, str | None]:
    """Look for energies and forces under names that are made as the usual ones, where those are missing."""
    if energy is None and forces is None:
        # The same method named both.
        of_energies, of_forces = (_candidates(described, what) for what in ("an energy", "forces"))
        both = set(of_energies.values()) & set(of_forces.values())
        if len(both) == 1:
            (method,) = both
            energy, forces = (
                next(name for name, of in found.items() if of == method) for found in (of_energies, of_forces)
            )
            doubts.append(f"energies are taken from {energy}, forces from {forces}: there is no usual name")
            return energy, forces
    energy = _only(described, "an energy", doubts) if energy is None else energy
    forces = _only(described, "forces", doubts) if forces is None else forces
    if energy is None and forces is None:
        said = f" ({'; '.join(doubts)})" if doubts else f"; there are {_all_names(described)}"
        raise InputError(
            f"no frame has an energy or forces under a name that is known{said}",
            path=path,
            hint="name them with --energy-key and --forces-key",
        )
    return energy, forces


def _only(described: Sequence[Labels], what: str, doubts: list[str]) -> str | None:
    """Return the only name that is made as that of some label; say so, and where there are several."""
    found = _candidates(described, what)
    if len(found) > 1:
        doubts.append(f"{what} could be {', '.join(sorted(found)[:5])}: it is not taken")
    if len(found) != 1:
        return None
    (name,) = found
    doubts.append(f"{what} is taken from {name}: there is no usual name")
    return name


def _candidates(described: Sequence[Labels], what: str) -> dict[str, str]:
    """Return names that are made as that of some label, each with what stands around the word: most often a method."""
    found = {}
    for labels in described:
        for name, value in labels.items():
            made = _MAKES[what].fullmatch(name)
            if made is None or not _is_of_shape(value, what):
                continue
            around = "_".join(part.lower() for part in made.groups() if part)
            if not any(map(_OTHER_THINGS.fullmatch, around.split("_"))):
                found[name] = around.removesuffix(_PER_ATOM).strip("_")
    return found


def _is_of_shape(value: Any, what: str) -> bool:
    try:
        shape = np.asarray(value, np.float64).shape
    except (TypeError, ValueError):
        return False
    return int(np.prod(shape)) in _SIZES[what] if what in _SIZES else len(shape) == 2 and shape[1] == 3


def _all_names(described: Sequence[Labels]) -> str:
    return ", ".join(sorted({name for labels in described for name in labels if name != "positions"})[:20]) or "none"
