"""Frames: atoms with energy, forces and stress, and the extended xyz that programs exchange."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_refine.learning.frame_files import UNCONVERGED, read_atoms
from carvsdb_refine.learning.label_names import ChosenNames, LabelNames, choose_names, labels_of, numbers_of

Floats = NDArray[np.float64]


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


def read_frames(path: str | Path, left_out: list[str] | None = None, doubts: list[str] | None = None) -> list[Frame]:
    """Read frames with energies and forces: extended xyz, or the output of VASP, Quantum ESPRESSO or CASTEP.

    Parameters
    ----------
    path : str or Path
        The file.
    left_out : list of str, optional
        Takes a sentence on each frame that cannot be used; without it the first one is an error.
    doubts : list of str, optional
        Takes what is worth saying of the names of labels.

    Raises
    ------
    InputError
        If the file cannot be read, or a frame has no energy or forces, did not converge, or does not repeat in all
        directions.
    """
    read, _ = read_atoms(path)
    described = [labels_of(atoms) for atoms in read]
    names = choose_names(described, LabelNames(), path)
    if doubts is not None:
        doubts += [f"{path}: {doubt}" for doubt in names.doubts]
    frames = []
    for number, (atoms, labels) in enumerate(zip(read, described, strict=True), 1):
        try:
            frames.append(_frame(atoms, labels, names, f"{Path(path).name}, frame {number}"))
        except InputError as error:
            if left_out is None:
                raise InputError(f"frame {number}: {error.message}", path=path) from error
            left_out.append(f"{path}, frame {number} is left out: {error.message}")
    return frames


def _frame(atoms: Any, labels: Mapping[str, Any], names: ChosenNames, source: str) -> Frame:
    """Return a frame, or raise an InputError that says, without its source, why it is none."""
    if not np.asarray(atoms.pbc).all():
        raise InputError("expected atoms that repeat in all directions")
    if atoms.info.get(UNCONVERGED):
        raise InputError("its electrons did not converge")
    model = AtomicModel(tuple(atoms.get_chemical_symbols()), atoms.get_positions(), np.array(atoms.cell))
    energy, forces = numbers_of(labels, names.energy, ()), numbers_of(labels, names.forces, (model.n_atoms, 3))
    if energy is None or forces is None:
        raise InputError(f"it has no {'energy' if energy is None else 'forces'}")
    total = energy.item() * (model.n_atoms if names.is_per_atom else 1)
    stress = _stress(labels, names, model.volume)
    return Frame(model, total, forces, stress, str(atoms.info.get("origin", source)))


def _stress(labels: Mapping[str, Any], names: ChosenNames, volume: float) -> Floats | None:
    """Return the stress as a tensor, be it given as six or nine numbers, as it is or as a virial."""
    stress = numbers_of(labels, names.stress or names.virial, (6,), (3, 3))
    if stress is None:
        return None
    stress = stress[[[0, 5, 4], [5, 1, 3], [4, 3, 2]]] if stress.size == 6 else stress
    return stress if names.stress else -stress / volume


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
