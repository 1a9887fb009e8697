"""`carvsdb release`: data sets that others cite."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from carvsdb.cli.options import DEFAULT_DB, Db, Json
from carvsdb.cli.output import answer_json

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Data sets that others cite.")


@app.command(epilog="Example: carvsdb release build --db zif.duckdb --card card.yaml -o zif-2026.11")
def build(
    card: Annotated[Path, typer.Option(metavar="FILE", help="What the data set is: a YAML file.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FOLDER", help="The release, a new folder.")],
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Write the catalogue as a release: Parquet tables, card, licence, citation, checksums."""
    from carvsdb.catalogue import Catalogue
    from carvsdb.releases import build_release, read_card

    checked = read_card(card)
    with Catalogue.open(db, read_only=True) as catalogue:
        report = build_release(catalogue, checked, output)
    if as_json:
        answer_json({"folder": str(report.folder), "rows": report.rows})
    else:
        print(f"{output}: {', '.join(f'{rows} {name}' for name, rows in report.rows.items() if rows)}")


@app.command(epilog="Example: carvsdb release verify zif-2026.11")
def verify(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A release.")],
    as_json: Json = False,
) -> None:
    """Check a release: checksums, card, tables and the laws that its numbers obey."""
    from carvsdb.releases import verify_release

    report = verify_release(folder)
    if as_json:
        answer_json(asdict(report) | {"folder": str(report.folder)})
    else:
        print(f"{folder}: {report.name} {report.version}, {report.files} files verified")
