"""The extrapolation grades of a run's atoms: where the potential does not know."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from carvsdb.atomic_write import why_not_written, write_text
from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_ingest.writers.xyz import xyz_text
from carvsdb_refine.learning.active_set import ActiveSet
from carvsdb_refine.learning.active_set_file import read_active_set
from carvsdb_refine.learning.projections import Projector
from carvsdb_refine.potential import AcePotential
from carvsdb_refine.potential.ace.bound import BoundAce
from carvsdb_refine.potential.terms import Arrays, BoundEnergy
from carvsdb_refine.run.grades_between import GradesBetween
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
    select, stop, every, proposals : float, float or None, int or None
        As in ``[watch]``.
    """

    projector: Projector
    active_set: ActiveSet
    select: float
    stop: float | None
    every: int | None = None
    proposals: int | None = None
    # Of what accepted moves changed, and proposals would, since the last line.
    _accepted: GradesBetween = field(init=False)
    _proposed: GradesBetween = field(init=False)
    _last: Floats = field(default_factory=lambda: np.zeros(0))
    _line: Floats = field(default_factory=lambda: np.zeros(3))

    def __post_init__(self) -> None:
        self._accepted, self._proposed = (GradesBetween(self.projector, self.active_set, self.select) for _ in range(2))

    @property
    def looks_between(self) -> bool:
        """Whether grades are asked for between lines of the trace."""
        return self.every is not None or self.proposals is not None

    @property
    def columns(self) -> tuple[str, ...]:
        """What a trace has of the grades."""
        own = ("gamma max", "gamma median", "atoms above select")
        return own if self.proposals is None else (*own, "gamma max proposed", "atoms above select proposed")

    def one_thread(self) -> AbstractContextManager[object]:
        """Return a context in which linear algebra has one thread: a second would take the core from the chain."""
        return threadpool_limits(1, user_api="blas") if self.looks_between else nullcontext()

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
        return cls(
            Projector(form, setup.potential.name), active_set, table.select, table.stop, table.every, table.proposals
        )

    def grades(self, model: AtomicModel) -> Floats:
        """Return the grade of each atom of a model."""
        return grades_of(self.projector, self.active_set, model)

    def look(self, model: AtomicModel) -> list[float]:
        """Return the numbers of a line of the trace: see `columns`."""
        self._last = self.grades(model)
        self._line, proposed = self._accepted.take(), self._proposed.take()
        above = int((self._last > self.select).sum()) + int(self._line[2])
        seen = [max(float(self._last.max()), float(self._line[0])), float(np.median(self._last)), above]
        return seen if self.proposals is None else [*seen, float(proposed[0]), int(proposed[2])]

    def look_at_changed(self, bound: BoundEnergy) -> None:
        """Add the atoms whose surroundings the last accepted move changed to those that are graded."""
        assert isinstance(bound, BoundAce)
        self._accepted.add(bound.elements[bound.changed], bound.changed, bound.bases[bound.changed])

    def look_at_proposed(self, bound: BoundEnergy) -> None:
        """Add the atoms whose surroundings a proposal would change."""
        assert isinstance(bound, BoundAce)
        if bound.proposed is not None:
            atoms, bases = bound.proposed
            self._proposed.add(bound.elements[atoms], atoms.copy(), bases.copy())

    def grade_beside(self) -> None:
        """Begin to grade what was shown since the last call; what was shown before that is known then."""
        self._accepted.grade_beside()
        self._proposed.grade_beside()

    @property
    def is_beyond(self) -> bool:
        """Whether an accepted move since the last line is known to have taken an atom above `stop`."""
        return self.stop is not None and bool(self._accepted.known[0] > self.stop)

    def why_stop(self, moves: int) -> str | None:
        """Say why the run ends here; None if it does not."""
        worst = int(self._last.argmax())
        grade, atom = max((float(self._last[worst]), worst), (float(self._line[0]), int(self._line[1])))
        if self.stop is None or not grade > self.stop:
            return None
        return f"after {moves:,} moves atom {atom} has the grade {grade:.3g}, above stop = {self.stop:g}"

    def arrays(self) -> dict[str, Floats]:
        """Return what `restore` needs."""
        self._accepted.wait()
        self._proposed.wait()
        arrays = {"watch": self._accepted.known.copy()}
        return arrays if self.proposals is None else arrays | {"watch proposals": self._proposed.known.copy()}

    def restore(self, arrays: Arrays) -> None:
        """Take over arrays of `arrays`; those of a run of before have none."""
        self._accepted.restore(arrays, "watch")
        self._proposed.restore(arrays, "watch proposals")

    def keep(self, model: AtomicModel, path: Path) -> None:
        """Write a model with the grade of each atom as extended xyz.

        Raises
        ------
        InputError, RefusedError
            If it cannot be written.
        """
        grades = self.grades(model)
        try:
            path.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise why_not_written(path.parent, error) from error
        write_text(path, xyz_text(model, {"gamma": grades}))
