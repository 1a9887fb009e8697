"""A text file of many frames, cut into frames as it is read: no more than one is in memory.

How a format begins a frame is all that is known here; what stands in a frame is the matter of the format's reader.
"""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from carvsdb.errors import InputError
from carvsdb.regular_file import LARGEST_TABLE, open_regular
from carvsdb_ingest.files.compressed import EXPANSION_ERRORS, opened, reason

MOST_LINES_OF_A_FRAME = 4_000_000
_LONGEST_LINE = 2**20


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of one frame.

    Attributes
    ----------
    lines : tuple of str
    before : int
        What is to be added to a number of a line here for that in the file.
    error : InputError or None
        Why the frame cannot be told from others, or why the file ends in it.
    """

    lines: tuple[str, ...]
    before: int
    error: InputError | None = None


class Lines:
    """The lines of a file, one after another, with one that was looked at put back.

    Raises
    ------
    InputError
        While it is read: for a binary file, a line without end, a damaged compressed stream.
    """

    def __init__(self, path: str | Path, stream: io.TextIOBase) -> None:
        self.path = str(path)
        self.number = 0  # lines taken
        self._stream = stream
        self._back: list[str] = []

    def take(self) -> str | None:
        """Return the next line without its end, None behind the last."""
        if self._back:
            self.number += 1
            return self._back.pop()
        try:
            line = self._stream.readline(_LONGEST_LINE)
        except EXPANSION_ERRORS as error:
            raise InputError(
                f"cannot be expanded ({reason(error)}); is the file cut off?", path=self.path, line=self.number + 1
            ) from error
        if not line:
            return None
        self.number += 1
        if "\0" in line or len(line) >= _LONGEST_LINE:
            raise InputError("is no text (a binary file?)", path=self.path, line=self.number)
        return line.rstrip("\n")

    def put_back(self, line: str) -> None:
        """Have a line taken again."""
        self.number -= 1
        self._back.append(line)


Splitter = Callable[[Lines], Iterator[Block]]


def text_blocks(path: str | Path, split: Splitter) -> Iterator[Block]:
    """Cut a text file, compressed or not, into frames.

    Raises
    ------
    InputError
        If the file cannot be opened; what goes wrong later is the error of a block.
    """
    with open_regular(path, LARGEST_TABLE) as raw, opened(raw) as stream:
        buffered = io.BufferedReader(_Raw(stream))
        # What is no UTF-8 (an Å of old programs in a comment) matters only where a number should be.
        lines = Lines(path, io.TextIOWrapper(buffered, encoding="utf-8-sig", errors="replace", newline=None))
        try:
            yield from split(lines)
        except InputError as error:
            yield Block((), 0, error)


class _Raw(io.RawIOBase):
    """A stream of any sort, read in pieces: what comes before damage is given before it is met."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._read = getattr(stream, "read1", stream.read)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # the base takes any buffer
        part = self._read(len(buffer))
        buffer[: len(part)] = part
        return len(part)


_WHOLE = re.compile(r"\s*[0-9]{1,9}\s*")


def xyz_blocks(lines: Lines) -> Iterator[Block]:
    """Cut xyz into frames, by their numbers of atoms; behind a line that is none the next is looked for."""
    while (first := lines.take()) is not None:
        if not first.strip():
            continue
        before = lines.number - 1
        if not _WHOLE.fullmatch(first):
            sentence = f"the number of atoms must be a whole number, got {first.strip()[:30]!a}"
            _skip_to_count(lines)
            yield Block((first,), before, InputError(sentence, path=lines.path, line=before + 1))
            continue
        count = int(first)
        if count + 2 > MOST_LINES_OF_A_FRAME:
            sentence = f"a frame of {count} atoms is larger than any that is read"
            raise InputError(sentence, path=lines.path, line=before + 1)
        block = [first]
        error: InputError | None = None
        while len(block) < count + 2 and (line := lines.take()) is not None:
            # A frame that lost lines would swallow the head of the next one.
            if len(block) > 2 and _WHOLE.fullmatch(line):
                lines.put_back(line)
                sentence = f"the frame declares {count} atoms, but the next frame begins behind {len(block) - 2}"
                error = InputError(sentence, path=lines.path, line=before + 1)
                break
            block.append(line)
        yield Block(tuple(block), before, error)


