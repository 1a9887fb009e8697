"""A text file from anywhere: its lines, its numbers, and errors that say where."""

import codecs
import hashlib
import math
import re
from dataclasses import dataclass
from pathlib import Path

from carvsdb.errors import InputError
from carvsdb.regular_file import LARGEST_INPUT, read_bytes
from carvsdb_ingest.files.compressed import expand, plain_name
from carvsdb_ingest.files.limits import MOST_LINES

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_FRACTION = re.compile(r"([+-]?[0-9]+)/([0-9]+)")
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_NEWLINE = re.compile(r"\r\n|\r|\n")
_WITH_TOPOLOGY = "write extended xyz, which names the elements, for instance with MDAnalysis from it and its topology"
_BINARY = {
    ".traj": "`describe FILE --frames :` reads a trajectory of ASE; ase convert FILE model.extxyz writes text",
    ".db": "ase convert FILE model.extxyz writes text",
    **dict.fromkeys((".dcd", ".xtc", ".trr", ".nc", ".ncdf", ".h5md"), _WITH_TOPOLOGY),
}
"""What to do with a binary file, by its suffix."""

_PACKED = {
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "lz4",
    b"\x1f\x9d": "compress",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
    b"PK\x03\x04": "zip",
}
"""What compresses files that begin so."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text file in memory.

    Attributes
    ----------
    path : str
        As the user gave it.
    lines : tuple of str
        Without line ends. Line numbers count from 1, as editors do.
    sha256 : str
        Of the bytes as they came, in hex; of a compressed file those of the compressed one.
    """

    path: str
    lines: tuple[str, ...]
    sha256: str

    @classmethod
    def load(cls, path: str | Path, latin1: bool = False, largest: int = LARGEST_INPUT) -> "TextFile":
        """Read a file; one that is no UTF-8 as Latin-1 if so asked, for the sake of an Å in a comment.

        Raises
        ------
        InputError
            If it is missing, no regular file, empty, larger than `largest` bytes (expanded, too), or no text.
        """
        return cls.decode(read_bytes(path, largest), path, latin1, largest)

    @classmethod
    def decode(cls, content: bytes, path: str | Path, latin1: bool = False, largest: int = LARGEST_INPUT) -> "TextFile":
        """Make a text file of bytes that are already in memory, compressed (gz, xz, bz2) or not."""
        sha256 = hashlib.sha256(content).hexdigest()
        content = expand(content, path, largest)
        if content.count(b"\n") + content.count(b"\r") > MOST_LINES:
            raise InputError(f"has more than {MOST_LINES} lines, the limit", path=path)
        if not content.strip():
            raise InputError("is empty", path=path)
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            # What spreadsheets call Unicode text.
            content = content.decode("utf-16", "replace").encode()
        packed = next((name for magic, name in _PACKED.items() if content.startswith(magic)), None)
        if packed is not None:
            raise InputError(f"is compressed by {packed}, which is not read here", path=path, hint="expand it first")
        if b"\0" in content:
            hint = _BINARY.get(Path(plain_name(str(path))).suffix.lower())
            raise InputError("is a binary file; expected text", path=path, hint=hint)
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            # CIF is ASCII by its standard, and Latin-1 by the habit of older programs.
            if latin1 or plain_name(str(path)).lower().endswith(".cif"):
                return cls(str(path), tuple(_NEWLINE.split(content.decode("latin-1"))), sha256)
            line = content.count(b"\n", 0, error.start) + 1
            raise InputError("is no UTF-8 text (a binary file?)", path=path, line=line) from error
        return cls(str(path), tuple(_NEWLINE.split(text)), sha256)

    @property
    def text(self) -> str:
        """The whole file, with plain line ends."""
        return "\n".join(self.lines)

    def error(self, line: int, sentence: str) -> InputError:
        """Return the error that says `sentence` about a line."""
        return InputError(sentence, path=self.path, line=line)

    def number(self, token: str, line: int, what: str, largest: float = 1e6) -> float:
        """Return a token as a finite number; fractions such as 5/8 are read too.

        Raises
        ------
        InputError
            If it is no number, or larger than `largest` in magnitude.
        """
        if _NUMBER.fullmatch(token):
            value = float(token)
        elif len(token) < 40 and (fraction := _FRACTION.fullmatch(token)) and int(fraction[2]):
            value = int(fraction[1]) / int(fraction[2])
        else:
            raise self.error(line, f"{what} must be a finite number, got {shown(token)}")
        if not math.isfinite(value) or abs(value) > largest:
            raise self.error(line, f"{what} must be at most {largest:g} in magnitude, got {shown(token)}")
        return value

    def numbers(self, tokens: list[str], line: int, what: str, largest: float = 1e6) -> list[float]:
        """Return tokens as finite numbers."""
        return [self.number(token, line, what, largest) for token in tokens]

    def whole(self, token: str, line: int, what: str) -> int:
        """Return a token as an integer of at most 18 digits."""
        if not _WHOLE.fullmatch(token):
            raise self.error(line, f"{what} must be a whole number, got {shown(token)}")
        return int(token)


def plain(token: str) -> str:
    """Return a token as a message shows it where no quotes are needed: printable and short."""
    return shown(token)[1:-1]


def shown(token: str) -> str:
    """Return a token as a message shows it: quoted, printable and short."""
    return ascii(token if len(token) <= 30 else token[:27] + "...")
