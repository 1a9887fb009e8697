"""The fit of a new potential to labelled structures, with its errors on structures held out and its learning curve."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from carvsdb.errors import InputError
from carvsdb_refine.learning.bayesian_ridge import RidgeFit, fit_ridge, refit
from carvsdb_refine.learning.data_set import DataSet
from carvsdb_refine.learning.design_rows import FrameRows, rows_of_frames
from carvsdb_refine.learning.frames import FitFrame
from carvsdb_refine.learning.kept_rows import KeptRows
from carvsdb_refine.learning.label_doubts import contradictions, odd_frames, unexplained
from carvsdb_refine.learning.label_triangles import LabelTriangles
from carvsdb_refine.learning.new_potential import NewPotential, with_coefficients
from carvsdb_refine.learning.prior import Prior
from carvsdb_refine.learning.projections import Projector
from carvsdb_refine.learning.scales import Scales
from carvsdb_refine.potential.ace.form import AceForm
from carvsdb_refine.potential.ace.potential import AcePotential

Floats = NDArray[np.float64]

# The part of the training frames at each point of the learning curve but the last.
_CURVE = (0.125, 0.25, 0.5)
# The prior of E0 against that of functions: next to none.
_FREE = 1e-4


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How to fit.

    Attributes
    ----------
    scales : Scales
        Of errors: they weight the rows.
    prior : Prior
        Of the coefficients.
    zero_energies : mapping of str to float, or None
        E0 of elements in eV, which are then not fitted.
    with_stress : bool
        Whether stresses count.
    """

    scales: Scales = field(default_factory=Scales)
    prior: Prior = field(default_factory=Prior)
    zero_energies: Mapping[str, float] | None = None
    with_stress: bool = True


