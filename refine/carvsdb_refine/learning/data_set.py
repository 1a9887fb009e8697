"""A data set: frames to train with, frames held out, and what they have in common."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.learning.frames import FitFrame, without_repeats

Floats = NDArray[np.float64]

# Labels beyond these are no physics that a fit should follow: eV/Å, and eV/atom from the median with the spread times.
LARGEST_FORCE, _FAR_ENERGY, _FAR_SPREADS = 100.0, 2.0, 30.0


@dataclass(frozen=True, slots=True, eq=False)
class DataSet:
    """Frames to fit to.

    Attributes
    ----------
    training, held_out : tuple of FitFrame
        Training frames stand in the order in which a learning curve takes them.
    doubts : tuple of str
    """

    training: tuple[FitFrame, ...] = field(repr=False)
    held_out: tuple[FitFrame, ...] = field(repr=False)
    doubts: tuple[str, ...] = ()

    @property
    def elements(self) -> tuple[str, ...]:
        """Symbols in alphabetical order, of the training."""
        return tuple(sorted({symbol for frame in self.training for symbol in frame.elements}))

    def shortest_distances(self, cutoff: float) -> dict[tuple[int, int], float]:
        """Return the shortest distance in Å of each pair of elements in the training, lower index first.

        Raises
        ------
        InputError
            If two atoms lie upon one another.
        """
        from vesin import NeighborList

        number = {symbol: index for index, symbol in enumerate(self.elements)}
        shortest: dict[tuple[int, int], float] = {}
        search = NeighborList(cutoff=cutoff, full_list=False)
        for frame in self.training:
            kinds = np.array([number[symbol] for symbol in frame.elements])
            first, second, distances = search.compute(
                points=frame.positions, box=frame.cell, periodic=True, quantities="ijd"
            )
            if not len(distances):
                continue
            if float(distances.min()) < 0.1:
                raise InputError(f"{frame.source}: two atoms lie {float(distances.min()):.3g} Å apart")
            low, high = np.minimum(kinds[first], kinds[second]), np.maximum(kinds[first], kinds[second])
            for pair in {(int(a), int(b)) for a, b in zip(low, high, strict=True)}:
                nearest = float(distances[(low == pair[0]) & (high == pair[1])].min())
                shortest[pair] = min(nearest, shortest.get(pair, np.inf))
        return shortest


def make_data_set(
    frames: Sequence[FitFrame],
    held_out: Sequence[FitFrame] | float,
    seed: int,
    largest_force: float = LARGEST_FORCE,
) -> DataSet:
    """Sort out frames: repeats and outliers are left out, and some are held out.

    Parameters
    ----------
    frames : sequence of FitFrame
    held_out : sequence of FitFrame, or float
        The frames to test with, or which part of the others is drawn for it.
    seed : int
        Of the draws.
    largest_force : float
        Frames with a larger component, in eV/Å, are left out.

    Raises
    ------
    InputError
        If nothing is left to train with, the held out frames have other elements, or the largest force is none.
    """
    if not largest_force > 0:
        raise InputError(f"expected a largest force above 0 eV/Å, got {largest_force:g}")
    kept, doubts = without_repeats(frames)
    kept, far = _without_outliers(kept, largest_force)
    doubts += far
    generator = np.random.default_rng(seed)
    order = [kept[place] for place in generator.permutation(len(kept))]
    if isinstance(held_out, float):
        lone = [frame for frame in order if frame.is_lone_atom]
        order = [frame for frame in order if not frame.is_lone_atom]
        n_out = round(held_out * len(order))
        training, tested = [*lone, *order[n_out:]], order[:n_out]
    else:
        training, tested = order, list(held_out)
        seen = {frame.key() for frame in training}
        twice = sum(frame.key() in seen for frame in tested)
        if twice:
            doubts.append(f"{twice} of the frames held out are in the training, too: their errors say nothing new")
    if not training:
        raise InputError(f"of {len(frames)} frames none is left to train with")
    known = {symbol for frame in training for symbol in frame.elements}
    for frame in tested:
        if not set(frame.elements) <= known:
            stray = ", ".join(sorted(set(frame.elements) - known))
            raise InputError(f"{frame.source}: the training has no {stray}")
    return DataSet(tuple(training), tuple(tested), tuple(doubts))


def _without_outliers(frames: list[FitFrame], largest_force: float) -> tuple[list[FitFrame], list[str]]:
    """Leave out frames whose labels are far from all others, and say so."""
    doubts: list[str] = []
    kept = []
    for frame in frames:
        largest = 0.0 if frame.forces is None else float(np.abs(frame.forces).max(initial=0.0))
        if largest > largest_force:
            doubts.append(f"{frame.source} is left out: a force of {largest:.4g} eV/Å (--largest-force)")
        else:
            kept.append(frame)
    labelled = [frame for frame in kept if frame.energy is not None and not frame.is_lone_atom]
    if len(labelled) < 5:
        return kept, doubts
    elements = sorted({symbol for frame in labelled for symbol in frame.elements})
    counts = np.array([[frame.elements.count(symbol) for symbol in elements] for frame in labelled], np.float64)
    energies = np.array([frame.energy for frame in labelled], np.float64)
    sizes = counts.sum(axis=1)
    per_element = np.linalg.lstsq(counts / sizes[:, np.newaxis], energies / sizes, rcond=1e-9)[0]
    rest = (energies - counts @ per_element) / sizes
    # Twice: the first guess of E0 has the outliers in it.
    for _ in range(2):
        away = np.abs(rest - np.median(rest))
        limit = max(_FAR_ENERGY, _FAR_SPREADS * float(np.median(away)))
        near = away <= limit
        per_element = np.linalg.lstsq((counts / sizes[:, np.newaxis])[near], (energies / sizes)[near], rcond=1e-9)[0]
        rest = (energies - counts @ per_element) / sizes
    away = np.abs(rest - np.median(rest))
    far = {id(frame): distance for frame, distance in zip(labelled, away, strict=True) if distance > limit}
    doubts += [
        f"{frame.source} is left out: its energy lies {far[id(frame)]:.4g} eV/atom from the median of the others"
        for frame in kept
        if id(frame) in far
    ]
    return [frame for frame in kept if id(frame) not in far], doubts
