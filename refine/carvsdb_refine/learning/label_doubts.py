"""What is said of labels that a fit cannot follow: most often their names, signs or units are others."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.learning.bayesian_ridge import fit_ridge, refit
from carvsdb_refine.learning.frames import FitFrame, shortened
from carvsdb_refine.learning.label_triangles import LabelTriangles
from carvsdb_refine.learning.scales import Scales

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
# What labels are, if they are so many times what a fit to the forces says; within a sixth of it.
_FACTORS = {
    "energy": (
        (0.5292, "as in hartree and hartree/bohr (--units hartree) or rydberg and rydberg/bohr (--units rydberg)"),
        (1 / 27.2114, "as energies in hartree beside forces in eV/Å"),
        (1 / 13.6057, "as energies in rydberg beside forces in eV/Å"),
        (23.0605, "as energies in kcal/mol beside forces in eV/Å"),
        (96.485, "as energies in kJ/mol beside forces in eV/Å"),
        (1000.0, "as energies in meV beside forces in eV/Å"),
        (-1.0, "their sign is the other one"),
    ),
    "stress": (
        (-1.0, "their sign is the other one"),
        (160.2177, "as stresses in GPa"),
        (-160.2177, "as stresses in GPa with the other sign"),
        (1602.177, "as stresses in kbar"),
        (-1602.177, "as stresses in kbar with the other sign, as VASP prints them"),
    ),
}
_NEAR_A_FACTOR, _ALIKE = 1 / 6, 0.9
# A label is odd if the error is so many times the usual one, and at least this part of the forces themselves.
_ODD, _ODD_PART, _FEW = 6.0, 0.5, 5


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
    if sum(map(len, _forces(frames))) < _ROWS_EACH * n_columns or not kinds:
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
            factor = _factor(triangles, kind, penalties, frames)
            found.append(_ASKED[kind].format(f" ({whole:.0f} meV/Å are left, without them {without:.0f}{factor})"))
    return found


def _factor(triangles: LabelTriangles, kind: str, penalties: Floats, frames: Sequence[FitFrame]) -> str:
    """Say how many times what a fit to the forces alone says the labels of a kind are, and what that means."""
    n_elements = len({symbol for frame in frames for symbol in frame.elements})
    coefficients = fit_ridge(*triangles.joined(("forces",)), penalties, n_free=n_elements).coefficients
    rows = getattr(triangles, kind).close()
    said, labels = rows[:, : -n_elements - 1] @ coefficients[:-n_elements], rows[:, -1]
    if kind == "energy":
        # Forces know nothing of E0: what it can explain is taken away from both.
        free, _ = np.linalg.qr(rows[:, -n_elements - 1 : -1])
        said, labels = said - free @ (free.T @ said), labels - free @ (free.T @ labels)
    sizes = float(np.linalg.norm(said) * np.linalg.norm(labels))
    if not sizes or abs(float(said @ labels)) < _ALIKE * sizes:
        return ""
    factor = float(said @ labels) / float(said @ said)
    n_atoms = float(np.median([frame.n_atoms for frame in frames]))
    known = [*_FACTORS[kind], *([(1 / n_atoms, "as energies of one atom")] if kind == "energy" else [])]
    what = [meaning for value, meaning in known if abs(factor / value - 1) < _NEAR_A_FACTOR]
    return "; ".join([f"; they are {factor:.3g} times what the forces say", *what[:1]])


def odd_frames(errors: Sequence[float | None], frames: Sequence[FitFrame]) -> list[str]:
    """Return a sentence about each structure whose forces are followed far worse than others.

    Parameters
    ----------
    errors : sequence of float or None
        Root mean square of what is left of the forces of each, in meV/Å.
    frames : sequence of FitFrame
        The structures.
    """
    known = [error for error in errors if error is not None]
    if len(known) < _FEW:
        return []
    usual = float(np.median(known))
    return shortened(
        [
            f"{frame.source}: {error:.0f} meV/Å of its forces are left, of others {usual:.0f}: is its label right?"
            for error, frame in zip(errors, frames, strict=True)
            if error is not None and error > _ODD * usual and error > _ODD_PART * _spread([frame])
        ]
    )


def _spread(frames: Sequence[FitFrame]) -> float:
    forces = _forces(frames)
    return 1000 * float(np.sqrt((np.concatenate(forces) ** 2).mean())) if forces else 0.0


def _forces(frames: Sequence[FitFrame]) -> list[Floats]:
    return [frame.counting(frame.forces) for frame in frames if frame.forces is not None]
