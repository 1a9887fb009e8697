"""Which curve a file holds: what its name and header leave open, its values against those of the model decide."""

from dataclasses import dataclass, replace
from math import inf
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError, RefusedError
from carvsdb_refine.beginning.evidence import DIFFERENTIAL, Q_READINGS, R_READINGS, Evidence, evidence_of
from carvsdb_refine.scattering import (
    Calculation,
    Composition,
    DataSet,
    Scatterer,
    neutron_level,
    read_data,
    scattering_lengths,
)
from carvsdb_refine.scattering.data_file import OpenColumnsError

Floats = NDArray[np.float64]
# X-ray functions of r need the largest Q; where no header gives it, one that is usual.
_USUAL_Q_MAX = 25.0
_TIE, _ALIKE, _BETTER, _LIKE_THE_MODEL = 1.1, 0.87, 0.6, 0.7
_SCALE_OFF = 0.25
_SCALED = (1.5, 0.1)
_NULL = 1e-7
_SPOKEN = {"neutron": "neutron", "xray": "X-ray"}


@dataclass(frozen=True, slots=True)
class Curve:
    """A file of a curve, and what it is taken for.

    Attributes
    ----------
    path : Path
    kind, function : str
        As in `[[data]]`.
    reading : str
        What the curve is called: besides the functions of `[[data]]` ``S(Q)-1``, ``g(r)`` and the differential
        cross-section, which are functions with a scale or an offset.
    scale, offset : float or str
        Numbers or ``free``.
    sigma : float or None
        None where the points have errors.
    fit_range : tuple of float, or None
    q_max : float or None
    q_unit : str or None
    beyond_box : str
    deuterium : float or None
    columns : tuple of int, or None
    reasons : tuple of str
        Why it is taken for that.
    doubts : tuple of str
        What a user should look at.
    notes : tuple of str
        What was left out when the file was read.
    rw : float
        Of the model as it is, at the best scale.
    """

    path: Path
    kind: str
    function: str
    reading: str
    scale: float | str
    offset: float | str
    sigma: float | None
    fit_range: tuple[float, float] | None
    q_max: float | None
    q_unit: str | None
    beyond_box: str
    deuterium: float | None
    columns: tuple[int, ...] | None
    reasons: tuple[str, ...]
    doubts: tuple[str, ...]
    notes: tuple[str, ...]
    rw: float


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    """A reading, calculated for the model: Rw as it stands, and at the best scale."""

    kind: str
    reading: str
    data: DataSet
    calculation: Calculation
    how: Scatterer
    scale: float
    offset: float
    rw: float
    best_rw: float
    best_scale: float

    @property
    def misfit(self) -> float:
        """Rw as it stands; or at the best scale, but a scale other than 1 counts against a reading."""
        scaled = _SCALED[0] * self.best_rw + _SCALED[1] if self.best_scale > 0 else self.rw
        return min(self.rw, scaled)

    @property
    def spoken(self) -> str:
        return f"{_SPOKEN[self.kind]} {self.reading}"


