"""Design rows: what each label of a structure says of the coefficients, weighted."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.learning.frames import FitFrame
from carvsdb_refine.learning.projections import Projector
from carvsdb_refine.learning.scales import Scales
from carvsdb_refine.potential.ace.potential import AcePotential

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class FrameRows:
    """The rows of a structure: a column for each function, one for each E0, and the label last, all weighted.

    Attributes
    ----------
    energy : ndarray of float64, shape (0 or 1, F + E + 1)
    forces : ndarray of float64, shape (0 or 3 n, F + E + 1)
    stress : ndarray of float64, shape (0 or 6, F + E + 1)
    counts : tuple of float
        As how many labels each kind counts: the sums of their weights.
    """

    energy: Floats
    forces: Floats
    stress: Floats
    counts: tuple[float, float, float]


def rows_of_frames(
    projector: Projector, baseline: AcePotential, frames: Sequence[FitFrame], scales: Scales, *, with_stress: bool
) -> Iterator[FrameRows]:
    """Yield the rows of structures in their order; cores work side by side, and few structures wait at a time.

    Parameters
    ----------
    projector : Projector
        The functions.
    baseline : AcePotential
        The same potential without functions: what of the labels is not to be fitted (core repulsion, given E0).
    """
    n_workers = max(1, min(8, cpu_count() or 1))
    frames = list(frames)
    # Made before threads ask for them.
    assert projector.tables is not None
    assert projector.plan is not None
    assert baseline.tables is not None
    with ThreadPoolExecutor(n_workers) as pool:
        waiting: list[Future[FrameRows]] = []
        try:
            for frame in frames:
                waiting.append(pool.submit(_rows, projector, baseline, frame, scales, with_stress))
                if len(waiting) > 2 * n_workers:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:
            # After an interrupt nobody waits for structures that are not begun.
            pool.shutdown(wait=False, cancel_futures=True)


def _rows(
    projector: Projector, baseline: AcePotential, frame: FitFrame, scales: Scales, with_stress: bool
) -> FrameRows:
    elements = projector.element_indices(frame.elements, frame.source)
    with_strains = with_stress and frame.strain_energy is not None
    summed = projector.summed(elements, frame.positions, frame.cell, with_strains=with_strains, source=frame.source)
    energies, forces = baseline.energies_and_forces(elements, frame.positions, frame.cell, source=frame.source)
    n_functions, n_elements, n_atoms = len(summed.values), len(projector.form.elements), frame.n_atoms
    width = n_functions + n_elements + 1
    energy_rows = np.zeros((0 if frame.energy is None else 1, width))
    force_rows = np.zeros((0 if frame.forces is None else 3 * n_atoms, width))
    stress_rows = np.zeros((6 if with_strains else 0, width))
    if frame.energy is not None:
        energy_rows[0, :n_functions] = summed.values
        energy_rows[0, n_functions:-1] = np.bincount(elements, minlength=n_elements)
        energy_rows[0, -1] = frame.energy - energies.sum()
        energy_rows /= n_atoms * scales.energy
    if frame.forces is not None:
        force_rows[:, :n_functions] = summed.forces.T
        force_rows[:, -1] = (frame.forces - forces).ravel()
        force_rows /= scales.force
    if with_strains:
        assert summed.strains is not None
        assert frame.strain_energy is not None
        stress_rows[:, :n_functions] = summed.strains.T
        stress_rows[:, -1] = frame.strain_energy
        stress_rows /= n_atoms * scales.stress
    if frame.weights is None:
        return FrameRows(energy_rows, force_rows, stress_rows, (len(energy_rows), len(force_rows), len(stress_rows)))
    # A weight counts squares of errors; labels of none are none.
    of_forces = frame.weights.forces.ravel() if len(force_rows) else np.zeros(0)
    energy_rows *= frame.weights.energy**0.5
    force_rows = force_rows[of_forces > 0] * np.sqrt(of_forces[of_forces > 0, np.newaxis])
    stress_rows *= frame.weights.stress**0.5
    counts = frame.weights.energy * len(energy_rows), of_forces.sum(), frame.weights.stress * len(stress_rows)
    return FrameRows(energy_rows, force_rows, stress_rows, counts)