@dataclass(frozen=True, slots=True)
class Errors:
    """Root mean square and mean absolute errors: energies in meV/atom, forces in meV/Å; None without such labels."""

    n_frames: int
    energy_rms: float | None
    energy_mean: float | None
    force_rms: float | None
    force_mean: float | None


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One point of the learning curve: errors held out, with so many training frames (meV/atom and meV/Å)."""

    n_frames: int
    energy_rms: float | None
    force_rms: float | None


@dataclass(frozen=True, slots=True, eq=False)
class FittedPotential:
    """A fitted potential.

    Attributes
    ----------
    form : AceForm
        The potential.
    ridge : RidgeFit
        Coefficients, then E0, with their covariance.
    n_rows : int
        Labels that the fit saw: energies, components of forces and of stresses.
    training, held_out : Errors
        Of the potential as it is written.
    curve : tuple of CurvePoint
    doubts : tuple of str
    """

    form: AceForm
    ridge: RidgeFit
    n_rows: int
    training: Errors
    held_out: Errors | None
    curve: tuple[CurvePoint, ...]
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """What the columns of a fit are: functions, then E0.

    Attributes
    ----------
    form : AceForm
        Without coefficients.
    projector : Projector
        Its functions.
    baseline : AcePotential
        What of the labels is not fitted: the core, and E0 as known or first guessed.
    zero_energies : ndarray of float64, shape (E,)
        That E0.
    is_given : ndarray of bool, shape (E,)
        Of which elements it is known.
    doubts : tuple of str
    """

    form: AceForm
    projector: Projector
    baseline: AcePotential
    zero_energies: Floats
    is_given: NDArray[np.bool_]
    doubts: tuple[str, ...]

    @classmethod
    def of(cls, form: AceForm, training: Sequence[FitFrame], options: FitOptions) -> "Regression":
        """Return the columns for training frames."""
        doubts: list[str] = []
        given, is_given = _given_zero_energies(form.elements, training, options, doubts)
        bare = tuple(
            replace(centre, functions=(), zero_energy=float(energy))
            for centre, energy in zip(form.centres, given, strict=True)
        )
        baseline = AcePotential("the core", replace(form, centres=bare))
        return cls(form, Projector(form, "the new potential"), baseline, given, is_given, tuple(doubts))

    def penalties(self, squares: Floats, prior: Prior) -> Floats:
        """Return how strongly each column is held down.

        Parameters
        ----------
        squares : ndarray of float64, shape (F,)
            Mean squares of the functions' columns.
        prior : Prior
        """
        held = prior.penalties(self.form, squares)
        return np.concatenate([held, np.where(self.is_given, 1e9, _FREE * np.median(held))])


def fit_potential(
    new: NewPotential | AceForm, data: DataSet, options: FitOptions | None = None, kept: KeptRows | None = None
) -> FittedPotential:
    """Fit a potential to a data set.

    Parameters
    ----------
    new : NewPotential or AceForm
        What it is to be; or a potential in B-basis, linear in one density, whose coefficients are fitted anew.
    data : DataSet
        Training frames in the order in which the learning curve takes them, and frames held out.
    options : FitOptions, optional
    kept : KeptRows, optional
        What of the training is evaluated already.

    Raises
    ------
    InputError
        If the potential lacks an element, or its energy is not linear in the coefficients.
    """
    # Cores are shared out by structures; threads of the linear algebra on top would only wait for each other.
    with threadpool_limits(1, user_api="blas"):
        return _fitted(new, data, options or FitOptions(), kept)


def _fitted(new: NewPotential | AceForm, data: DataSet, options: FitOptions, kept: KeptRows | None) -> FittedPotential:
    form = new.form(data.elements, data.shortest_distances(new.cutoff)) if isinstance(new, NewPotential) else new
    _check_linear(form)
    basis = Regression.of(form, data.training, options)
    projector, baseline, given, is_given = basis.projector, basis.baseline, basis.zero_energies, basis.is_given
    doubts = list(basis.doubts)
    n_functions = sum(projector.n_functions)
    width = n_functions + len(form.elements) + 1

    rows_by_kind = LabelTriangles.empty(width)
    # Of the columns, and of the labels, in the rows of forces.
    squares, count, n_labels = np.zeros(width), 0.0, 0
    points = {max(2, round(part * len(data.training))) for part in _CURVE} if data.held_out else set()
    snapshots: list[tuple[int, Floats]] = []
    made = rows_of_frames if kept is None else kept.rows_of_frames
    for number, rows in enumerate(
        made(projector, baseline, data.training, options.scales, with_stress=options.with_stress), 1
    ):
        rows_by_kind.add(rows)
        of_forces = rows.forces if len(rows.forces) else rows.energy
        squares += (of_forces**2).sum(axis=0)
        count += rows.counts[1] if len(rows.forces) else rows.counts[0]
        n_labels += len(rows.energy) + len(rows.forces) + len(rows.stress)
        if number in points and number < len(data.training):
            snapshots.append((number, rows_by_kind.joined()[0]))
    matrix, n_rows = rows_by_kind.joined()
    squares /= max(1.0, count)
    penalties = basis.penalties(squares[:n_functions], options.prior)
    strength = options.prior.strength_for(penalties[:n_functions], squares[:n_functions], float(squares[-1]))
    ridge = fit_ridge(matrix, n_rows, penalties, len(form.elements), strength)
    if n_labels < n_functions:
        doubts.append(f"there are {n_labels} labels for {n_functions} functions: the prior decides the rest")
    elif ridge.rank < width - 1 - int(is_given.sum()) - _said_twice(form):
        doubts.append(
            f"the fit is rank-deficient: the data determine {ridge.rank} of {width - 1} combinations of functions and "
            "E0, the prior decides the rest"
        )
    zero_energies = given + np.where(is_given, 0.0, ridge.coefficients[n_functions:])
    fitted = with_coefficients(form, ridge.coefficients[:n_functions], zero_energies)
    potential = AcePotential("the new potential", fitted)
    training, of_frames = _evaluated(potential, data.training)
    tested, of_tested = _evaluated(potential, data.held_out) if data.held_out else (None, [])
    strength = ridge.alpha / ridge.beta
    curve = []
    if tested is not None:
        refitted = {number: refit(before, penalties, strength) for number, before in snapshots}
        curve = _curve(
            refitted,
            rows_of_frames(projector, baseline, data.held_out, options.scales, with_stress=False),
            options.scales,
        )
        curve.append(CurvePoint(len(data.training), tested.energy_rms, tested.force_rms))
    doubts += unexplained(training.force_rms, data.training)
    doubts += odd_frames(of_frames, data.training) + odd_frames(of_tested, data.held_out)
    doubts += contradictions(rows_by_kind, penalties, strength, options.scales, data.training)
    return FittedPotential(fitted, ridge, n_labels, training, tested, tuple(curve), tuple(doubts))


def _curve(coefficients: Mapping[int, Floats], rows: Iterable[FrameRows], scales: Scales) -> list[CurvePoint]:
    """Return the errors on structures held out of fits to fewer, by how many those were."""
    rest = np.array([[*some, -1.0] for some in coefficients.values()]).T
    squares, counts = np.zeros((2, len(coefficients))), np.zeros(2)
    if coefficients:
        for row in rows:
            for kind, some in enumerate((row.energy, row.forces)):
                squares[kind] += ((some @ rest) ** 2).sum(axis=0)
                counts[kind] += len(some)
    sizes = 1000 * np.array([[scales.energy], [scales.force]]) * np.sqrt(squares / np.maximum(1, counts)[:, np.newaxis])
    return [
        CurvePoint(number, *(float(size) if count else None for size, count in zip(of_kinds, counts, strict=True)))
        for number, of_kinds in zip(coefficients, sizes.T, strict=True)
    ]


def errors_of(potential: AcePotential, frames: Sequence[FitFrame]) -> Errors:
    """Evaluate structures with a potential, and return its errors."""
    return _evaluated(potential, frames)[0]


def _evaluated(potential: AcePotential, frames: Sequence[FitFrame]) -> tuple[Errors, list[float | None]]:
    """Return the errors of all structures together, and the root mean square of the forces' of each."""
    of_energies, of_forces, by_frame = list[float](), list[Floats](), list[float | None]()
    for frame in frames:
        energies, forces = potential.energies_and_forces(
            frame.elements, frame.positions, frame.cell, source=frame.source
        )
        if frame.energy is not None:
            of_energies.append(1000 * (float(energies.sum()) - frame.energy) / frame.n_atoms)
        if frame.forces is not None:
            of_forces.append(1000 * frame.counting(forces - frame.forces))
        by_frame.append(None if frame.forces is None else _sizes(of_forces[-1])[0])
    energy, force = np.array(of_energies), np.concatenate([np.zeros(0), *of_forces])
    return Errors(len(frames), *_sizes(energy), *_sizes(force)), by_frame


