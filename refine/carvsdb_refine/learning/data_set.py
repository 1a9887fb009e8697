"""A data set: frames to train with, frames held out, and what they have in common."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import gemmi
import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.learning.frame_weights import Weights
from carvsdb_refine.learning.frames import FitFrame, shortened, without_repeats

Floats = NDArray[np.float64]

# Labels beyond these are no physics that a fit should follow: eV/Å, and eV/atom from the median with the spread times.
LARGEST_FORCE, _FAR_ENERGY, _FAR_SPREADS = 100.0, 2.0, 30.0
# Atoms nearer than this, in Å, lie upon one another.
_UPON = 0.1
# Nearer than this part of the sum of covalent radii they are in hardly any structure.
_NEAR_OF_RADII = 0.5
# Of so many frames an element should be in more than one.
_SEVERAL = 5


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
        """Return the shortest distance in Å of each pair of elements in the training, lower index first."""
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
    """Sort out frames: repeats, outliers and atoms upon one another are left out, and some are held out.

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
    kept, upon = _without_overlaps(kept)
    kept, far = _without_outliers(kept, largest_force)
    doubts += upon + far
    generator = np.random.default_rng(seed)
    order = [kept[place] for place in generator.permutation(len(kept))]
    if isinstance(held_out, float):
        lone = [frame for frame in order if frame.is_lone_atom]
        order = [frame for frame in order if not frame.is_lone_atom]
        n_out = round(held_out * len(order))
        tested, missed = _with_known_elements(order[:n_out], [*lone, *order[n_out:]])
        training = [*lone, *order[n_out:], *missed]
    else:
        training = order
        tested, upon = _without_overlaps(held_out)
        doubts += upon
        seen = {frame.key() for frame in training}
        twice = sum(frame.key() in seen for frame in tested)
        if twice:
            doubts.append(f"{twice} of the frames held out are in the training, too: their errors say nothing new")
    training = of_mean_weight_one(training)
    # Errors held out are those of all alike.
    tested = [frame if frame.weights is None else replace(frame, weights=frame.weights.levelled()) for frame in tested]
    if not training:
        raise InputError(f"of {len(frames)} frames none is left to train with{_first_cause(doubts)}")
    known = {symbol for frame in training for symbol in frame.elements}
    for frame in tested:
        if not set(frame.elements) <= known:
            stray = ", ".join(sorted(set(frame.elements) - known))
            raise InputError(f"{frame.source}: the training has no {stray}")
    doubts += _rare_elements(training)
    return DataSet(tuple(training), tuple(tested), tuple(doubts))


def of_mean_weight_one(frames: Sequence[FitFrame]) -> list[FitFrame]:
    """Return frames whose labels have weights of mean 1: only what they are to each other counts."""
    total, count = 0.0, 0
    for frame in frames:
        weights = frame.weights or Weights.alike(frame.n_atoms)
        if frame.energy is not None:
            total, count = total + weights.energy, count + 1
        if frame.forces is not None:
            total, count = total + float(weights.forces.sum()), count + int((weights.forces > 0).sum())
        if frame.strain_energy is not None:
            total, count = total + 6 * weights.stress, count + 6
    if total == count:
        return list(frames)
    return [
        replace(frame, weights=(frame.weights or Weights.alike(frame.n_atoms)).times(count / total)) for frame in frames
    ]


def _first_cause(doubts: list[str]) -> str:
    return next((f"; {doubt}" for doubt in doubts if "is left out" in doubt), "")


def _with_known_elements(drawn: list[FitFrame], others: list[FitFrame]) -> tuple[list[FitFrame], list[FitFrame]]:
    """Return which of the frames drawn can be held out, and which must be learned from: others lack their elements."""
    known = {symbol for frame in others for symbol in frame.elements}
    tested, missed = list[FitFrame](), list[FitFrame]()
    for frame in drawn:
        (tested if set(frame.elements) <= known else missed).append(frame)
        known |= set(frame.elements)
    return tested, missed


def _rare_elements(training: list[FitFrame]) -> list[str]:
    """Say which elements next to nothing is learned of."""
    whole = [frame for frame in training if not frame.is_lone_atom]
    if len(whole) < _SEVERAL:
        return []
    found = []
    for symbol in sorted({symbol for frame in whole for symbol in frame.elements}):
        having = [frame for frame in whole if symbol in frame.elements]
        if len(having) == 1:
            number = having[0].elements.count(symbol)
            found.append(
                f"{symbol} is in one of {len(whole)} training frames only ({having[0].source}, {number} "
                f"{'atom' if number == 1 else 'atoms'}): next to nothing is learned of it"
            )
    return found


def _without_overlaps(frames: Sequence[FitFrame]) -> tuple[list[FitFrame], list[str]]:
    """Leave out frames in which atoms lie upon one another: their labels are none, and a core would be fitted to."""
    from vesin import NeighborList

    kept, left_out, near = list[FitFrame](), list[str](), list[str]()
    for frame in frames:
        radii = np.array([gemmi.Element(symbol).covalent_r for symbol in frame.elements])
        search = NeighborList(cutoff=max(1.0, 2 * _NEAR_OF_RADII * float(radii.max())), full_list=False)
        first, second, distances = search.compute(
            points=frame.positions, box=frame.cell, periodic=True, quantities="ijd"
        )
        if not len(distances):
            kept.append(frame)
            continue
        of_radii = distances / (radii[first] + radii[second])
        worst = int(of_radii.argmin())
        nearest = float(distances[worst])
        if nearest < _UPON:
            left_out.append(f"{frame.source} is left out: two atoms lie {nearest:.3g} Å apart")
            continue
        kept.append(frame)
        if of_radii[worst] < _NEAR_OF_RADII:
            pair = f"{frame.elements[first[worst]]} and {frame.elements[second[worst]]}"
            near.append(
                f"{frame.source}: {pair} lie {nearest:.3g} Å apart, less than half of their covalent radii: is it "
                "right? No core keeps atoms from what the data have"
            )
    return kept, shortened(left_out) + shortened(near)


def _without_outliers(frames: list[FitFrame], largest_force: float) -> tuple[list[FitFrame], list[str]]:
    """Leave out frames whose labels are far from all others, and say so."""
    doubts: list[str] = []
    kept = []
    for frame in frames:
        largest = 0.0 if frame.forces is None else float(np.abs(frame.counting(frame.forces)).max(initial=0.0))
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
