"""Pieces of a run on a dask cluster: on each worker a process of its own does them, so that no input harms it."""

from collections.abc import Iterator, Sequence
from typing import Any

from carvsdb.errors import CrashedError
from carvsdb.optional_packages import load_optional
from carvsdb_ingest.tasks.jobs import Job, JobOptions
from carvsdb_ingest.tasks.pieces import Done, Given
from carvsdb_ingest.tasks.worker_pool import WorkerPool

_AHEAD = 4  # pieces for each core of the cluster, so that nobody waits


def do_on_cluster(
    pieces: Sequence[Sequence[Job]], options: JobOptions, shards: str, scheduler: str
) -> Iterator[Given | Done]:
    """Do pieces on a cluster; what comes of them is yielded in the order of the jobs.

    Raises
    ------
    MissingExtraError
        Without dask.
    CrashedError
        If workers of the cluster were lost again and again. Shards that are written stay.
    """
    distributed = load_optional("distributed", '"carvsdb[dist]"', "the backend dask")
    with distributed.Client(scheduler, set_as_default=False) as client:
        ahead = max(8, _AHEAD * sum(client.ncores().values()))
        futures: list[Any] = []
        for number in range(len(pieces)):
            while len(futures) < min(len(pieces), number + ahead):
                futures.append(client.submit(do_on_worker, pieces[len(futures)], options, shards, pure=False))
            try:
                done = futures[number].result()
            except distributed.KilledWorker as error:
                raise CrashedError(
                    "workers of the cluster were lost again and again",
                    hint="run the same command again: what was stored is kept",
                ) from error
            futures[number] = None
            yield from done


def do_on_worker(piece: Sequence[Job], options: JobOptions, shards: str) -> list[Given | Done]:
    """Do a piece in a process of its own beside this one."""
    with WorkerPool(1) as pool:
        return list(pool.do([piece], options, shards))
