"""What a process of its own does: a piece of a run, job by job, and what it says on the way."""

import math
import pickle
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from carvsdb.catalogue.maintenance.folders import write_shard
from carvsdb.catalogue.storing.batch import BatchBuilder
from carvsdb.errors import MemoryLimitError
from carvsdb_ingest.analysis.analyse import prepare
from carvsdb_ingest.tasks.attempts import Attempted, Outcome, attempt, internal_error, note
from carvsdb_ingest.tasks.jobs import Job, JobOptions
from carvsdb_ingest.tasks.memory import lift_limit, limit_memory

__all__ = ["Began", "Done", "Given", "Spent", "do_piece", "pieces", "prepare"]

LARGEST_PIECE = 128
"""Jobs of one piece, at most."""

SHARD_SECONDS = 10.0
"""Seconds of work after which a piece writes a shard: what a crash, or the end of a run, may cost."""

_WRITING = 600.0  # seconds


@dataclass(frozen=True, slots=True)
class Began:
    """Something is begun that may hang or crash.

    Attributes
    ----------
    job : int or None
        Which job of the piece, from 0; None for the writing of a shard.
    limit : float or None
        Seconds that it may take.
    """

    job: int | None
    limit: float | None


@dataclass(frozen=True, slots=True)
class Given:
    """What one job gave, where no shard is written.

    Attributes
    ----------
    n_done : int
        Jobs of the piece that are done, this one too.
    attempted : tuple of Attempted
    """

    n_done: int
    attempted: tuple[Attempted, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What some jobs gave that were written as a shard.

    Attributes
    ----------
    n_done : int
        Jobs of the piece that are done, these too.
    shard : str
        The folder of the shard.
    outcomes : tuple of Outcome
    """

    n_done: int
    shard: str
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Spent:
    """A job filled the memory of the process: another process is to do what is left."""


def pieces(jobs: Sequence[Job], workers: int) -> list[tuple[Job, ...]]:
    """Cut jobs into pieces: small ones first, so that something is stored soon, and at least four for each worker.

    Examples
    --------
    >>> job = Job("a", None, None)
    >>> [len(piece) for piece in pieces([job] * 100, 2)]
    [1, 1, 2, 2, 4, 4, 8, 8, 13, 13, 13, 13, 13, 5]
    """
    largest = min(LARGEST_PIECE, max(1, math.ceil(len(jobs) / (4 * workers))))
    cut: list[tuple[Job, ...]] = []
    start = 0
    while start < len(jobs):
        size = min(largest, 2 ** min(len(cut) // workers, 10))
        cut.append(tuple(jobs[start : start + size]))
        start += size
    return cut


def do_piece(jobs: Sequence[Job], options: JobOptions, shards: str | None) -> Iterator[Began | Given | Done | Spent]:
    """Do some jobs and write what comes of them as shards, or hand it back.

    Parameters
    ----------
    jobs, options
    shards : str or None
        The folder of the shards; without one, each job's result is yielded.

    Notes
    -----
    After a job that needed too much memory it ends before its time: what such a job leaves in the process would be held
    against the next ones, which another process does.
    """
    limit_memory(options.memory_limit)
    builder, outcomes = BatchBuilder(), list[Outcome]()
    began = time.monotonic()
    for number, job in enumerate(jobs):
        yield Began(number, job.limit(options))
        attempted = [_sendable(one, whole=shards is None) for one in attempt(job, options)]
        is_full = any(isinstance(one.error, MemoryLimitError) for one in attempted)
        if is_full:
            lift_limit()  # what was done before must still be written
        if shards is None:
            yield Given(number + 1, tuple(attempted))
            if is_full:
                yield Spent()
                return
            continue
        outcomes += [note(job, one, builder) for one in attempted]
        if is_full or number + 1 == len(jobs) or time.monotonic() - began > SHARD_SECONDS:
            yield Began(None, _WRITING)
            yield Done(number + 1, str(write_shard(builder.arrow_tables(), Path(shards))), tuple(outcomes))
            if is_full:
                yield Spent()
                return
            builder, outcomes = BatchBuilder(), []
            began = time.monotonic()


def _sendable(attempted: Attempted, *, whole: bool) -> Attempted:
    """Return what a job gave if it comes through a pipe, else an error that does: it must not end the run.

    Without shards the entry goes that way too.
    """
    try:
        pickle.loads(pickle.dumps(attempted if whole else replace(attempted, entry=None)))
    except Exception as error:  # whatever a class does when it is taken apart and put together
        return replace(attempted, entry=None, notes=(), error=internal_error(error))
    return attempted
