"""Frames: atoms with energy, forces and stress, and the extended xyz that programs exchange."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError, cause_of
from carvsdb_refine.learning.frame_files import PROGRAM_FORMATS, read_atoms
from carvsdb_refine.learning.frames import ENERGIES, FORCES, STRESSES, usual_labels

Floats = NDArray[np.float64]
_ENDS = (".xyz", ".extxyz", ".dump-xyz", *PROGRAM_FORMATS)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Atoms and what a method says of them.

    Attributes
    ----------
    model : AtomicModel
        The atoms.
    energy : float
        In eV, of all of them: the one whose slopes the forces are.
    forces : ndarray of float64, shape (n, 3)
        In eV/Å.
    stress : ndarray of float64, shape (3, 3), or None
        In eV/Å³, with the sign of ASE.
    origin : str
        Where the structure comes from.
    """

    model: AtomicModel
    energy: float
    forces: Floats
    stress: Floats | None = None
    origin: str = ""


def frames_text(frames: Iterable[Frame | AtomicModel], keys: Sequence[str] = ()) -> str:
    """Return frames, or models without labels, as extended xyz with all digits.

    Parameters
    ----------
    frames : iterable of Frame or AtomicModel
        The frames.
    keys : sequence of str
        What each is called, as ``label_key`` of its line of comments.
    """
    lines: list[str] = []
    for number, frame in enumerate(frames):
        model = frame.model if isinstance(frame, Frame) else frame
        columns = [model.positions]
        head = f'Lattice="{_numbers(model.cell)}" Properties=species:S:1:pos:R:3'
        if isinstance(frame, Frame):
            columns.append(frame.forces)
            head += f":forces:R:3 energy={frame.energy!r}"
            if frame.stress is not None:
                head += f' stress="{_numbers(frame.stress)}"'
            if frame.origin:
                head += f' origin="{_quoted(frame.origin)}"'
        head += f' label_key="{keys[number]}"' if keys else ""
        lines += [str(model.n_atoms), f'{head} pbc="T T T"']
        rows = np.concatenate(columns, axis=1).tolist()
        symbols = ("H" if symbol == "D" else symbol for symbol in model.elements)
        lines += [" ".join([symbol, *map(repr, row)]) for symbol, row in zip(symbols, rows, strict=True)]
    return "\n".join(lines) + "\n"


def _numbers(values: Floats) -> str:
    return " ".join(map(repr, values.ravel().tolist()))


def _quoted(text: str) -> str:
    return "".join(letter if letter.isprintable() and letter not in '"\\=' else "_" for letter in text)


def read_frames(path: str | Path) -> list[Frame]:
    """Read frames with energies and forces: extended xyz, or the output of VASP, Quantum ESPRESSO or CASTEP.

    Raises
    ------
    InputError
        If the file cannot be read, or a frame has no energy or forces or does not repeat in all directions.
    """
    file = Path(path)
    name = file.name.lower()
    if not name.endswith(_ENDS):
        raise InputError(f"is no file of frames; expected one of {', '.join(_ENDS)}", path=path)
    read, _ = read_atoms(file)
    try:
        return [_frame(atoms, number, file) for number, atoms in enumerate(read)]
    except InputError:
        raise
    except Exception as error:  # labels of any type stand in files from anywhere
        raise InputError(f"has labels that are no numbers ({cause_of(error)})", path=path) from error


def _frame(atoms: Any, number: int, file: Path) -> Frame:
    where = f"frame {number}"
    if not np.asarray(atoms.pbc).all():
        raise InputError(f"{where}: expected atoms that repeat in all directions", path=file)
    found = usual_labels(atoms)
    # Forces are the slopes of the free energy, where electrons are smeared.
    energy = found.get("free_energy", _first(found, ENERGIES))
    forces = _first(found, FORCES)
    if energy is None or forces is None:
        raise InputError(f"{where} has no {'energy' if energy is None else 'forces'}", path=file)
    stress = _first(found, STRESSES)
    if stress is not None:
        stress = np.asarray(stress, np.float64)
        stress = stress[[[0, 5, 4], [5, 1, 3], [4, 3, 2]]] if stress.shape == (6,) else stress.reshape(3, 3)
    model = AtomicModel(tuple(atoms.get_chemical_symbols()), atoms.get_positions(), np.array(atoms.cell))
    origin = str(atoms.info.get("origin", f"{file.name}, {where}"))
    frame = Frame(model, float(energy), np.array(forces, np.float64), stress, origin)
    cause = why_unusable(frame.energy, frame.forces, frame.stress, model.n_atoms)
    if cause:
        raise InputError(f"{where}: {cause}", path=file)
    return frame


def _first(labels: Mapping[str, Any], names: Sequence[str]) -> Any:
    """Return the label that is there under the first of some names."""
    return next((labels[name] for name in names if labels.get(name) is not None), None)


def why_unusable(energy: float, forces: Floats, stress: Floats | None, n_atoms: int) -> str:
    """Say why numbers are no labels; an empty text if they are."""
    if not np.isfinite(energy):
        return f"the energy is {energy}"
    if forces.shape != (n_atoms, 3):
        return f"the forces have shape {forces.shape}, expected ({n_atoms}, 3)"
    if not np.isfinite(forces).all():
        return "a force is not a number"
    if stress is not None and stress.shape != (3, 3):
        return f"the stress has shape {stress.shape}, expected (3, 3)"
    if stress is not None and not np.isfinite(stress).all():
        return "the stress is not a number"
    return ""
