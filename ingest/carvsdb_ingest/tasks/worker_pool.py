"""Several processes at work: who hangs is ended, who crashes is replaced, and the input that did it is known exactly.

A process says which job it begins. When it hangs or crashes, another takes over its piece after what was handed in;
a job that hangs is refused then, and one during which a process crashed is tried once more and refused if it crashes
again, since a process can be killed for no fault of its input.
"""

import queue
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from carvsdb.errors import CarvsdbError, CrashedError, TimeLimitError
from carvsdb_ingest.tasks.isolated_process import Answer, IsolatedProcess, give_back, take
from carvsdb_ingest.tasks.jobs import Job, JobOptions
from carvsdb_ingest.tasks.pieces import Began, Done, Given, Spent

FUNCTION = "carvsdb_ingest.tasks.pieces:do_piece"

_START = 300.0  # seconds for a process to be ready: imports, and on a new machine compilation
_STARTS = 3  # processes that may end before they begin anything
_CRASHES = 2  # with one job


@dataclass(slots=True)
class _Task:
    """A piece of work and how far it is.

    Attributes
    ----------
    number : int
        Which piece.
    jobs : list of Job
    done : int
        So many of its jobs are done and handed in.
    base : int
        The first job that the present process was given.
    current : int or None
        The job in work; None before the first and while a shard is written.
    limit : float or None
        Seconds that it may take.
    crashes : dict
        How often a process crashed during a job.
    failed : int
        Processes that ended or hung while no job was in work.
    """

    number: int
    jobs: list[Job]
    done: int = 0
    base: int = 0
    current: int | None = None
    limit: float | None = None
    crashes: dict[int, int] = field(default_factory=dict)
    failed: int = 0

    def refuse(self, error: CarvsdbError) -> None:
        """Let the job in work be one that is known to fail."""
        assert self.current is not None
        job = self.jobs[self.current]
        self.jobs[self.current] = replace(job, refusal=type(error)(error.message, item=job.input))

    def crash(self, how: str) -> None:
        """Note that a process ended at it."""
        if self.current is None:
            self.fail()
            return
        self.crashes[self.current] = self.crashes.get(self.current, 0) + 1
        if self.crashes[self.current] >= _CRASHES:
            self.refuse(CrashedError(f"the process that worked on it ended ({how}), perhaps because memory was short"))

    def hang(self) -> None:
        """Note that it took too long."""
        if self.current is None:
            self.fail()
        else:
            self.refuse(TimeLimitError(f"took longer than {self.limit:g} s, the time limit"))

    def fail(self) -> None:
        """Note that a process did not begin a job."""
        self.failed += 1
        if self.failed >= _STARTS:
            raise CrashedError("the process that was to work on the inputs could not be started, or ended at once")


@dataclass(slots=True)
class _Seat:
    """A process, the piece that it works on, and when it must have answered."""

    process: IsolatedProcess
    is_ready: bool
    task: _Task | None = None
    deadline: float | None = None


class WorkerPool:
    """Processes that do pieces of jobs.

    Parameters
    ----------
    number : int
        How many, at most.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._answers: queue.Queue[Answer] = queue.Queue()
        self._seats: dict[IsolatedProcess, _Seat] = {}

    def do(self, pieces: Sequence[Sequence[Job]], options: JobOptions, shards: str | None) -> Iterator[Given | Done]:
        """Do pieces; what comes of them is yielded in the order of the jobs, as soon as possible.

        Raises
        ------
        CrashedError
            If no process can be started.
        CarvsdbError
            Whatever a process raises that is no matter of one input: no room for a shard.
        """
        waiting = [_Task(number, list(piece)) for number, piece in enumerate(pieces)]
        waiting.reverse()
        held: dict[int, list[Given | Done]] = {}
        ended: set[int] = set()
        first = 0
        while first < len(pieces):
            self._seat(waiting, options, shards)
            for number, value in self._heard(waiting):
                if value is None:
                    ended.add(number)
                else:
                    held.setdefault(number, []).append(value)
            while first < len(pieces):
                yield from held.pop(first, ())
                if first not in ended:
                    break
                first += 1

    def close(self) -> None:
        """End the processes that work; the others are kept for a while."""
        for seat in self._seats.values():
            if seat.task is None and seat.is_ready and seat.process.is_alive:
                give_back(seat.process)
            else:
                seat.process.end()
        self._seats.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _sit(self) -> _Seat:
        process, is_ready = take(FUNCTION, self._answers)
        seat = _Seat(process, is_ready)
        self._seats[process] = seat
        return seat

    def _seat(self, waiting: list[_Task], options: JobOptions, shards: str | None) -> None:
        """Give work to those who have none."""
        for seat in list(self._seats.values()):
            if seat.task is None and waiting:
                self._assign(seat, waiting.pop(), options, shards)
        while waiting and len(self._seats) < self._number:
            self._assign(self._sit(), waiting.pop(), options, shards)

    @staticmethod
    def _assign(seat: _Seat, task: _Task, options: JobOptions, shards: str | None) -> None:
        seat.task, task.current, task.base = task, None, task.done
        seat.deadline = time.monotonic() + _START
        seat.process.ask(task.jobs[task.base :], options, shards)

    def _heard(self, waiting: list[_Task]) -> Iterator[tuple[int, Given | Done | None]]:
        """Wait for an answer; yield what came of a piece by its number, None for its end."""
        working = [(seat.deadline, seat) for seat in self._seats.values() if seat.task and seat.deadline is not None]
        try:
            first = min((deadline for deadline, _ in working), default=None)
            answer = self._answers.get(timeout=None if first is None else max(0.0, first - time.monotonic()))
        except queue.Empty:
            for deadline, late in working:
                if deadline <= time.monotonic():
                    self._replace(late, waiting, hangs=True)
            return
        seat = self._seats.get(answer.process)
        if seat is None:  # the last words of one that was ended
            return
        task = seat.task
        if answer.kind == "gone":
            self._replace(seat, waiting, hangs=False)
        elif answer.kind == "ready":
            seat.is_ready = True
        elif task is None:
            raise AssertionError("an answer to what nobody asked")
        elif answer.kind == "end":
            seat.task = None
            yield task.number, None
        elif answer.kind == "error":
            seat.task = None
            raise answer.value
        elif isinstance(answer.value, Spent):
            # Nobody is blamed: what is left, perhaps nothing, goes to another process.
            del self._seats[seat.process]
            seat.process.end()
            waiting.append(task)
        elif isinstance(answer.value, Began):
            began = answer.value
            task.current = None if began.job is None else task.base + began.job
            task.limit = began.limit
            seat.deadline = None if began.limit is None else time.monotonic() + began.limit
        else:
            task.current, task.failed, task.done = None, 0, task.base + answer.value.n_done
            seat.deadline = time.monotonic() + _START
            yield task.number, answer.value

    def _replace(self, seat: _Seat, waiting: list[_Task], *, hangs: bool) -> None:
        """End a process that hangs or has ended, and let another go on with its work."""
        del self._seats[seat.process]
        how = seat.process.end()
        if seat.task is not None:
            waiting.append(seat.task)
            if hangs:
                seat.task.hang()
            else:
                seat.task.crash(how)