def _sizes(errors: Floats) -> tuple[float | None, float | None]:
    if not len(errors):
        return None, None
    return float(np.sqrt((errors**2).mean())), float(np.abs(errors).mean())


def _said_twice(form: AceForm) -> int:
    """Count the functions of rank 1 whose sum over all atoms is that of another one: A around B, and B around A."""
    labels = {
        (centre, function.elements[0], function.n[0])
        for centre, about in enumerate(form.centres)
        for function in about.functions
        if len(function.n) == 1
    }
    return sum(a < b and (b, a, n) in labels for a, b, n in labels)


def _check_linear(form: AceForm) -> None:
    if any(len(centre.embedding) != 1 or centre.embedding[0, 1] != 1 for centre in form.centres):
        raise InputError(
            "this potential is not linear in its coefficients (embedded densities): it is evaluated and monitored, but "
            "not fitted"
        )


def _given_zero_energies(
    elements: tuple[str, ...], training: Sequence[FitFrame], options: FitOptions, doubts: list[str]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return E0 that are given, by the caller or by lone atoms, and which are; of others a first guess."""
    known = _of_lone_atoms(training, doubts) | dict(options.zero_energies or {})
    stray = sorted(set(options.zero_energies or {}) - set(elements))
    if stray:
        raise InputError(f"E0 is given of {', '.join(stray)}, which the data do not have")
    is_given = np.array([symbol in known for symbol in elements])
    given = np.array([known.get(symbol, 0.0) for symbol in elements])
    labelled = [frame for frame in training if frame.energy is not None]
    counts = np.array([[frame.elements.count(symbol) for symbol in elements] for frame in labelled], np.float64)
    if len(labelled) and not is_given.all():
        rest = np.array([frame.energy for frame in labelled], np.float64) - counts @ given
        weights = np.array([1.0 if frame.weights is None else frame.weights.energy for frame in labelled]) ** 0.5
        found, _, rank, _ = np.linalg.lstsq(weights[:, np.newaxis] * counts[:, ~is_given], weights * rest, rcond=1e-9)
        given[~is_given] = found
        if rank < int((~is_given).sum()):
            doubts.append("the compositions do not tell the E0 of the elements apart: they share what belongs to all")
    return given, is_given


def _of_lone_atoms(training: Sequence[FitFrame], doubts: list[str]) -> dict[str, float]:
    """Return E0 as lone atoms have it: of several the lowest, which is that of the ground state."""
    found: dict[str, list[float]] = {}
    for frame in training:
        if frame.is_lone_atom and frame.energy is not None:
            found.setdefault(frame.elements[0], []).append(frame.energy)
    doubts += [
        f"lone atoms of {symbol} have energies from {min(energies):.6g} to {max(energies):.6g} eV: E0 is the lowest"
        for symbol, energies in found.items()
        if max(energies) - min(energies) > 1e-3
    ]
    return {symbol: min(energies) for symbol, energies in found.items()}
