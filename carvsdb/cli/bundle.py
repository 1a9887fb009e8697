"""`carvsdb refine bundle` and `unbundle`: a run as one archive, and back."""

from pathlib import Path
from typing import Annotated

import typer

from carvsdb.cli.options import Json
from carvsdb.cli.output import answer_json, say


def bundle(
    folder: Annotated[Path, typer.Argument(metavar="RUN_FOLDER", help="Of a run, or of a loop of `refine learn`.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The archive, .tar.gz.")],
    config: Annotated[
        Path | None, typer.Option("--config", metavar="CONFIG", help="Its config, if that lies in no folder above.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the archive if it is there.")] = False,
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow-calculator", metavar="MODULE:CLASS", help="Of an ASE calculator that the run calls."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Put config, data, potential, start, labels, versions and results of a run into one archive that repeats it."""
    from carvsdb_refine.bundle import pack

    made = pack(folder, output, config, allow or (), overwrite=force)
    if as_json:
        from carvsdb_schemas.refinement_answers import BundleAnswer

        answer = BundleAnswer(
            file=str(made.path), sha256=made.sha256, n_files=len(made.files), command=made.command, folder=None
        )
        answer_json(answer.model_dump(mode="json"))
    else:
        print(f"{made.path}: {len(made.files)} files, SHA-256 {made.sha256}\n  repeat it: {made.command}")


def unbundle(
    file: Annotated[Path, typer.Argument(metavar="BUNDLE", help="An archive that `refine bundle` wrote.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FOLDER", help="A new folder for its files.")],
    as_json: Json = False,
) -> None:
    """Check a bundle against its checksums and unpack it into a new folder; nothing of it is run."""
    from carvsdb.regular_file import sha256_of
    from carvsdb_refine.bundle import unpack

    found = unpack(file, output)
    command = str(found.notes["command"])
    versions = found.notes.get("versions")
    made_by = versions.get("carvsdb") if isinstance(versions, dict) else None
    from carvsdb.version import VERSION

    if made_by != VERSION:
        say(f"it was made by carvsdb {made_by}, this is {VERSION}: results can differ")
    if as_json:
        from carvsdb_schemas.refinement_answers import BundleAnswer

        answer = BundleAnswer(
            file=str(file), sha256=sha256_of(file), n_files=found.n_files, command=command, folder=str(found.folder)
        )
        answer_json(answer.model_dump(mode="json"))
    else:
        print(f"{found.folder}: {found.n_files} files, all as listed\n  repeat it there: {command}")
