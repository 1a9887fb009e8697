"""`carvsdb release`: data sets that others cite."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carvsdb.atomic_write import write_text
from carvsdb.cli.application import Commands
from carvsdb.cli.asked_catalogue import opened
from carvsdb.cli.confirming import Yes, confirm
from carvsdb.cli.options import DEFAULT_DB, Db, Json, Seed
from carvsdb.cli.output import answer_json, say

if TYPE_CHECKING:
    from carvsdb.catalogue import Catalogue
    from carvsdb.releases import PageMaker

app = Commands(no_args_is_help=True, rich_markup_mode=None, help="Data sets that others cite.")

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A release.")]


@app.command(epilog="Example: carvsdb release card --db zif.duckdb -o card.yaml")
def card(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="The card, .yaml; else it is printed.")
    ] = None,
    db: Db = DEFAULT_DB,
) -> None:
    """Begin the card that `build` asks for: what the catalogue says, and what is to be filled in."""
    from datetime import UTC, datetime

    from carvsdb.releases import begun_card

    with opened(db) as catalogue:
        text = begun_card(catalogue, Path(db).stem, datetime.now(UTC).date())
    if output is None:
        print(text, end="")
    else:
        write_text(output, text)
        print(f"{output}: fill in what is ''")


@app.command(epilog="Example: carvsdb release build --db zif.duckdb --card card.yaml -o zif-2026.11")
def build(
    card: Annotated[Path, typer.Option(metavar="FILE", help="What it is, a YAML file; `release card` begins one.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FOLDER", help="The release, a new folder.")],
    where: Annotated[
        str | None,
        typer.Option(metavar="SQL", help='Only these nets: a condition on the view `entry`, such as "n_nodes > 9".'),
    ] = None,
    previous: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The version before, which CHANGES.md compares with.")
    ] = None,
    database: Annotated[
        bool, typer.Option("--database/--no-database", help="With the DuckDB file, or without.")
    ] = True,
    nets: Annotated[
        bool | None,
        typer.Option("--nets/--no-nets", help="With files of single nets, or without; by default up to 100,000 nets."),
    ] = None,
    neighbours: Annotated[
        bool | None,
        typer.Option(
            "--neighbours/--no-neighbours", help="With the nearest nets of each, or without; by default as --nets."
        ),
    ] = None,
    page: Annotated[
        bool | None,
        typer.Option("--page/--no-page", help="With the explorer, index.html, or without; by default as --nets."),
    ] = None,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Write the catalogue, or some of it, as a release: tables, a DuckDB file, nets, metadata, licence, checksums."""
    from carvsdb.releases import BuildOptions, build_release, opened_release, read_card

    checked = read_card(card)
    before = None if previous is None else opened_release(previous)
    with opened(db) as catalogue:
        options = BuildOptions(
            where=where,
            database=database,
            nets=nets,
            neighbours=neighbours,
            page=page,
            page_maker=page_maker(),
            previous=before,
        )
        report = build_release(catalogue, checked, output, options)
    for source in report.sources:
        if source.redistribution != "full":
            held = "left out" if source.redistribution == "none" else "held as derived values only"
            say(f"{source.collection}: {source.nets} nets {held}, as its licence asks")
    for note in report.notes:
        say(note)
    if as_json:
        answer_json(
            {
                "folder": str(report.folder),
                "rows": report.rows,
                "notes": list(report.notes),
                "sources": [one.model_dump() for one in report.sources],
                "content_sha256": report.content_sha256,
            }
        )
    else:
        print(f"{output}: {', '.join(f'{rows} {name}' for name, rows in report.rows.items() if rows)}")


