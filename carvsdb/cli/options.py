"""Options that several commands share."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from carvsdb_ingest.readers import ReadOptions

DEFAULT_DB = "carvsdb.duckdb"

Db = Annotated[str, typer.Option("--db", envvar="CARVSDB_DB", metavar="PATH", help="The catalogue.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
CutOff = Annotated[int, typer.Option("--max-ring-size", metavar="N", help="Search rings of up to N nodes (3-32).")]
NodeOnly = Annotated[
    bool, typer.Option("--node-only", help="Replace linkers by edges (one on three nodes makes a false 3-ring).")
]
NodeTypes = Annotated[str | None, typer.Option(metavar="TYPES", help="LAMMPS atom types that are nodes: 2 or 2,3.")]
LinkerTypes = Annotated[str | None, typer.Option(metavar="TYPES", help="LAMMPS atom types that are linkers.")]
Strict = Annotated[bool, typer.Option("--strict", help="Reject nets whose declared degrees do not match.")]
Seed = Annotated[int, typer.Option(help="Seed of all random draws.")]


def read_options(node_types: str | None, linker_types: str | None, strict: bool) -> "ReadOptions":
    """Make the options of the readers from what was typed."""
    from carvsdb_ingest.readers import ReadOptions

    return ReadOptions(
        node_types=_types("--node-types", node_types),
        linker_types=_types("--linker-types", linker_types),
        strict=strict,
    )


def _types(option: str, text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"expected atom types such as 2 or 2,3, got {text!r}", param_hint=option) from None