def curve_of(path: Path, composition: Composition, h: Floats, shortest: float, deuterium: float | None = None) -> Curve:
    """Say what a file holds.

    Parameters
    ----------
    path : Path
        The file.
    composition : Composition
        Of the model.
    h : ndarray of float64, shape (n_pairs, n_bins)
        ``g_ab - 1`` of the model.
    shortest : float
        The shortest distance in Å that the model should have: what a function of r has below it is no structure.
    deuterium : float, optional
        The fraction of the hydrogen that is ²H, if another curve of the sample says it.

    Raises
    ------
    InputError
        If it holds nothing that can be compared with the model.
    """
    said = evidence_of(path)
    doubts = list(said.doubts)
    reader = _Reader(path, composition, h, said, doubts)
    every = reader.trials(("neutron", "xray"), (*Q_READINGS, *R_READINGS))
    if not set(said.readings) & set(R_READINGS) and not any(
        trial.kind in said.kinds and trial.data.axis == "Q" for trial in every
    ):
        # Nothing of Q in 1/Å has such a range.
        reader.q_unit = "1/nm"
        every += reader.trials(("neutron", "xray"), Q_READINGS)
    asked = [trial for trial in every if trial.kind in said.kinds and trial.reading in said.readings]
    missing = tuple(reading for reading in said.readings if not any(trial.reading == reading for trial in asked))
    asked += reader.trials(said.kinds, missing) if missing else []
    if not said.readings:
        asked = [trial for trial in every if trial.kind in said.kinds]
    if not asked:
        raise reader.first_error or InputError("cannot be compared with the model", path=path)
    # Of two that are alike the one that takes less for granted: neutrons need no largest Q.
    taken = min(asked, key=lambda trial: trial.misfit * (1.0 if trial.kind == "neutron" or said.q_max else _TIE))
    reasons = _reasons(said, taken, len(asked))
    rivals = [trial for trial in every if (trial.kind, trial.reading) != (taken.kind, taken.reading)]
    near = sorted((trial for trial in rivals if trial in asked), key=lambda trial: trial.misfit)
    if near and taken.misfit > _ALIKE * near[0].misfit:
        doubts.append(
            f"taken for {taken.spoken}; {near[0].spoken} is nearly as likely (Rw of the start, scaled, "
            f"{near[0].best_rw:.2f} and {taken.best_rw:.2f})"
        )
    open_ones = [] if said.why_kind else ["whether it is of neutrons or X-rays"]
    open_ones += ["which function it is"] if len(said.readings) != 1 and taken.misfit > _LIKE_THE_MODEL else []
    if open_ones:
        doubts.append(f"neither name nor header says {' and '.join(open_ones)}; taken for {taken.spoken}")
    better = min(rivals, key=lambda trial: trial.misfit, default=taken)
    if better not in asked and better.misfit < min(_BETTER * taken.misfit, _LIKE_THE_MODEL):
        doubts.append(
            f"said to be {taken.spoken}, but its values are rather those of {better.spoken} (Rw of the start "
            f"{better.rw:.2f}, not {taken.rw:.2f})"
        )
    if taken.data.axis == "Q" and reader.q_unit:
        doubts.append("Q is taken for 1/nm by its range")
    taken, deuterium = _deuterium(reader, taken, deuterium, doubts)
    scale, offset = _scale(taken, doubts)
    if taken.how.q_max and not said.q_max:
        doubts.append(f"the header does not say where the measured Q ended; q_max = {_USUAL_Q_MAX:g} Å⁻¹ was taken")
    return Curve(
        path=path,
        kind=taken.kind,
        function=taken.data.function,
        reading=taken.reading,
        scale=scale,
        offset=offset,
        sigma=_sigma(taken.data),
        fit_range=_fit_range(taken, shortest),
        q_max=taken.how.q_max,
        q_unit=reader.q_unit if taken.data.axis == "Q" else None,
        beyond_box=reader.beyond_box(taken),
        deuterium=deuterium,
        columns=reader.columns,
        reasons=tuple(reasons),
        doubts=tuple(doubts),
        notes=taken.data.notes,
        rw=taken.best_rw,
    )


class _Reader:
    """A file, read and calculated as one function after the other."""

    def __init__(self, path: Path, composition: Composition, h: Floats, said: Evidence, doubts: list[str]) -> None:
        self.path, self.composition, self.h, self.said, self.doubts = path, composition, h, said, doubts
        self.q_unit: str | None = None
        self.columns: tuple[int, ...] | None = None
        self.first_error: InputError | None = None

    def trials(self, kinds: tuple[str, ...], readings: tuple[str, ...]) -> list[_Trial]:
        found = []
        for kind in kinds:
            for reading in readings:
                try:
                    found.append(self.trial(kind, reading))
                except (InputError, RefusedError) as error:
                    if isinstance(error, InputError):
                        self.first_error = self.first_error or error
        return found

    def trial(self, kind: str, reading: str, deuterium: float | None = None) -> _Trial:
        """Calculate the curve of the model as a reading of the file.

        Raises
        ------
        InputError, RefusedError
            If it cannot be that.
        """
        level = 1.0
        how = Scatterer(beyond_box="nothing")
        how = how if deuterium is None else replace(how, deuterium=deuterium)
        if kind == "neutron":
            lengths = scattering_lengths(self.composition.species, how.deuterium)
            level = neutron_level(self.composition.concentrations, lengths)
        function, scale, offset = _as_function(reading, kind, level)
        data = self._read(kind, function)
        if data.axis == "r" and (self.said.q_max or kind == "xray"):
            how = replace(how, q_max=self.said.q_max or _USUAL_Q_MAX)
        calculation = Calculation.of(data, self.composition, how)
        curve = calculation.curve(self.h)
        free = reading == DIFFERENTIAL
        plain = replace(calculation.measured, sigma=None, scale=scale, offset=None if free else offset)
        best = replace(plain, scale=None, scale_bounds=(-inf, inf))
        at_best = best.score(curve)
        return _Trial(
            kind, reading, data, calculation, how, scale, offset, plain.score(curve).rw, at_best.rw, at_best.scale
        )

    def beyond_box(self, taken: _Trial) -> str:
        """Return whether the data can be cut at half the cell, or their steps of Q are too wide."""
        try:
            Calculation.of(taken.data, self.composition, replace(taken.how, beyond_box="cut"))
        except InputError:
            return "nothing"
        return "cut"

    def _read(self, kind: str, function: str) -> DataSet:
        try:
            return read_data(self.path, kind, function, q_unit=self.q_unit, columns=self.columns)
        except OpenColumnsError as error:
            self.columns = (1, 2)
            self.doubts.append(f"{error.message}: only the first two columns were taken")
            return read_data(self.path, kind, function, q_unit=self.q_unit, columns=self.columns)