@app.command(epilog="Example: carvsdb release verify zif-2026.11")
def verify(
    folder: Folder,
    sample: Annotated[
        int, typer.Option(metavar="N", min=0, help="Compute key and rings of so many nets again from their graphs.")
    ] = 20,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Check a release: every byte, its card, tables and texts, the laws that its numbers obey, and a sample of nets."""
    from carvsdb.releases import verify_release

    report = verify_release(folder, sample=sample, seed=seed, page_maker=page_maker())
    if as_json:
        answer_json(asdict(report) | {"folder": str(report.folder)})
    else:
        print(
            f"{folder}: {report.name} {report.version}, {report.files} files verified, "
            f"{report.recomputed} nets computed again"
        )


@app.command(epilog="Example: carvsdb release diff zif-2026.11 zif-2026.12")
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="A release.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Another version of it.")],
    as_json: Json = False,
) -> None:
    """Say which rows of two releases differ, and in which columns."""
    from carvsdb.releases import compare_releases, in_words

    found = compare_releases(old, new)
    if as_json:
        answer_json(asdict(found))
    else:
        print("\n".join(in_words(found)))


@app.command(epilog="Example: carvsdb release load zif-2026.11 --db zif.duckdb")
def load(folder: Folder, db: Db = DEFAULT_DB, as_json: Json = False) -> None:
    """Verify a release and put it into a catalogue, which is made if it is missing."""
    from carvsdb.releases import load_release

    report = load_release(folder, db)
    for conflict in report.conflicts.values():
        say(conflict)
    if as_json:
        answer_json({"db": db, "nets": report.n_nets, "conflicts": list(report.conflicts.values())})
    else:
        print(f"{db}: {report.n_nets} nets added from {folder}")


@app.command(epilog="Example: carvsdb release serve zif-2026.11")
def serve(
    folder: Folder,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Where to listen; by default this machine only.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(metavar="N", min=1, max=65535, help="The port.")] = 5000,
) -> None:
    """Answer OPTIMADE queries on a release until Ctrl-C (extra `optimade`)."""
    from carvsdb.releases import serve_release

    serve_release(folder, host, port, ready=lambda address: say(f"{address} (Ctrl-C ends it)"))


@app.command(epilog="Example: carvsdb release publish zif-2026.11 --zenodo --sandbox")
def publish(
    folder: Folder,
    zenodo: Annotated[bool, typer.Option("--zenodo", help="To Zenodo, the only archive that is known.")] = False,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="To its sandbox, where one tries; DOIs of it are none.")
    ] = False,
    prepare_only: Annotated[
        bool, typer.Option("--prepare-only", help="Write what would be sent into a file, and send nothing.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="That file; by default FOLDER.zenodo.json, here."),
    ] = None,
    draft: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Go on with the draft of this number, which was left.")
    ] = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Verify a release and put it into a draft on Zenodo, which you publish on its page.

    The token is read from the environment variable ZENODO_TOKEN (ZENODO_SANDBOX_TOKEN with --sandbox); without one,
    what would be sent is written into a file.
    """
    from carvsdb.atomic_write import write_text
    from carvsdb.releases.publishing import SANDBOX, ZENODO, Service, prepare, token_of, upload

    if not zenodo:
        raise typer.BadParameter("say where to: --zenodo", param_hint="--zenodo")
    archive = SANDBOX if sandbox else ZENODO
    token = None if prepare_only else token_of(archive)
    prepared = prepare(folder, page_maker())
    about: dict[str, object] = {"archive": archive.name, "files": len(prepared.files), "bytes": prepared.size}
    if token is None:
        file = output or Path(f"{folder.resolve().name}.zenodo.json")
        write_text(file, json.dumps(prepared.as_dict(archive), indent=2, ensure_ascii=False) + "\n")
        if not prepare_only:
            say(f"{archive.variable} holds no token, so nothing was sent")
        if as_json:
            answer_json(about | {"prepared": str(file), "draft": None})
        else:
            print(f"{file}: metadata and checksums of {len(prepared.files)} files for {archive.name}")
        return
    confirm(
        f"upload {len(prepared.files)} files ({prepared.size:,} bytes) of {folder} to {archive.name} as a draft?",
        yes,
        "nothing was sent",
    )
    report = upload(prepared, Service(archive, token), draft, say)
    if as_json:
        answer_json(about | {"prepared": None, "draft": asdict(report)})
    else:
        doi = f", reserved DOI {report.doi}" if report.doi else ""
        print(f"{report.address}: a draft with {len(prepared.files)} files, {report.uploaded} uploaded now{doi}")
        print("Look at it there and publish it; a DOI is for good.")


def page_maker() -> "PageMaker":
    """Return what makes the explorer of a release, which stands beside the releases on the same floor."""
    from carvsdb.releases import PageMaker

    return PageMaker(_write_page, _same_page)


def _write_page(catalogue: "Catalogue", path: Path, title: str) -> None:
    from carvsdb.explorer import ExplorerOptions, write_explorer

    write_explorer(catalogue, path, ExplorerOptions(title=title))


def _same_page(one: Path, other: Path) -> bool:
    from carvsdb.explorer import same_page

    return same_page(one, other)
