"""Labels by other means, as on a cluster: structures are written down, and results are read back in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carvsdb.atomic_write import write_text
from carvsdb.atoms.model import AtomicModel
from carvsdb_refine.labels.frames import Frame, frames_text, read_frames
from carvsdb_refine.labels.same_structure import Atoms, Placed, placed
from carvsdb_refine.labels.store import LabelStore, structure_key


@dataclass(frozen=True, slots=True)
class Imported:
    """What results were good for.

    Attributes
    ----------
    taken : int
        Structures that have a label now.
    strangers : tuple of str
        Frames that are none of the structures that wait.
    left_out : tuple of str
        A sentence on each frame that cannot be used.
    doubts : tuple of str
        What is worth saying of the names of labels.
    waiting : int
        Structures still without a label.
    """

    taken: int
    strangers: tuple[str, ...]
    left_out: tuple[str, ...]
    doubts: tuple[str, ...]
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
    whatever their order and the images of them; where there is none, whatever the origin and the orientation, too.

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    waiting = {structure_key(model): Atoms(model) for model in models if store.frame(model) is None}
    strangers, left_out, doubts, taken = list[str](), list[str](), list[str](), 0
    for path in paths:
        for frame in read_frames(path, left_out, doubts):
            found = _found(waiting, Atoms(frame.model))
            if found is None:
                strangers.append(frame.origin)
                continue
            key, how = found
            store.put(waiting.pop(key).model, _label(frame, how))
            taken += 1
    return Imported(taken, tuple(strangers), tuple(left_out), tuple(doubts), len(waiting))


def _found(waiting: Mapping[str, Atoms], result: Atoms) -> tuple[str, Placed] | None:
    for any_origin in (False, True):
        for key, asked in waiting.items():
            how = placed(asked, result, any_origin=any_origin)
            if how is not None:
                return key, how
    return None


def _label(frame: Frame, how: Placed) -> dict[str, Any]:
    turn = how.rotation
    return {
        "energy": frame.energy,
        "forces": (frame.forces[how.order] @ turn).tolist(),
        "stress": None if frame.stress is None else (turn.T @ frame.stress @ turn).tolist(),
        "origin": frame.origin,
    }
