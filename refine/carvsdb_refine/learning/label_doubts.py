"""What is said of labels that a fit cannot follow: most often their names, signs or units are others."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.learning.bayesian_ridge import refit
from carvsdb_refine.learning.design_rows import Scales
from carvsdb_refine.learning.frames import FitFrame
from carvsdb_refine.learning.label_triangles import LabelTriangles

Floats = NDArray[np.float64]

# What a fit must explain of the labels' variance, or something is wrong with them.
_EXPLAINED = 0.5
# Labels contradict forces if these are followed so much better without them, and are not followed well with them.
_BETTER, _NOT_WELL = 2.0, 0.1
# Fewer rows than this for each function fit anything.
_ROWS_EACH = 3
_ASKED = {
    "energy": "energies contradict the forces{}: are they of whole cells, and their name and units right?",
    "stress": "stresses contradict the forces{}: are their sign and units those of --stress-key and --virial-key? "
    "--no-stress leaves them out",
}


def unexplained(error: float | None, frames: Sequence[FitFrame]) -> list[str]:
    """Return a sentence where a fit says next to nothing of its own forces.

    Parameters
    ----------
    error : float or None
        Root mean square of what is left of the forces, in meV/Å.
    frames : sequence of FitFrame
        The training.
    """
    spread = _spread(frames)
    if error is None or error**2 <= (1 - _EXPLAINED) * spread**2 or not spread:
        return []
    return [
        f"the fit explains less than half of the forces ({error:.0f} of {spread:.0f} meV/Å are left): are their names, "
        "signs and units right?"
    ]


def contradictions(
    triangles: LabelTriangles, penalties: Floats, strength: float, scales: Scales, frames: Sequence[FitFrame]
) -> list[str]:
    """Return sentences about kinds of labels without which the forces are followed much better.

    Parameters
    ----------
    triangles : LabelTriangles
        Of the training.
    penalties : ndarray of float64
        As of the fit.
    strength : float
        Of its prior.
    scales : Scales
    frames : sequence of FitFrame
        The training.
    """
    n_columns = len(penalties)
    kinds = [kind for kind in _ASKED if getattr(triangles, kind).n_rows]
    if triangles.forces.n_rows < _ROWS_EACH * n_columns or not kinds:
        return []

    def error(*with_kinds: str) -> float:
        matrix, _ = triangles.joined(("forces", *with_kinds))
        return triangles.errors(refit(matrix, penalties, strength), scales)[1] or 0.0

    whole = error(*kinds)
    if whole <= _NOT_WELL * _spread(frames):
        return []
    found = []
    for kind in kinds:
        without = error(*(other for other in kinds if other != kind))
        if whole > _BETTER * without:
            found.append(_ASKED[kind].format(f" ({whole:.0f} meV/Å are left, without them {without:.0f})"))
    return found


def _spread(frames: Sequence[FitFrame]) -> float:
    forces = [frame.forces.ravel() for frame in frames if frame.forces is not None]
    return 1000 * float(np.sqrt((np.concatenate(forces) ** 2).mean())) if forces else 0.0
