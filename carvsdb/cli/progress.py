"""What a long run says on the way, on stderr."""

import time
from typing import TYPE_CHECKING

from carvsdb.cli.output import say

if TYPE_CHECKING:
    from carvsdb_ingest.tasks.report import IngestReport

EVERY = 5.0
"""Seconds between two lines of progress."""

MOST_NOTES = 200
"""More sentences about single inputs than this would hide the rest; all are in the catalogue."""


class ProgressLine:
    """Says sentences about inputs, and every few seconds how far the run is."""

    def __init__(self) -> None:
        self._began = self._last = time.monotonic()
        self._notes = 0

    def note(self, sentence: str) -> None:
        """Say a sentence about an input, unless very many were said."""
        self._notes += 1
        if self._notes <= MOST_NOTES:
            say(sentence)
        elif self._notes == MOST_NOTES + 1:
            say(f"more than {MOST_NOTES} sentences; the rest is in the tables attempt and net of the catalogue")

    def show(self, report: "IngestReport") -> None:
        """Say how far the run is, if nothing was said for a while."""
        now = time.monotonic()
        if now - self._last < EVERY:
            return
        self._last = now
        counts = ", ".join(f"{number} {status}" for status, number in report.by_status.most_common())
        say(f"{report.done} done after {now - self._began:.0f} s: {counts}")
