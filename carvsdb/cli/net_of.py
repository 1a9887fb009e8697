"""The net that FILE|NAME means: of a file, of an entry of a catalogue, or of the archive that comes with carvsdb."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carvsdb.cli.asked_catalogue import is_asked, opened
from carvsdb.cli.output import say
from carvsdb.errors import AmbiguousError, InputError, NotFoundError

if TYPE_CHECKING:
    from carvsdb_ingest.analysis.item import NetItem, ReadOptions

NetArgument = Annotated[
    str, typer.Argument(metavar="FILE|NAME", help="A file, an entry of the catalogue, or an RCSR or IZA name.")
]
Which = Annotated[int | None, typer.Option("--number", metavar="N", min=1, help="Which net of a file with several.")]


def net_item(asked: str, options: "ReadOptions", db: str, number: int | None = None) -> "NetItem":
    """Return the net, and say what was decided and doubted about it.

    Raises
    ------
    InputError
        If a file cannot be read, or holds several nets and none is chosen.
    NotFoundError
        If nothing has the name.
    """
    item = _of_file(asked, options, number) if Path(asked).is_file() else _of_name(asked, db)
    for sentence in dict.fromkeys((*item.notes, *item.quality)):
        say(f"{asked}: {sentence}")
    return item


def _of_file(path: str, options: "ReadOptions", number: int | None) -> "NetItem":
    from carvsdb_ingest.analysis import read_items

    items = read_items(path, options)
    if number is None and len(items) != 1:
        raise InputError(f"holds {len(items)} nets; one is taken at a time", path=path, hint="choose one by --number N")
    if number is not None and number > len(items):
        raise InputError(f"holds {len(items)} nets, so there is no number {number}", path=path)
    return items[(number or 1) - 1]


def _of_name(name: str, db: str) -> "NetItem":
    from carvsdb.topology.archive import shipped
    from carvsdb_ingest.analysis.item import item_of_net
    from carvsdb_ingest.analysis.vertices_of_atoms import item_of_entry

    missing: NotFoundError | None = None
    if is_asked(db):
        with opened(db) as catalogue:
            try:
                return item_of_entry(catalogue, name)
            except AmbiguousError:
                raise
            except NotFoundError as error:
                missing = error
    if name in shipped():
        say(f"{name}: of the archive that comes with carvsdb")
        return item_of_net(shipped().get(name), name, name.encode(), bond_rule="edges of the archive")
    raise missing or NotFoundError(
        f"there is no file {name!r}, no catalogue {db}, and no such name in the archive", item=name
    )
