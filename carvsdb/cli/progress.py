"""What a long run says on the way, on stderr."""

import re
import time
from collections import Counter
from typing import TYPE_CHECKING

from carvsdb.cli.output import say

if TYPE_CHECKING:
    from carvsdb_ingest.tasks.report import IngestReport

EVERY = 5.0
"""Seconds between two lines of progress."""

OF_A_KIND = 5
"""So many sentences of one kind about single inputs are said; of more there is only the number."""

_MOST_KINDS = 40

_FRAME = re.compile(r"frame [0-9]+: ")
_DETAILS = re.compile(r"\"[^\"]*\"|'[^']*'|\b[A-Za-z]*[0-9][\w.+-]*|\([^)]*\)")

_IN_CATALOGUE = "all sentences with --verbose; they stand in the tables attempt and net of the catalogue, too"


class ProgressLine:
    """Says sentences about inputs, and every few seconds how far the run is.

    Parameters
    ----------
    verbose : bool
        Whether all sentences are said.
    all_of_them : str
        Where to find the sentences that were not said.
    """

    def __init__(self, verbose: bool = False, all_of_them: str = _IN_CATALOGUE) -> None:
        self._began = self._last = time.monotonic()
        self._verbose = verbose
        self._all_of_them = all_of_them
        self._said: Counter[str] = Counter()

    def note(self, sentence: str) -> None:
        """Say a sentence about an input, unless many of its kind were said."""
        kind = _kind(sentence)
        self._said[kind] += 1
        if self._verbose or (self._said[kind] <= OF_A_KIND and len(self._said) <= _MOST_KINDS):
            say(sentence)

    def end(self) -> None:
        """Say how many sentences were not said."""
        if self._verbose:
            return
        folded = {kind: number - OF_A_KIND for kind, number in self._said.items() if number > OF_A_KIND}
        for kind, number in sorted(folded.items(), key=lambda item: -item[1])[:_MOST_KINDS]:
            say(f"{number:,} more: {kind}")
        if folded or len(self._said) > _MOST_KINDS:
            say(self._all_of_them)

    def show(self, report: "IngestReport") -> None:
        """Say how far the run is, if nothing was said for a while."""
        now = time.monotonic()
        if now - self._last < EVERY:
            return
        self._last = now
        counts = ", ".join(f"{number:,} {status}" for status, number in report.by_status.most_common())
        total = f" of {report.files:,}" if report.files >= report.done else ""
        say(f"{report.done:,}{total} done after {now - self._began:.0f} s: {counts}")


def _kind(sentence: str) -> str:
    """Return what is left of a sentence about an input without the input and its details.

    Examples
    --------
    >>> _kind("a/IRMOF-1.cif: guests left out: 12 H2O"), _kind("rejected: x.cif:3: expected 6 columns, got 5")
    ('guests left out', 'rejected: expected … columns, got …')
    >>> _kind("md.dump:55: frame 1: atom type 2 has no element")
    'atom type … has no element'
    """
    head, _, rest = sentence.partition(": ")
    rest = _FRAME.sub("", rest, count=1)
    if head == "rejected":
        return f"rejected: {_DETAILS.sub('…', rest.partition(': ')[2] or rest)}"
    return _DETAILS.sub("…", rest.partition(": ")[0] or sentence)
