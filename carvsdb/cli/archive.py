"""`carvsdb archive`: names of nets, those that ship and one's own."""

from pathlib import Path
from typing import Annotated

import typer

from carvsdb.cli.application import Commands
from carvsdb.cli.asked_catalogue import opened
from carvsdb.cli.options import DEFAULT_DB, DEFAULT_NAMES, Db, Json, Names, names_file
from carvsdb.cli.output import answer_json, say, table
from carvsdb.cli.time_limit import within
from carvsdb.errors import CarvsdbError

app = Commands(no_args_is_help=True, rich_markup_mode=None, help="Names of nets.")


@app.command("import", epilog="Example: carvsdb archive import zeolites.arc --names names.tsv")
def import_names(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Archives (.arc) or CGD files.")],
    names: Names = None,
    as_json: Json = False,
) -> None:
    """Give nets of files the names that they have there, in a file of names of your own.

    Archives are read as graphs and keyed again, so that every source agrees. Use the file with --names, or
    CARVSDB_NAMES.
    """
    from carvsdb.topology import key_of
    from carvsdb.topology.archive import shipped
    from carvsdb.topology.names_file import read_names, write_names
    from carvsdb_ingest.analysis import read_items

    target = names or DEFAULT_NAMES
    own = read_names(target) if Path(target).exists() else {}
    before = len(own)
    known = 0
    rejected: list[dict[str, str]] = []
    for file in files:
        with within(file):
            items = read_items(file)
        for item in items:
            given = item.provenance.get("names") or ([item.net.name] if item.net.name else [])
            try:
                with within(file):
                    key = key_of(item.net)
            except CarvsdbError as error:
                rejected.append({"file": f"{file}:{item.line}", "message": str(error)})
                continue
            for name in map(str, given if isinstance(given, list) else []):
                if name in shipped().names_of(key) or own.get(name) == key:
                    known += 1
                elif name in shipped() or name in own:
                    rejected.append({"file": f"{file}:{item.line}", "message": f"another net is called {name!r}"})
                else:
                    own[name] = key
    write_names(target, own.items())
    for one in rejected:
        say(f"rejected: {one['file']}: {one['message']}")
    added = len(own) - before
    if as_json:
        answer_json({"names": target, "added": added, "known": known, "rejected": rejected})
    else:
        print(f"{target}: {added} names added, {known} known, {len(rejected)} rejected")
    if rejected:
        raise typer.Exit(6 if added or known else 3)


@app.command(epilog="Example: carvsdb archive apply --names names.tsv --db zif.duckdb")
def apply(names: Names = None, db: Db = DEFAULT_DB, as_json: Json = False) -> None:
    """Give what is stored in a catalogue the names that its keys have now."""
    from carvsdb.catalogue import Catalogue
    from carvsdb.topology.archive import shipped
    from carvsdb.topology.keys import short_id

    own = names_file(names)
    if not Path(db).exists():
        opened(db)  # says so
    with Catalogue.open(db) as catalogue:
        report = catalogue.rename(own.archive() if own else shipped())
    if as_json:
        answer_json({"keyed": report.keyed, "named": report.named, "nets": report.nets, "changed": report.changed})
        return
    for key, name in report.changed.items():
        print(f"{short_id(key)}: {name or 'no name'}")
    print(f"{db}: {report.nets} of {report.keyed} nets with keys were renamed, {report.named} have names")


@app.command(epilog="Example: carvsdb archive show sod")
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A net.")],
    names: Names = None,
    as_json: Json = False,
) -> None:
    """Show what the archive knows about a net: all its names, its key, its symbols."""
    from dataclasses import asdict

    from carvsdb.topology.archive import shipped

    own = names_file(names)
    entry = (own.archive() if own else shipped()).entry(name)
    if as_json:
        answer_json(asdict(entry))
        return
    lines = {
        "names": ", ".join(entry.names),
        "TD10": "" if entry.td10 is None else f"{entry.td10:g}",
        "vertex symbols": " ".join(entry.vertex_symbols),
        "point symbols": " ".join(entry.point_symbols),
        "key": entry.key,
    }
    print("\n".join(f"{field:<15} {value}" for field, value in lines.items() if value))


@app.command(epilog="Example: carvsdb archive search so")
def search(
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="How names begin.")],
    names: Names = None,
    as_json: Json = False,
) -> None:
    """List the names that begin with some letters."""
    from carvsdb.topology.archive import shipped

    own = names_file(names)
    archive = own.archive() if own else shipped()
    found = archive.search(prefix)
    if as_json:
        answer_json([{"name": name, "names": archive.names_of(archive.key_of(name))} for name in found])
        return
    rows = [(name, ", ".join(archive.names_of(archive.key_of(name)))) for name in found]
    print(table(rows, ("name", "all names of the net")))