def _as_function(reading: str, kind: str, level: float) -> tuple[str, float, float]:
    """Return the function, scale and offset of `[[data]]` that give a reading.

    Raises
    ------
    InputError
        If there is none: of a null alloy nothing is divided by the mean length.
    """
    if reading in ("S(Q)-1", "g(r)"):
        if level < _NULL or (reading == "S(Q)-1" and kind == "xray"):
            raise InputError(f"there is no {reading} besides F(Q)")
        return ("F(Q)", 1 / level, 0.0) if reading == "S(Q)-1" else ("G(r)", 1 / level, 1.0)
    if reading == "D(r)" and kind == "xray":
        raise InputError("D(r) of X-rays is the PDF")
    return ("F(Q)" if reading == DIFFERENTIAL else reading), 1.0, 0.0


def _reasons(said: Evidence, taken: _Trial, n_asked: int) -> list[str]:
    kind = said.why_kind or "by its values: nothing says whether it is of neutrons or X-rays"
    reading = said.why_readings or "by its values: nothing says which function it is"
    if said.readings and n_asked > len(said.kinds) and len(said.readings) > 1:
        reading += f", which can be {', '.join(said.readings)}; by its values it is {taken.reading}"
    return [f"{_SPOKEN[taken.kind]}: {kind}", f"{taken.reading}: {reading}"]


def _deuterium(reader: _Reader, taken: _Trial, known: float | None, doubts: list[str]) -> tuple[_Trial, float | None]:
    """Return the trial with the fraction of deuterium that the data ask for, if they do so clearly."""
    if taken.kind != "neutron" or "H" not in reader.composition.species:
        return taken, None
    if known is not None:
        return reader.trial(taken.kind, taken.reading, known), known
    tried = {fraction: reader.trial(taken.kind, taken.reading, fraction) for fraction in (0.0, 0.25, 0.5, 0.75, 1.0)}
    middle = min(tried, key=lambda fraction: tried[fraction].rw)
    for fraction in (middle - 0.15, middle - 0.1, middle - 0.05, middle + 0.05, middle + 0.1, middle + 0.15):
        if 0 < fraction < 1:
            tried[round(fraction, 2)] = reader.trial(taken.kind, taken.reading, round(fraction, 2))
    fraction = min(tried, key=lambda fraction: tried[fraction].rw)
    best = tried[fraction]
    if best.rw < min(0.8 * taken.rw, _LIKE_THE_MODEL) and fraction > 0:
        doubts.append(f"deuterium = {fraction:.2f} suits the start best; what fraction of the sample's hydrogen is it?")
        return best, float(fraction)
    doubts.append("the hydrogen is taken for ¹H; was the sample deuterated (deuterium = ... in [[data]])?")
    return taken, None


def _scale(taken: _Trial, doubts: list[str]) -> tuple[float | str, float | str]:
    offset: float | str = "free" if taken.reading == DIFFERENTIAL else taken.offset
    ratio = taken.best_scale / taken.scale
    if taken.best_rw < _LIKE_THE_MODEL and abs(ratio - 1) > _SCALE_OFF and taken.best_scale > 0:
        doubts.append(f"the start fits best with a scale of {taken.best_scale:.3g}; the scale is free")
        return "free", offset
    return taken.scale, offset


def _sigma(data: DataSet) -> float | None:
    """Return an error for all points, where they have none: 1 % of what the curve spans."""
    if data.sigma is not None:
        return None
    return float(f"{max(float(np.ptp(data.values)), 1e-6) / 100:.1g}")


def _fit_range(taken: _Trial, shortest: float) -> tuple[float, float] | None:
    if taken.data.axis == "Q":
        return None
    x = taken.data.x
    begin = max(float(x[0]), 0.9 * shortest)
    end = min(float(x[-1]), taken.calculation.r_max)
    if (x >= begin).sum() < 2 or begin >= end:
        return None
    return round(begin, 2), float(np.floor(end * 100) / 100)
