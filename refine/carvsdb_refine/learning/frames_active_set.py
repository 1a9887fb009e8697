"""The active set of labelled structures, trusted once its grades rise where they must."""

from collections.abc import Sequence

import numpy as np

from carvsdb_refine.learning.active_set import SHAKEN, ActiveSet, Rows, check_that_it_rises, choose_active_set
from carvsdb_refine.learning.frames import FitFrame
from carvsdb_refine.learning.projections import Projector

# Values of functions that are kept, 200 MB.
_MOST_KEPT = 25_000_000


def active_set_of_frames(
    projector: Projector, frames: Sequence[FitFrame], checked: Sequence[FitFrame], seed: int
) -> ActiveSet:
    """Choose the active set of structures.

    Parameters
    ----------
    projector : Projector
        The functions.
    frames : sequence of FitFrame
        Whose environments are chosen from.
    checked : sequence of FitFrame
        Those of them that are shaken: the grades must rise.
    seed : int
        Of how they are shaken.

    Raises
    ------
    InputError
        If an element has fewer environments than functions.
    VerificationError
        If the grades do not rise.
    """
    generator = np.random.default_rng(seed)

    def rows(frame: FitFrame, width: float = 0.0) -> Rows:
        positions = frame.positions + (generator.normal(0, width, frame.positions.shape) if width else 0.0)
        kinds = projector.element_indices(frame.elements, frame.source)
        return projector.values(kinds, positions, frame.cell, frame.source)

    # What is not too much is kept, as structures are gone through more than once.
    kept: list[Rows] | None = None
    if sum(frame.n_atoms for frame in frames) * max(projector.n_functions) <= _MOST_KEPT:
        kept = list(map(rows, frames))
    chosen = choose_active_set(
        projector.form.elements, projector.n_functions, lambda: map(rows, frames) if kept is None else iter(kept)
    )
    here, there = (
        np.concatenate(
            [chosen.grades(rows(frame, width), projector.element_indices(frame.elements)) for frame in checked]
        )
        for width in (0.0, SHAKEN)
    )
    check_that_it_rises(here, there)
    return chosen