def _skip_to_count(lines: Lines) -> None:
    while (line := lines.take()) is not None:
        if _WHOLE.fullmatch(line):
            lines.put_back(line)
            return


def blocks_that_begin(pattern: str) -> Splitter:
    """Return what cuts at each line that matches a regular expression."""
    begins = re.compile(pattern, re.IGNORECASE)

    def split(lines: Lines) -> Iterator[Block]:
        block: list[str] = []
        before = 0
        while (line := lines.take()) is not None:
            if begins.match(line) and any(one.strip() for one in block):
                yield Block(tuple(block), before)
                block, before = [], lines.number - 1
            if len(block) > MOST_LINES_OF_A_FRAME:
                raise InputError("a frame is larger than any that is read", path=lines.path, line=before + 1)
            block.append(line)
        if any(one.strip() for one in block):
            yield Block(tuple(block), before)

    return split


_PDB_HEAD = ("CRYST1", "SCALE", "ORIGX")


def pdb_blocks(lines: Lines) -> Iterator[Block]:
    """Cut PDB into models; each gets the cell said last. The last one must end by ENDMDL or END if others do."""
    head: dict[str, str] = {}
    block: list[str] = []
    before = 0
    ends: set[str] = set()
    is_open = False
    while (line := lines.take()) is not None:
        record = line[:6].strip().upper()
        if record.startswith(_PDB_HEAD):
            if record == "CRYST1":
                head.clear()
            head[record] = line
        elif record in ("ATOM", "HETATM"):
            if not block:
                before = lines.number - 1
            block.append(line)
        elif record in ("MODEL", "ENDMDL", "END"):
            if block:
                yield Block((*head.values(), *block), before - len(head))
                ends.add(record)
            block = []
            is_open = record == "MODEL"
        if len(block) > MOST_LINES_OF_A_FRAME:
            raise InputError("a model is larger than any that is read", path=lines.path, line=before + 1)
    if block:
        sentence = "the model has no ENDMDL or END (is the file cut off?)"
        is_cut = bool(ends & {"ENDMDL", "END"}) or (is_open and not ends)
        error = InputError(sentence, path=lines.path, line=lines.number) if is_cut else None
        yield Block((*head.values(), *block), before - len(head), error)


_CONFIGURATION = re.compile(r"\s*Direct configuration\s*=\s*([0-9*]*)", re.IGNORECASE)
_HEAD_LINES = 7


def xdatcar_blocks(lines: Lines) -> Iterator[Block]:
    """Cut XDATCAR of VASP 5 into POSCARs; a cell that changes is said again before each configuration."""
    head: list[str] = []
    block: list[str] = []
    before = 0
    while (line := lines.take()) is not None:
        if _CONFIGURATION.match(line):
            if head and block:  # what stood between configurations is the next head
                tail = _next_head(block, head)
                if tail:
                    block, next_head = block[:-tail], block[-tail:]
                else:
                    next_head = head
                yield Block((*head, *block), before - len(head))
                head = next_head
            elif not head:
                head = [one for one in block if one.strip()][-_HEAD_LINES:]
            if len(head) < _HEAD_LINES:
                sentence = f"the head of an XDATCAR has {_HEAD_LINES} lines, got {len(head)}"
                raise InputError(sentence, path=lines.path, line=lines.number)
            block, before = [line], lines.number - 1
        else:
            block.append(line)
        if len(block) > MOST_LINES_OF_A_FRAME:
            raise InputError("a configuration is larger than any that is read", path=lines.path, line=before + 1)
    if head and block:
        while block and not block[-1].strip():
            block.pop()
        yield Block((*head, *block), before - len(head))


def _next_head(block: list[str], head: list[str]) -> int:
    """Return how many lines at the end of a block are the head of the next: as many as the head, with its elements."""
    tail = block[-_HEAD_LINES:]
    return _HEAD_LINES if len(tail) == _HEAD_LINES and tail[5].split() == head[5].split() else 0
