"""The page for people: a floor beside this one makes it, so it is passed in."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from carvsdb.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class PageMaker:
    """How `index.html` is written, and how two of them are compared.

    Attributes
    ----------
    write : callable
        Writes the page of a catalogue into a file, under a title. Raises RefusedError if there is nothing to show.
    same : callable
        Says whether two pages say the same: how a machine rounds the last digit of a coordinate, or how its zlib
        packs, may differ.
    """

    write: Callable[[Catalogue, Path, str], object]
    same: Callable[[Path, Path], bool]
