"""The report of one run of ingestion: the status of each input."""

from collections import Counter
from dataclasses import dataclass, field

from carvsdb.errors import CarvsdbError, InputError
from carvsdb.html_text import MOST_ROWS, html_table
from carvsdb_ingest.tasks.statuses import cause_of, status_of
from carvsdb_schemas.answers import CauseCount, IngestAnswer, Rejection

_SHOWN = 5


@dataclass(slots=True, repr=False)
class IngestReport:
    """The statuses of the inputs of one run.

    Attributes
    ----------
    files : int
        Files tried; a collection counts its nets.
    added, unchanged : list of str
        Labels of the entries that are new, and of those that were stored already.
    rejected : list of (str, CarvsdbError)
        The files that gave nothing, and why, in the order of the inputs.
    by_status : Counter
        Number of nets by their status, those of rejected inputs too (``no net``, ``timeout``, ``error``).
    by_cause : Counter
        The same by status and cause; the cause is empty where there is none.
    """

    files: int = 0
    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    rejected: list[tuple[str, CarvsdbError]] = field(default_factory=list)
    by_status: Counter[str] = field(default_factory=Counter)
    by_cause: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, status: str, cause: str | None) -> None:
        """Count a net, or an input without one."""
        self.by_status[status] += 1
        self.by_cause[status, cause or ""] += 1

    @property
    def done(self) -> int:
        """How many nets and inputs without one are accounted for."""
        return self.by_status.total()

    def __repr__(self) -> str:
        counts = f"{len(self.added)} added, {len(self.unchanged)} unchanged, {len(self.rejected)} rejected"
        lines = [f"rejected: {error}" for _, error in self.rejected[:_SHOWN]]
        more = len(self.rejected) - _SHOWN
        return "\n".join([f"<IngestReport: {counts}>", *lines, *([f"... {more} more"] if more > 0 else [])])

    def _repr_html_(self) -> str:
        rows = [(status, cause, number) for (status, cause), number in self.by_cause.most_common()]
        caption = f"{len(self.added)} added, {len(self.unchanged)} unchanged, {len(self.rejected)} rejected"
        table = html_table(("status", "cause", "number"), rows, caption=caption)
        if not self.rejected:
            return table
        rejected = [(path, str(error)) for path, error in self.rejected[:MOST_ROWS]]
        return table + html_table(("rejected", "why"), rejected, n_rows=len(self.rejected))

    def answer(self) -> IngestAnswer:
        """Return the report in the form in which it is printed as JSON."""
        return IngestAnswer(
            files=self.files,
            added=len(self.added),
            unchanged=len(self.unchanged),
            rejected=[_rejection(path, error) for path, error in self.rejected],
            by_status=dict(self.by_status),
            by_cause=[
                CauseCount(status=status, cause=cause or None, number=number)
                for (status, cause), number in self.by_cause.most_common()
            ],
        )


def _rejection(path: str, error: CarvsdbError) -> Rejection:
    line = error.line if isinstance(error, InputError) else None
    return Rejection(
        file=path or error.item or "", line=line, message=str(error), status=status_of(error), cause=cause_of(error)
    )
