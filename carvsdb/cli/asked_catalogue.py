"""Which catalogue a question is asked of: the one that is there, else the nets that come with carvsdb."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from carvsdb.cli.options import DEFAULT_DB
from carvsdb.cli.output import say

if TYPE_CHECKING:
    from carvsdb.catalogue import Catalogue


def is_asked(db: str) -> bool:
    """Tell whether a catalogue is to be opened: one that was named, or the default one where it is there."""
    from carvsdb.catalogue.file.place import log_of

    path = Path(db)
    return db != DEFAULT_DB or path.exists() or path.is_symlink() or log_of(path).exists()


def opened(db: str | Path) -> "Catalogue":
    """Open a catalogue for reading; that there is none is said before anything is loaded."""
    from carvsdb.catalogue.file.place import check_there

    check_there(Path(db), read_only=True)
    from carvsdb.catalogue import Catalogue

    return Catalogue.open(db, read_only=True)


@contextmanager
def asked_catalogue(db: str) -> Iterator[tuple["Catalogue", str]]:
    """Open a catalogue for reading, and say what it is called.

    Where the catalogue is the default one and there is none, it is the release `reference-nets` that comes with
    carvsdb, and a line on stderr says so.
    """
    if is_asked(db):
        with opened(db) as catalogue:
            yield catalogue, db
        return
    from carvsdb.catalogue.reference_nets import NAME, described, reference_nets

    say(described())
    yield reference_nets(), NAME
