"""Analysis that hangs or crashes on files of that name."""

from pathlib import Path

from lane_calls import act

from carvsdb_ingest.tasks.jobs import Attempted, Job, JobOptions, attempt, prepare

__all__ = ["attempt_or_die", "prepare"]


def attempt_or_die(job: Job, options: JobOptions) -> list[Attempted]:
    for what in ("hang", "crash"):
        if what == Path(job.input).stem:
            act(what)
    return attempt(job, options)
