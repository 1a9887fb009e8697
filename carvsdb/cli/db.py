"""`carvsdb db`: the catalogue as a file that is checked, copied, exported and merged."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carvsdb.cli.application import Commands
from carvsdb.cli.asked_catalogue import opened
from carvsdb.cli.entries import purge, trash
from carvsdb.cli.options import DEFAULT_DB, Db, Json, RingKind, Rings, Seed
from carvsdb.cli.output import answer_json, say
from carvsdb.errors import VerificationError

if TYPE_CHECKING:
    from carvsdb.catalogue.maintenance.importing import ImportReport

app = Commands(no_args_is_help=True, rich_markup_mode=None, help="The catalogue as a file.")


@app.command(epilog="Example: carvsdb db verify --db zif.duckdb")
def verify(
    backup: Annotated[Path | None, typer.Option(metavar="FILE", help="A backup instead of the catalogue.")] = None,
    sample: Annotated[int, typer.Option(min=0, help="Nets whose rings are searched again.")] = 20,
    seed: Seed = 0,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Read every row, work out every key and sum again, search the rings of a sample, and list what is wrong."""
    from carvsdb.catalogue.maintenance.checking import check_file
    from carvsdb.catalogue.maintenance.copying import check_backup

    path = Path(db) if backup is None else backup
    digest = None if backup is None else check_backup(backup)
    report = check_file(path, sample=sample, seed=seed)
    if as_json and not report.problems:
        answer_json({"file": str(path), "sha256": digest, **asdict(report)})
    if report.problems:
        for problem in report.problems:
            say(problem)
        number = len(report.problems)
        raise VerificationError(
            f"{number} {'thing is' if number == 1 else 'things are'} wrong: {'; '.join(report.problems)}",
            item=str(path),
            hint="restore a backup, or import the shards or an export into a new catalogue",
        )
    if not as_json:
        print(
            f"{path}: {report.rows['net']} nets, {sum(report.rows.values())} rows in order; "
            f"the rings of {report.searched_again} nets were searched again"
        )


@app.command(epilog="Example: carvsdb db backup zif-2026-11-22.duckdb --db zif.duckdb")
def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The copy, a new file.")],
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Copy the catalogue, with a SHA-256 that `db verify --backup` checks."""
    from carvsdb.catalogue.maintenance import copying

    _tell(copying.backup(Path(db), target), as_json)


@app.command(epilog="Example: carvsdb db snapshot copy.duckdb --db zif.duckdb")
def snapshot(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The copy, a new file.")],
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Copy the catalogue to read from, even while another process writes it."""
    from carvsdb.catalogue.maintenance import copying

    _tell(copying.snapshot(Path(db), target), as_json)


@app.command(epilog="Example: carvsdb db export zif-tables --partitions 100 --db zif.duckdb")
def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder.")],
    partitions: Annotated[int, typer.Option(min=1, max=10_000, help="Into how many folders of tables.")] = 1,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Write all tables as Parquet, with checksums."""
    from carvsdb.catalogue.maintenance import exporting

    with opened(db) as catalogue:
        rows = exporting.export(catalogue.storage, folder, partitions)
    if as_json:
        answer_json({"folder": str(folder), "partitions": partitions, "rows": rows})
    else:
        print(f"{folder}: {', '.join(f'{number} {name}' for name, number in rows.items() if number)}")


@app.command("import", epilog="Example: carvsdb db import zif.duckdb.shards --db rebuilt.duckdb")
def import_tables(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Exports, or folders of shards.")],
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Take in exports and shards, each whole and each once; so a catalogue is rebuilt from its shards."""
    from carvsdb.catalogue import Catalogue
    from carvsdb.catalogue.maintenance.importing import import_folders

    with Catalogue.open(db) as catalogue:
        report = import_folders(catalogue.storage, folders)
    _tell_import(report, db, as_json)


@app.command(epilog="Example: carvsdb db merge other.duckdb --db zif.duckdb")
def merge(
    others: Annotated[list[Path], typer.Argument(metavar="CATALOGUE...", help="Catalogues to take in.")],
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Take in other catalogues, each in one transaction; a label that means two things is changed, and shown."""
    from carvsdb.catalogue import Catalogue
    from carvsdb.catalogue.maintenance.importing import ImportReport
    from carvsdb.catalogue.maintenance.importing import merge as take_in

    report = ImportReport()
    with Catalogue.open(db) as catalogue:
        for other in others:
            with opened(other) as added:
                report.include(take_in(catalogue.storage, added.storage))
    _tell_import(report, db, as_json)


@app.command(epilog="Example: carvsdb db index --db zif.duckdb")
def index(
    rings: Rings = RingKind.ring,
    recall: Annotated[float, typer.Option(min=0, max=1, help="Share of the ten nearest that must be found.")] = 0.99,
    look: Annotated[bool, typer.Option("--status", help="Only say whether there is one, and of what.")] = False,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Make the side index for `similar --approximate`, unless it is there and fresh (extra `ann`)."""
    from carvsdb.catalogue.similarity import side_index

    with opened(db) as catalogue:
        before, report = side_index.status(catalogue.storage, rings.value)
        if not look:
            report = catalogue.side_index(ring_kind=rings.value, recall=recall)
    if as_json:
        answer_json({"status": before if look else "fresh", "was": before, **(asdict(report) if report else {})})
    elif report is None:
        print(f"{db}: the side index is {before}")
    else:
        print(
            f"{db}: the side index {'is' if look else 'was'} {before}; {report.vectors} different vectors in "
            f"{report.cells} cells, of which a question looks into {report.probes}: {100 * report.recall:.1f} % of the "
            "ten nearest are found"
        )


def _tell(report: object, as_json: bool) -> None:
    from carvsdb.catalogue.maintenance.copying import CopyReport

    assert isinstance(report, CopyReport)
    if as_json:
        answer_json({**asdict(report), "path": str(report.path)})
    else:
        print(f"{report.path}: {report.nets} nets, {report.bytes} bytes, sha256 {report.sha256}")


def _tell_import(report: "ImportReport", db: str, as_json: bool) -> None:
    for given, label in report.relabelled.items():
        say(f"stored as {label!r}, since {given!r} is another entry")
    for sentence in report.conflicts:
        say(sentence)
    if as_json:
        answer_json(asdict(report))
    else:
        print(
            f"{db}: {report.nets} nets added, {report.unchanged} unchanged, {len(report.relabelled)} under another "
            f"label, {len(report.conflicts)} left out; {report.known} folders were in already"
        )
    if report.conflicts:
        raise typer.Exit(6)


app.command(epilog="Example: carvsdb db trash --db zif.duckdb")(trash)
app.command(epilog="Example: carvsdb db purge --db zif.duckdb")(purge)
