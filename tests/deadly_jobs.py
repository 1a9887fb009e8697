"""Work that hangs or crashes on files of that name."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import CarvsdbError
from carvsdb_ingest.analysis.analyse import Analyser, Analysis
from carvsdb_ingest.analysis.item import NetItem
from carvsdb_ingest.tasks import attempts, pieces
from carvsdb_ingest.tasks.attempts import Attempted, attempt
from carvsdb_ingest.tasks.jobs import Job, JobOptions
from carvsdb_ingest.tasks.pieces import Began, Done, Given, Spent, prepare

_KEPT: list[NDArray[np.float64]] = []

__all__ = ["do_or_die", "do_with_a_bug", "prepare"]


def do_or_die(jobs: Sequence[Job], options: JobOptions, shards: str | None) -> Iterator[Began | Given | Done | Spent]:
    print("noise on the standard output")
    vars(pieces)["attempt"] = attempt_or_die
    vars(attempts)["Analyser"] = FillingAnalyser
    return pieces.do_piece(jobs, options, shards)


def do_with_a_bug(
    jobs: Sequence[Job], options: JobOptions, shards: str | None
) -> Iterator[Began | Given | Done | Spent]:
    vars(attempts)["Analyser"] = FailingAnalyser
    return pieces.do_piece(jobs, options, shards)


def attempt_or_die(job: Job, options: JobOptions) -> list[Attempted]:
    stem = Path(job.input).stem
    if job.refusal is None:
        if stem.startswith("hang"):
            time.sleep(3600)
        if stem.startswith("crash") or (stem.startswith("once") and _first_time(job)):
            os.kill(os.getpid(), signal.SIGKILL)
    attempted = attempt(job, options)
    if stem.startswith(("unsent", "unread")):
        error = CarvsdbError("a bug")
        error.hint = Unsendable(when_sent=stem.startswith("unsent"))  # type: ignore[assignment]
        attempted = [replace(attempted[0], error=error, entry=None)]
    return attempted


class Unsendable:
    """Fails when it is pickled, or when that is read again."""

    def __init__(self, when_sent: bool) -> None:
        self.when_sent = when_sent

    def __reduce__(self) -> tuple[type, tuple[()]]:
        if self.when_sent:
            raise ZeroDivisionError("sent")
        return Unsendable, ()


class FailingAnalyser(Analyser):
    def analyse(self, item: NetItem) -> Analysis:
        raise ZeroDivisionError("a bug")


class FillingAnalyser(Analyser):
    def analyse(self, item: NetItem) -> Analysis:
        _fill(item)
        return super().analyse(item)


def _fill(item: NetItem) -> None:
    if item.label.startswith("memory"):
        np.ones(2**40)
    if item.label.startswith("full"):
        # All that the process may have, and never given back; none of it is touched, so that it costs nothing.
        for size in (2**27, 2**24, 2**21, 2**18, 2**15):
            with contextlib.suppress(MemoryError):
                while True:
                    _KEPT.append(np.empty(size))
        raise MemoryError


def _first_time(job: Job) -> bool:
    mark = Path(job.input).with_suffix(".seen")
    seen = mark.exists()
    mark.touch()
    return not seen
