"""`carvsdb remove`, `restore`, `relabel` and `tag`: looking after what is stored."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carvsdb.cli.asked_catalogue import opened
from carvsdb.cli.confirming import Yes, confirm
from carvsdb.cli.filtered import filtered
from carvsdb.cli.options import DEFAULT_DB, Db, Json
from carvsdb.cli.output import answer_json, say, table
from carvsdb.errors import InputError
from carvsdb.escaping import escaped
from carvsdb.regular_file import read_text
from carvsdb_schemas.filters import Filters

if TYPE_CHECKING:
    from carvsdb.catalogue.storing.removing import Removal

_SHOWN = 5


@filtered
def remove(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME...", help="Entries.")] = None,
    yes: Yes = False,
    dry: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
    *,
    filters: Filters,
) -> None:
    """Move entries into the trash, or all that meet some conditions; `restore` brings them back.

    What hangs on them goes along: nets, rings, refinement runs, tags, points on maps. `db purge` empties the trash.
    """
    if bool(names) == (not filters.is_empty):
        raise typer.BadParameter("give names, or conditions such as --source", param_hint="NAME...")
    from carvsdb.catalogue import Catalogue

    with Catalogue.open(db, read_only=dry) as catalogue:
        wanted = names or catalogue.list(filters).table["label"].to_pylist()
        if not wanted:
            say(f"no net meets {filters.words()}")
            return
        planned = catalogue.remove(*wanted, dry=True)
        if not dry:
            confirm(f"remove {_words(planned)}?", yes)
            planned = catalogue.remove(*wanted)
    if as_json:
        answer_json({"labels": list(planned.labels), "trash": planned.number or None, "rows": planned.rows})
    elif dry:
        print(f"would remove {_words(planned)}")
    else:
        print(f"removed {_words(planned)}; back with `carvsdb restore {planned.number}`")


def restore(
    name: Annotated[str, typer.Argument(metavar="NAME|NUMBER", help="An entry, or a number of `db trash`.")],
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Bring back what was removed at one time."""
    from carvsdb.catalogue import Catalogue

    with Catalogue.open(db) as catalogue:
        labels = catalogue.restore(name)
    if as_json:
        answer_json({"labels": list(labels), "trash": None, "rows": {}})
    else:
        print(f"{_listed(labels)} {'is' if len(labels) == 1 else 'are'} back")


def relabel(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME LABEL", help="An entry, and its new label.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--from", metavar="FILE.csv", help="Two columns instead: name, new label.")
    ] = None,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Give an entry another label, or many at once."""
    if (file is None) != (len(names or []) == 2):
        raise typer.BadParameter("give the name of an entry and its new label, or --from FILE.csv", param_hint="NAME")
    from carvsdb.catalogue import Catalogue

    wanted = dict([names]) if file is None and names else _pairs(file)
    with Catalogue.open(db) as catalogue:
        changed = catalogue.relabel(wanted)
    if as_json:
        answer_json({"relabelled": changed})
    else:
        for before, label in changed.items():
            print(f"{before} is now {label}")


def tag(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="TAG NAME...", help="A word of your own, and entries.")
    ] = None,
    take_off: Annotated[bool, typer.Option("--delete", help="Take it off instead.")] = False,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Put a tag on entries, which `--tag` of `list`, `similar` and others asks for; without one, list the tags."""
    from carvsdb.catalogue import Catalogue

    if len(words or []) == 1:
        raise typer.BadParameter("give a tag and then the entries that get it", param_hint="NAME...")
    with Catalogue.open(db, read_only=not words) as catalogue:
        if not words:
            rows = catalogue.tags().rows()
            if as_json:
                answer_json(rows)
            else:
                print(table([(row["tag"], str(row["entries"])) for row in rows], ("tag", "entries")))
            return
        word, *names = words
        count = catalogue.untag(names, word) if take_off else catalogue.tag(names, word)
    if as_json:
        answer_json({"tag": word, "changed": count})
    else:
        entries = f"{count} {'entry' if count == 1 else 'entries'}"
        print(f"{escaped(word)}: taken off {entries}" if take_off else f"{escaped(word)}: now on {entries} more")


def trash(db: Db = DEFAULT_DB, as_json: Json = False) -> None:
    """List what was removed, the newest first."""
    with opened(db) as catalogue:
        rows = catalogue.trash().rows()
    if as_json:
        answer_json(rows)
    elif rows:
        cells = [(str(row["number"]), row["removed"], _listed(row["labels"])) for row in rows]
        print(table(cells, ("number", "removed", "entries")))
    else:
        say("the trash is empty")


def purge(yes: Yes = False, db: Db = DEFAULT_DB, as_json: Json = False) -> None:
    """Empty the trash for good."""
    from carvsdb.catalogue import Catalogue

    with Catalogue.open(db) as catalogue:
        labels = [label for row in catalogue.trash().rows() for label in row["labels"]]
        if labels:
            confirm(f"delete {_listed(labels)} for good?", yes)
        catalogue.purge()
    if as_json:
        answer_json({"labels": labels, "trash": None, "rows": {}})
    else:
        print(f"{len(labels)} {'entry is' if len(labels) == 1 else 'entries are'} gone for good")


def _words(removal: "Removal") -> str:
    about = ", ".join(f"{name} {number}" for name, number in removal.rows.items() if name != "structure")
    return _listed(removal.labels) + (f" (with rows: {about})" if about else "")


def _listed(labels: "tuple[str, ...] | list[str]") -> str:
    more = len(labels) - _SHOWN
    return ", ".join(labels[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _pairs(file: Path | None) -> dict[str, str]:
    assert file is not None
    pairs: dict[str, str] = {}
    for number, row in enumerate(csv.reader(read_text(file).splitlines()), 1):
        if not row:
            continue
        if len(row) != 2:
            raise InputError("expected two columns, a name and a new label", path=file, line=number)
        if row[0] in pairs:
            raise InputError(f"{row[0]!r} stands twice", path=file, line=number)
        pairs[row[0]] = row[1]
    if not pairs:
        raise InputError("names no entry", path=file)
    return pairs
