"""The grades of what single moves change, worked out on another core while the chain goes on."""

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.learning.active_set import ActiveSet
from carvsdb_refine.learning.projections import Projector
from carvsdb_refine.potential.terms import Arrays, saved

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class GradesBetween:
    """The largest grade, its atom, and how many were above `select`, of all that was added since it was last taken.

    Parameters
    ----------
    projector : Projector
        The functions of the potential.
    active_set : ActiveSet
        What they are compared with.
    select : float
        Above it atoms are counted.

    Notes
    -----
    What is added is graded together when `grade_beside` is called, and is known with the next call: so what is known
    after so many calls does not depend on how fast the other core is.
    """

    def __init__(self, projector: Projector, active_set: ActiveSet, select: float) -> None:
        self._projector, self._active_set, self._select = projector, active_set, select
        self._added: list[tuple[Integers, Integers, Floats]] = []
        self._worker, self._graded = ThreadPoolExecutor(1), Future[Floats]()
        self._graded.set_result(np.zeros(3))
        self.known: Floats = np.zeros(3)

    def add(self, elements: Integers, atoms: Integers, bases: Floats) -> None:
        """Add environments: element, atom and atomic bases of each, shapes (k,), (k,) and (k, width); they are kept."""
        self._added.append((elements, atoms, bases))

    def grade_beside(self) -> None:
        """Begin to grade what was added; what was begun before is known then."""
        self._learn(self._graded.result())
        added, self._added = self._added, []
        if added:
            self._graded = self._worker.submit(self._grade, added)
        else:
            self._graded = Future()
            self._graded.set_result(np.zeros(3))

    def take(self) -> Floats:
        """Return the numbers of all that was added, and forget them."""
        self.wait()
        taken, self.known = self.known, np.zeros(3)
        return taken

    def wait(self) -> None:
        """Wait until all that was added is known."""
        self.grade_beside()
        self.grade_beside()

    def restore(self, arrays: Arrays, name: str) -> None:
        """Take over what was known; a run of before has none."""
        if name in arrays:
            self.known = saved(arrays, name, self.known)

    def _learn(self, numbers: Floats) -> None:
        if numbers[0] > self.known[0]:
            self.known[:2] = numbers[:2]
        self.known[2] += numbers[2]

    def _grade(self, added: list[tuple[Integers, Integers, Floats]]) -> Floats:
        elements, atoms, bases = (np.concatenate(parts) for parts in zip(*added, strict=True))
        numbers = np.zeros(3)
        for element in np.unique(elements).tolist():
            rows = np.flatnonzero(elements == element)
            values = self._projector.values_of_bases(element, bases, rows)
            grades = self._active_set.grades_of(element, values)
            worst = int(grades.argmax())
            if grades[worst] > numbers[0]:
                numbers[:2] = grades[worst], atoms[rows[worst]]
            numbers[2] += int((grades > self._select).sum())
        return numbers
