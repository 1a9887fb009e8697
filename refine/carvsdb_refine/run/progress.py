"""What a run says while it goes."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from carvsdb_refine.scattering import DataScore


@dataclass(frozen=True, slots=True)
class Observation:
    """Where a run is.

    Attributes
    ----------
    moves : int
        Moves tried so far.
    temperature : float
        In K.
    chi2 : float
        Of all data sets; 0 without data.
    scores : tuple of DataScore
        Of each data set, as it is fitted.
    energy_per_atom : float or None
        In eV.
    tried, accepted : mapping of str to int
        Numbers of moves by kind.
    others : mapping of str to float
        What else the trace has of it, with units in the names.
    """

    moves: int
    temperature: float
    chi2: float
    scores: tuple[DataScore, ...]
    energy_per_atom: float | None
    tried: Mapping[str, int]
    accepted: Mapping[str, int]
    others: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """An observation, and how fast it goes.

    Attributes
    ----------
    now : Observation
        Where the run is.
    total : int
        Moves of the whole run.
    rate : float
        Moves a second of this process.
    left : float
        Seconds until the end at this rate.
    acceptance : mapping of str to float
        Since the last report, by kind of move; kinds that were not tried are left out.
    drift : str
        What a full recomputation found since the last report; else empty.
    """

    now: Observation
    total: int
    rate: float
    left: float
    acceptance: Mapping[str, float]
    drift: str = ""


@dataclass(slots=True)
class Reporter:
    """Tells about progress, but not too often.

    Attributes
    ----------
    tell : callable
        Is given each `Progress`.
    total : int
        Moves of the whole run.
    every : float
        Seconds between two reports.
    """

    tell: Callable[[Progress], None]
    total: int
    every: float = 5.0
    _started: float = field(default_factory=time.monotonic)
    _spoke: float = 0.0
    _begin: int | None = None
    _last: Observation | None = None
    _drift: str = ""

    def see(self, now: Observation, drift: str, always: bool = False) -> None:
        """Report, if it is time to."""
        clock = time.monotonic()
        if self._begin is None:
            self._begin, self._started, self._spoke, self._last = now.moves, clock, clock, now
            return
        due = always or clock - self._spoke >= self.every
        if not due or (self._last is not None and self._last.moves == now.moves):
            return
        done = now.moves - self._begin
        rate = done / max(clock - self._started, 1e-9)
        left = (self.total - now.moves) / rate if rate else float("inf")
        news = "" if drift == self._drift else drift
        self.tell(Progress(now, self.total, rate, left, self._acceptance(now), news))
        self._spoke, self._last, self._drift = clock, now, drift

    def _acceptance(self, now: Observation) -> dict[str, float]:
        before = self._last
        tried = {kind: count - (before.tried.get(kind, 0) if before else 0) for kind, count in now.tried.items()}
        return {
            kind: (now.accepted[kind] - (before.accepted.get(kind, 0) if before else 0)) / count
            for kind, count in tried.items()
            if count
        }
