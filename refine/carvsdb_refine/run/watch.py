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
    select, stop : float and float or None
        As in ``[watch]``.
    columns : tuple of str
        What a trace has of the grades.
    """

    columns: ClassVar[tuple[str, ...]] = ("gamma max", "gamma median", "atoms above select")
    projector: Projector
    active_set: ActiveSet
    select: float
    stop: float | None
    _last: Floats = field(default_factory=lambda: np.zeros(0))

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
        return cls(Projector(form, setup.potential.name), active_set, table.select, table.stop)

    def look(self, model: AtomicModel) -> list[float]:
        """Return the numbers of a line of the trace: see `columns`."""
        self._last = grades_of(self.projector, self.active_set, model)
        return [float(self._last.max()), float(np.median(self._last)), int((self._last > self.select).sum())]

    def why_stop(self, moves: int) -> str | None:
        """Say why the run ends here; None if it does not."""
        if self.stop is None or not self._last.max() > self.stop:
            return None
        atom = int(self._last.argmax())
        return f"after {moves:,} moves atom {atom} has the grade {self._last[atom]:.3g}, above stop = {self.stop:g}"

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
