"""Labels that were made, one file a structure, by a hash of its atoms; failed ones apart, with their cause."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from carvsdb.atomic_write import make_folder
from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_refine.labels.frames import Frame, why_unusable
from carvsdb_refine.run.result import read_result, write_result


def structure_key(model: AtomicModel) -> str:
    """Return a name of a structure that is another one if any atom, any place or the cell is another.

    Examples
    --------
    >>> model = AtomicModel(("Si",), [[0, 0, 0]], 5 * np.eye(3))
    >>> structure_key(model) == structure_key(AtomicModel(("Si",), [[0, 0, 0]], 5 * np.eye(3)))
    True
    """
    digest = hashlib.sha256(" ".join(model.elements).encode())
    for array in (model.positions, model.cell):
        # Without the sign of zeros.
        digest.update(np.ascontiguousarray(array + 0.0).tobytes())
    return digest.hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class LabelStore:
    """The labels of one method.

    Attributes
    ----------
    folder : Path
        Where they are: a file for each structure, and those that failed in ``failed``.
    """

    folder: Path

    def path(self, key: str, failed: bool = False) -> Path:
        """Return where the label of a structure is, or why it has none."""
        return (self.folder / "failed" if failed else self.folder) / f"{key}.json"

    def frame(self, model: AtomicModel, origin: str = "") -> Frame | None:
        """Return a structure with its label; None if there is none.

        Raises
        ------
        InputError
            If the file is damaged or is the label of other atoms.
        """
        path = self.path(structure_key(model))
        if not path.exists():
            return None
        content = read_result(path)
        try:
            if isinstance(content["energy"], bool):
                raise TypeError("expected a number")
            stress = None if content["stress"] is None else np.array(content["stress"], np.float64)
            frame = Frame(model, float(content["energy"]), np.array(content["forces"], np.float64), stress, origin)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise InputError("is no label", path=path) from error
        if cause := why_unusable(frame.energy, frame.forces, frame.stress, model.n_atoms):
            raise InputError(f"is no label of this structure: {cause}", path=path)
        return frame

    def cause(self, model: AtomicModel) -> str | None:
        """Return why a structure has no label; None if nobody has tried."""
        path = self.path(structure_key(model), failed=True)
        return str(read_result(path).get("cause", "")) if path.exists() else None

    def put(self, model: AtomicModel, content: Mapping[str, Any]) -> None:
        """Keep a label, or the cause why there is none, as `label_one` yields it.

        Raises
        ------
        InputError, RefusedError
            If it cannot be written.
        """
        failed = bool(content.get("cause"))
        path = self.path(structure_key(model), failed)
        make_folder(path.parent)
        kept = {name: value for name, value in content.items() if name != "seconds"}
        write_result(path, {**kept, "n_atoms": model.n_atoms, "elements": sorted(set(model.elements))})
        if not failed:
            self.path(structure_key(model), failed=True).unlink(missing_ok=True)
