"""Earlier runs: the statuses of their inputs, as the catalogue remembers them."""

from collections.abc import Sequence
from dataclasses import dataclass

from carvsdb import errors
from carvsdb.catalogue.file.storage import Storage
from carvsdb.errors import CarvsdbError, InputError, NoNetError
from carvsdb_ingest.tasks.jobs import Job


def tried_before(storage: Storage, jobs: Sequence[Job], *, retry: bool) -> "dict[str, list[Tried]]":
    """Return what was noted about each net of these jobs, by the key of the task; with `retry` only what was stored."""
    tasks = list({str(job.task) for job in jobs if job.task is not None})
    done: dict[str, list[Tried]] = {}
    # Several files may have the same bytes: then one of the notes about them is enough.
    for task, *row in storage.rows(
        "SELECT task::VARCHAR, input, item, label, status, cause, line, error FROM attempt "
        f"WHERE task IN (SELECT unnest(?::UUID[])){' AND error IS NULL' if retry else ''} "
        "QUALIFY row_number() OVER (PARTITION BY task, item ORDER BY error NULLS FIRST, id) = 1 "
        "ORDER BY task, item",
        [tasks],
    ):
        done.setdefault(task, []).append(Tried(*row))
    return done


@dataclass(frozen=True, slots=True)
class Tried:
    """The noted status of a net of an input."""

    input: str
    item: int
    label: str | None
    status: str
    cause: str | None
    line: int | None
    error: str | None

    def again(self, input: str) -> CarvsdbError:
        """Make the error once more, for an input with the same bytes."""
        sentence = (self.cause or self.status).replace(self.input, input, 1)
        if self.error == "NoNetError":
            cause, _, sentence = sentence.partition(": ")
            return NoNetError(sentence, cause=cause)
        kind: type[CarvsdbError] = getattr(errors, self.error or "", InputError)
        error = kind(sentence)
        if isinstance(error, InputError):
            error.line = self.line
        return error
