"""Calls of one function in processes of their own, with a time limit for each."""

import queue
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from carvsdb.errors import CrashedError
from carvsdb_ingest.tasks.isolated_process import Answer, IsolatedProcess, give_back, take

# Seconds for a process to be ready: imports, and on a new machine compilation.
_START = 300.0
_STARTS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """How a call ended.

    Attributes
    ----------
    number : int
        Which call.
    value : object
        What the function yielded last; None where there is a cause.
    cause : str
        Why there is no value; empty if there is one.
    """

    number: int
    value: Any = None
    cause: str = ""


@dataclass(slots=True)
class _Seat:
    process: IsolatedProcess
    is_ready: bool
    deadline: float
    number: int | None = None
    value: Any = None


def in_processes(
    function: str, calls: Sequence[tuple[Any, ...]], number: int, limit: float, stop: Callable[[], bool] = lambda: False
) -> Iterator[Outcome]:
    """Make calls in processes; what comes of each is yielded as soon as it is there.

    Parameters
    ----------
    function : str
        ``MODULE:FUNCTION``, a generator function.
    calls : sequence of tuple
        Arguments, which are pickled.
    number : int
        Processes at a time.
    limit : float
        Seconds that a call may take.
    stop : callable
        Whether to give up, with KeyboardInterrupt.

    Raises
    ------
    CrashedError
        If no process can be started.
    """
    answers: queue.Queue[Answer] = queue.Queue()
    waiting = list(enumerate(calls))[::-1]
    seats: dict[IsolatedProcess, _Seat] = {}
    starts = 0
    try:
        while waiting or any(seat.number is not None for seat in seats.values()):
            if stop():
                raise KeyboardInterrupt
            while len(seats) < min(number, len(calls)) and (waiting or not seats):
                process, is_ready = take(function, answers)
                seats[process] = _Seat(process, is_ready, time.monotonic() + _START)
            for seat in seats.values():
                if seat.is_ready and seat.number is None and waiting:
                    seat.number, arguments = waiting.pop()
                    seat.value, seat.deadline = None, time.monotonic() + limit
                    seat.process.ask(*arguments)
            outcome, began = _heard(answers, seats)
            starts = 0 if began else starts
            if outcome is not None:
                yield outcome
            for seat in [seat for seat in seats.values() if not seat.process.is_alive or _is_late(seat)]:
                # What it said before it ended is still to be heard.
                while seat.process in seats and not answers.empty():
                    outcome, began = _heard(answers, seats)
                    if outcome is not None:
                        yield outcome
                del seats[seat.process]
                late = seat.process.is_alive
                how = seat.process.end()
                if seat.number is None:
                    starts += not seat.is_ready
                    if starts >= _STARTS:
                        raise CrashedError(f"the process that was to make labels could not be started ({how})")
                    continue
                cause = f"took longer than {limit:g} s, the time limit" if late else f"its process ended ({how})"
                yield Outcome(seat.number, cause=cause)
    finally:
        for seat in seats.values():
            if seat.number is None and seat.is_ready and seat.process.is_alive:
                give_back(seat.process)
            else:
                seat.process.end()


def _is_late(seat: _Seat) -> bool:
    return (seat.number is not None or not seat.is_ready) and time.monotonic() > seat.deadline


def _heard(answers: "queue.Queue[Answer]", seats: dict[IsolatedProcess, _Seat]) -> tuple[Outcome | None, bool]:
    """Take in one answer; return the outcome of a call that has ended, and whether a process is ready."""
    try:
        answer = answers.get(timeout=0.1)
    except queue.Empty:
        return None, False
    seat = seats.get(answer.process)
    if seat is None:
        return None, False
    if answer.kind == "ready":
        seat.is_ready = True
        return None, True
    if answer.kind == "part":
        seat.value = answer.value
        return None, False
    if seat.number is None or answer.kind == "gone":
        return None, False
    number, seat.number = seat.number, None
    if answer.kind == "end":
        return Outcome(number, seat.value), False
    error = answer.value
    return Outcome(number, cause=f"{type(error).__name__}: {' '.join(str(error).split())[:500]}"), False
