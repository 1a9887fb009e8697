"""The structures of a run that are worth a label."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb_refine.learning.active_set import ActiveSet
from carvsdb_refine.learning.maxvol import maxvol
from carvsdb_refine.learning.projections import Projector

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A structure of a run.

    Attributes
    ----------
    model : AtomicModel
        The structure.
    origin : str
        Where it comes from.
    coordinates : list of ndarray, shape (atoms of the element, rank)
        Its environments in terms of those of the active set, by element; the largest part of each is its grade.
    """

    model: AtomicModel
    origin: str
    coordinates: list[Floats]

    @property
    def grade(self) -> float:
        """The largest of its atoms."""
        return max((float(np.abs(one).max(initial=0.0)) for one in self.coordinates), default=0.0)


def candidate(projector: Projector, active_set: ActiveSet, model: AtomicModel, path: Path) -> Candidate:
    """Return a structure with its environments."""
    indices = projector.element_indices(model.elements)
    rows = projector.values(indices, model.positions, model.cell)
    coordinates = [some @ inverse for some, inverse in zip(rows, active_set.inverses, strict=True)]
    return Candidate(model, f"{path.parent.parent.parent.name}, {path.stem}", coordinates)


def choose(candidates: Sequence[Candidate], select: float, most: int) -> list[Candidate]:
    """Return the structures to label: those from which an active set of all would take most environments first.

    Parameters
    ----------
    candidates : sequence of Candidate
        Of a run, in its order.
    select : float
        Structures with no grade above it are left out.
    most : int
        As many at most.
    """
    beyond = [one for one in candidates if one.grade > select]
    if not beyond:
        return []
    counts = np.zeros(len(beyond), np.int64)
    for element in range(len(beyond[0].coordinates)):
        rows = [one.coordinates[element] for one in beyond]
        rank = rows[0].shape[1]
        if not rank:
            continue
        owner = np.repeat(np.arange(len(beyond)), [len(some) for some in rows])
        # Only environments beyond the active set can enter it.
        pool = np.concatenate(rows)
        outside = np.abs(pool).max(axis=1) > 1
        pool, owner = pool[outside], owner[outside]
        taken = maxvol(np.concatenate([np.eye(rank), pool]), 1.001)
        counts += np.bincount(owner[taken[taken >= rank] - rank], minlength=len(beyond))
    order = sorted(range(len(beyond)), key=lambda place: (-counts[place], -beyond[place].grade, place))
    return [beyond[place] for place in order[:most]]
