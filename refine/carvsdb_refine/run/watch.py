"""The extrapolation grades of a run's atoms: where the potential does not know."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from carvsdb.atomic_write import why_not_written, write_text
from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_ingest.writers.xyz import xyz_text
from carvsdb_refine.learning.active_set import ActiveSet
from carvsdb_refine.learning.active_set_file import read_active_set
from carvsdb_refine.learning.projections import Projector
from carvsdb_refine.potential import AcePotential
from carvsdb_refine.potential.ace.bound import BoundAce
from carvsdb_refine.potential.terms import Arrays, BoundEnergy, saved
from carvsdb_refine.run.setup import Setup

Floats = NDArray[np.float64]


def grades_of(projector: Projector, active_set: ActiveSet, model: AtomicModel) -> Floats:
    """Return the extrapolation grade of each atom of a model, shape (n,)."""
    indices = projector.element_indices(model.elements)
    return active_set.grades(projector.values(indices, model.positions, model.cell), indices)


@dataclass(slots=True)
class Watch:
    """Grades along a run.

    Attributes
    ----------
    projector : Projector
        The functions of the potential.
    active_set : ActiveSet
        What they are compared with.
    select, stop, every : float, float or None, int or None
        As in ``[watch]``.
    columns : tuple of str
        What a trace has of the grades.
    """

    columns: ClassVar[tuple[str, ...]] = ("gamma max", "gamma median", "atoms above select")
    projector: Projector
    active_set: ActiveSet
    select: float
    stop: float | None
    every: int | None = None
    _last: Floats = field(default_factory=lambda: np.zeros(0))
    # Of what accepted moves changed since the last line: the largest grade, its atom, how many were above.
    _between: Floats = field(default_factory=lambda: np.zeros(3))
    _line: Floats = field(default_factory=lambda: np.zeros(3))

    @classmethod
    def of(cls, setup: Setup) -> "Watch":
        """Read what a config's ``[watch]`` names.

        Raises
        ------
        InputError
            If the active set is none of the potential, or the potential has no single functions.
        """
        table = setup.file.config.watch
        if table is None or not isinstance(setup.potential, AcePotential):
            raise InputError("[watch] needs a [potential] of kind 'ace'", path=setup.file.path)
        form = setup.potential.form
        active_set = read_active_set(setup.file.resolve(table.active_set), form)
        return cls(Projector(form, setup.potential.name), active_set, table.select, table.stop, table.every)

    def look(self, model: AtomicModel) -> list[float]:
        """Return the numbers of a line of the trace: see `columns`."""
        self._last = grades_of(self.projector, self.active_set, model)
        self._line = self._between.copy()
        self._between[:] = 0
        above = int((self._last > self.select).sum()) + int(self._line[2])
        return [max(float(self._last.max()), float(self._line[0])), float(np.median(self._last)), above]

    def look_at_changed(self, bound: BoundEnergy) -> None:
        """Grade the atoms whose surroundings the last accepted move changed."""
        assert isinstance(bound, BoundAce)
        elements = bound.elements[bound.changed]
        for element in np.unique(elements).tolist():
            atoms = bound.changed[elements == element]
            grades = self.active_set.grades_of(element, self.projector.values_of_bases(element, bound.bases, atoms))
            worst = int(grades.argmax())
            if grades[worst] > self._between[0]:
                self._between[:2] = grades[worst], atoms[worst]
            self._between[2] += int((grades > self.select).sum())

    @property
    def is_beyond(self) -> bool:
        """Whether an accepted move since the last line took an atom above `stop`."""
        return self.stop is not None and bool(self._between[0] > self.stop)

    def why_stop(self, moves: int) -> str | None:
        """Say why the run ends here; None if it does not."""
        worst = int(self._last.argmax())
        grade, atom = max((float(self._last[worst]), worst), (float(self._line[0]), int(self._line[1])))
        if self.stop is None or not grade > self.stop:
            return None
        return f"after {moves:,} moves atom {atom} has the grade {grade:.3g}, above stop = {self.stop:g}"

    def arrays(self) -> dict[str, Floats]:
        """Return what `restore` needs."""
        return {"watch": self._between.copy()}

    def restore(self, arrays: Arrays) -> None:
        """Take over arrays of `arrays`; those of a run of before have none."""
        if "watch" in arrays:
            self._between = saved(arrays, "watch", self._between)

    def keep(self, model: AtomicModel, path: Path) -> None:
        """Write a model with the grade of each atom as extended xyz.

        Raises
        ------
        InputError, RefusedError
            If it cannot be written.
        """
        grades = grades_of(self.projector, self.active_set, model)
        try:
            path.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise why_not_written(path.parent, error) from error
        write_text(path, xyz_text(model, {"gamma": grades}))
