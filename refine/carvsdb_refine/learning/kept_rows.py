"""Design rows that were made for more functions than one fit has, so that no structure is evaluated twice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.learning.design_rows import FrameRows, rows_of_frames
from carvsdb_refine.learning.frames import FitFrame
from carvsdb_refine.learning.projections import Projector
from carvsdb_refine.learning.scales import Scales
from carvsdb_refine.potential.ace.form import AceForm, Function
from carvsdb_refine.potential.ace.potential import AcePotential

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
FunctionName = tuple[object, ...]


def name_of(function: Function) -> FunctionName:
    """Return what tells a function from others of its centre, whatever its coefficient."""
    return function.elements, function.n, function.l, function.between


@dataclass(frozen=True, slots=True, eq=False)
class KeptRows:
    """Rows of some structures, made with the bonds, core, E0 and scales of the fit that takes them.

    Attributes
    ----------
    form : AceForm
        The functions that they have.
    by_frame : mapping of FitFrame to FrameRows
    """

    form: AceForm = field(repr=False)
    by_frame: Mapping[FitFrame, FrameRows] = field(repr=False)

    def rows_of_frames(
        self,
        projector: Projector,
        baseline: AcePotential,
        frames: Sequence[FitFrame],
        scales: Scales,
        *,
        with_stress: bool,
    ) -> Iterator[FrameRows]:
        """Yield the rows of structures in their order, as `design_rows` does; what is kept is not made again."""
        place = {name: at for at, name in enumerate(_names(self.form))}
        places = np.array([place.get(name, -1) for name in _names(projector.form)], np.int64)
        known = [frame for frame in frames if frame in self.by_frame]
        others = rows_of_frames(
            projector,
            baseline,
            [frame for frame in frames if frame not in self.by_frame],
            scales,
            with_stress=with_stress,
        )
        rest: Iterator[FrameRows | None] = iter([None] * len(known))
        if (places < 0).any():
            rest = rows_of_frames(_only(projector, places < 0), baseline, known, scales, with_stress=with_stress)
        for frame in frames:
            kept = self.by_frame.get(frame)
            yield next(others) if kept is None else _merged(kept, next(rest), places, len(projector.form.elements))


def _names(form: AceForm) -> list[FunctionName]:
    return [(centre, *name_of(function)) for centre, about in enumerate(form.centres) for function in about.functions]


def _only(projector: Projector, chosen: NDArray[np.bool_]) -> Projector:
    """Return the projector of some of the functions."""
    which = iter(chosen.tolist())
    centres = tuple(
        replace(centre, functions=tuple(function for function in centre.functions if next(which)))
        for centre in projector.form.centres
    )
    return Projector(replace(projector.form, centres=centres), projector.name)


def _merged(kept: FrameRows, made: FrameRows | None, places: Integers, n_elements: int) -> FrameRows:
    is_kept = places >= 0

    def rows(before: Floats, new: Floats | None) -> Floats:
        joined = np.empty((len(before), len(places) + n_elements + 1))
        joined[:, np.flatnonzero(is_kept)] = before[:, places[is_kept]]
        joined[:, len(places) :] = before[:, -n_elements - 1 :]
        if new is not None:
            joined[:, np.flatnonzero(~is_kept)] = new[:, : -n_elements - 1]
        return joined

    new = (None, None, None) if made is None else (made.energy, made.forces, made.stress)
    energy, forces, stress = map(rows, (kept.energy, kept.forces, kept.stress), new)
    return FrameRows(energy, forces, stress, kept.counts)
