"""Labels by other means, as on a cluster: structures are written down, and results are read back in."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from carvsdb.atomic_write import write_text
from carvsdb.atoms.elements import HYDROGEN
from carvsdb.atoms.model import AtomicModel
from carvsdb_refine.labels.frames import Frame, frames_text, read_frames
from carvsdb_refine.labels.store import LabelStore, structure_key

# Programs write places with few digits, and some sort the atoms.
_NEAR = 0.01


@dataclass(frozen=True, slots=True)
class Imported:
    """What results were good for.

    Attributes
    ----------
    taken : int
        Structures that have a label now.
    strangers : tuple of str
        Frames that are none of the structures that wait.
    waiting : int
        Structures still without a label.
    """

    taken: int
    strangers: tuple[str, ...]
    waiting: int


def write_structures(models: Sequence[AtomicModel], store: LabelStore, path: str | Path) -> int:
    """Write the structures that have no label into one file of extended xyz; return how many there are."""
    waiting = {structure_key(model): model for model in models if store.frame(model) is None}
    if waiting:
        write_text(Path(path), frames_text(waiting.values(), list(waiting)))
    return len(waiting)


def import_labels(models: Sequence[AtomicModel], store: LabelStore, paths: Sequence[str | Path]) -> Imported:
    """Take results of other programs as labels of the structures that wait for them.

    A frame belongs to the structure with the same cell and atoms of the same elements at the same places, to 0.01 Å,
    whatever their order and the images of them.

    Raises
    ------
    InputError
        If a file cannot be read, or a frame has no energy or forces.
    """
    waiting = {structure_key(model): model for model in models if store.frame(model) is None}
    strangers, taken = [], 0
    for path in paths:
        for frame in read_frames(path):
            for key, model in waiting.items():
                order = _same(model, frame)
                if order is not None:
                    stress = None if frame.stress is None else frame.stress.tolist()
                    label = {"energy": frame.energy, "forces": frame.forces[order].tolist(), "stress": stress}
                    store.put(model, {**label, "origin": frame.origin})
                    del waiting[key]
                    taken += 1
                    break
            else:
                strangers.append(frame.origin)
    return Imported(taken, tuple(strangers), len(waiting))


def _same(model: AtomicModel, frame: Frame) -> NDArray[np.int64] | None:
    """Return which atom of a frame each atom of a model is, if it is the same structure."""
    other = frame.model
    symbols = ["H" if symbol in HYDROGEN else symbol for symbol in model.elements]
    if sorted(symbols) != sorted(other.elements) or np.abs(model.cell - other.cell).max() > _NEAR:
        return None
    order = np.zeros(model.n_atoms, np.int64)
    inverse = np.linalg.inv(model.cell)
    for symbol in set(symbols):
        ours, theirs = (np.flatnonzero(np.array(names) == symbol) for names in (symbols, other.elements))
        fractions = (model.positions[ours][:, None] - other.positions[theirs][None]) @ inverse
        apart = np.linalg.norm((fractions - np.rint(fractions)) @ model.cell, axis=2)
        rows, columns = linear_sum_assignment(apart)
        if apart[rows, columns].max() > _NEAR:
            return None
        order[ours[rows]] = theirs[columns]
    return order
