"""Labels: energies, forces and stresses of structures by a reference method, for potentials to learn from.

Floors, each importing only from below: ``dry`` / ``same_structure`` / ``labelling`` / ``store`` / ``worker`` /
``frames`` / ``processes``.
"""

from carvsdb_refine.labels.dry import import_labels, write_structures
from carvsdb_refine.labels.frames import Frame, frames_text, read_frames
from carvsdb_refine.labels.labelling import Failed, Labelled, Labelling, label
from carvsdb_refine.labels.store import LabelStore, structure_key
from carvsdb_refine.labels.worker import Oracle

__all__ = [
    "Failed",
    "Frame",
    "LabelStore",
    "Labelled",
    "Labelling",
    "Oracle",
    "frames_text",
    "import_labels",
    "label",
    "read_frames",
    "structure_key",
    "write_structures",
]
