"""Doing jobs in several processes: each writes shards, none needs the catalogue."""

import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from carvsdb.catalogue.maintenance.folders import write_shard
from carvsdb.catalogue.storing.batch import BatchBuilder
from carvsdb.errors import CarvsdbError, InputError, MissingExtraError
from carvsdb_ingest.tasks.isolated_process import Lane, own_lane
from carvsdb_ingest.tasks.jobs import Job, JobOptions, Outcome, do, note

LARGEST_CHUNK = 128
"""Jobs of one shard, at most."""


@dataclass(frozen=True, slots=True)
class Workers:
    """Who does the work.

    Attributes
    ----------
    number : int or None
        Processes; None lets the number of inputs and of cores decide.
    backend : str
        ``loky`` (processes of this machine) or ``dask`` (a cluster).
    scheduler : str or None
        Address of the dask scheduler, such as ``tcp://host:8786``.
    """

    number: int | None = None
    backend: str = "loky"
    scheduler: str | None = None

    def __post_init__(self) -> None:
        if self.number is not None and self.number < 1:
            raise InputError(f"workers must be 1 or more, got {self.number}")
        if self.backend not in ("loky", "dask"):
            raise InputError(f"backend must be loky or dask, got {self.backend!r}")
        if (self.backend == "dask") != (self.scheduler is not None):
            raise InputError("the backend dask needs the address of a scheduler, and no other takes one")

    def count(self) -> int:
        """Return the number of processes; a cluster has its own."""
        return self.number or os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Done:
    """A chunk that was done.

    Attributes
    ----------
    jobs : tuple of Job
    shard : str
        The folder of its shard.
    outcomes : tuple of Outcome
    """

    jobs: tuple[Job, ...]
    shard: str
    outcomes: tuple[Outcome, ...]


def chunk_size(number: int, workers: int) -> int:
    """Return how many jobs make a piece: at least four pieces for each worker, so that none waits long for the last."""
    return min(LARGEST_CHUNK, max(1, math.ceil(number / (4 * workers))))


def chunks(jobs: Sequence[Job], size: int) -> list[tuple[Job, ...]]:
    """Cut jobs into pieces."""
    return [tuple(jobs[start : start + size]) for start in range(0, len(jobs), size)]


def do_chunk(jobs: tuple[Job, ...], options: JobOptions, shards: str) -> Done:
    """Do some jobs and write what comes of them as one shard."""
    builder = BatchBuilder()
    outcomes = [outcome for job in jobs for outcome in do_safely(job, options, builder, own_lane())]
    return Done(jobs, str(write_shard(builder.arrow_tables(), Path(shards))), tuple(outcomes))


def do_safely(job: Job, options: JobOptions, builder: BatchBuilder, lane: Lane) -> list[Outcome]:
    """Do a job; one that may hang or crash in a process of its own."""
    if job.limit(options) is None:
        return do(job, options, builder)
    return [note(job, attempted, builder) for attempted in lane.attempt(job, options)]


def do_all(pieces: Sequence[tuple[Job, ...]], options: JobOptions, shards: Path, workers: Workers) -> Iterator[Done]:
    """Do chunks in several processes; yields them in the order given, as soon as they are done.

    Raises
    ------
    WorkerDiedError
        If a process was killed (by the system, when memory is short). Shards that are written stay.
    """
    import joblib
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    with _backend(joblib, workers):
        # For one process joblib would work in this one, which must not be killed by an input: then there are two, of
        # which one works. Else more is handed out than there are workers, so that nobody waits; results are small.
        alone = workers.backend == "loky" and workers.count() == 1
        parallel = joblib.Parallel(
            n_jobs=max(2, workers.count()) if workers.backend == "loky" else -1,
            return_as="generator",
            pre_dispatch=1 if alone else "4*n_jobs" if workers.backend == "loky" else "all",
            batch_size=1,
        )
        call: Callable[..., Any] = joblib.delayed(do_chunk)
        try:
            yield from parallel(call(piece, options, str(shards.absolute())) for piece in pieces)
        except TerminatedWorkerError as error:
            raise WorkerDiedError("a worker process was killed, perhaps because memory was short") from error


def stop_workers() -> None:
    """End the processes of this machine that wait for more work."""
    if "joblib" in sys.modules:
        from joblib.externals.loky import reusable_executor

        if reusable_executor._executor is not None:
            reusable_executor._executor.shutdown(wait=True, kill_workers=True)


class WorkerDiedError(CarvsdbError):
    """A process that worked for us was killed."""


def _backend(joblib: Any, workers: Workers) -> Any:
    if workers.backend == "loky":
        return joblib.parallel_config(backend="loky", inner_max_num_threads=1)
    try:
        client_class: Any = import_module("distributed").Client
    except ImportError as error:
        raise MissingExtraError("the backend dask needs dask", hint='pip install "carvsdb[dist]"') from error
    return _Dask(joblib, client_class(workers.scheduler, set_as_default=True))


class _Dask:
    """A joblib backend on a dask cluster, and the connection to it."""

    def __init__(self, joblib: Any, client: Any) -> None:
        self._client = client
        self._config = joblib.parallel_config(backend="dask", client=client)

    def __enter__(self) -> None:
        self._config.__enter__()

    def __exit__(self, *error: object) -> None:
        self._config.__exit__(*error)
        self._client.close()
