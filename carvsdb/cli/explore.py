"""`carvsdb explore`: the catalogue as one page."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carvsdb.cli.asked_catalogue import opened
from carvsdb.cli.filtered import filtered
from carvsdb.cli.options import DEFAULT_DB, Db, Json, Seed
from carvsdb.cli.output import answer_json, say
from carvsdb_schemas.filters import Filters

if TYPE_CHECKING:
    from carvsdb.explorer import ExplorerReport


class PageFormat(StrEnum):
    """What is written."""

    html = "html"
    chemiscope = "chemiscope"


class MapMethod(StrEnum):
    """How a map is made."""

    pca = "pca"
    umap = "umap"


@filtered
def explore(
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="The page, .html; or .json, .json.gz for chemiscope.")
    ],
    made: Annotated[
        PageFormat | None, typer.Option("--format", help="What to write; else what the ending of -o says.")
    ] = None,
    number: Annotated[
        int | None, typer.Option("--map", metavar="N", help="Which map that is kept; default the newest.")
    ] = None,
    method: Annotated[
        MapMethod | None, typer.Option(help="Make a map now; without one that is kept, pca is made.")
    ] = None,
    structures: Annotated[
        bool, typer.Option("--structures/--no-structures", help="Whether nets can be looked at in three dimensions.")
    ] = True,
    neighbours: Annotated[
        int, typer.Option("-k", metavar="N", min=1, max=100, help="Nearest neighbours of each net.")
    ] = 10,
    title: Annotated[str | None, typer.Option(help="Stands above the map; default what its points are.")] = None,
    seed: Seed = 0,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
    *,
    filters: Filters,
) -> None:
    """Write the catalogue as one page to look into: map, nets, neighbours; it needs no server and no network."""
    from carvsdb.explorer import ExplorerOptions, write_chemiscope, write_explorer

    is_page = (made or _format_of(output)) is PageFormat.html
    options = ExplorerOptions(
        number=number,
        method=None if method is None else method.value,
        structures=structures,
        n_neighbours=neighbours,
        title=title,
        seed=seed,
    )
    with opened(db) as catalogue:
        if is_page:
            report = write_explorer(catalogue, output, options, filters)
            answer, notes, sentence = _answer(report, output), report.notes, _sentence(report, output)
        else:
            nets, notes = write_chemiscope(catalogue, output, options, filters)
            answer = {"file": str(output), "nets": nets, "notes": list(notes)}
            sentence = f"{_nets(nets)} in {output}, for chemiscope"
    for note in notes:
        say(note)
    if as_json:
        answer_json(answer)
    else:
        print(sentence)


def _format_of(output: Path) -> PageFormat:
    name = output.name.lower()
    if name.endswith((".html", ".htm")):
        return PageFormat.html
    if name.endswith((".json", ".json.gz")):
        return PageFormat.chemiscope
    raise typer.BadParameter(
        f"{output.name} does not tell the format: expected .html, .json or .json.gz, or --format", param_hint="-o"
    )


def _nets(number: int) -> str:
    return f"{number:,} {'net' if number == 1 else 'nets'}"


def _points(report: "ExplorerReport") -> str:
    if report.level == "nets":
        return _nets(report.n_points)
    return f"{report.n_points:,} {'sort' if report.n_points == 1 else 'sorts'} of node"


def _sentence(report: "ExplorerReport", output: Path) -> str:
    told = {"viewer": "viewer", "map": "map", "text": "text", "neighbours": "neighbours", "nets": "nets in 3D"}
    parts = ", ".join(f"{name} {_bytes(report.sizes[key])}" for key, name in told.items() if report.sizes[key])
    return (
        f"{_points(report)} in {output}: {_bytes(report.sizes['file'])} "
        f"({parts}; map {report.map_bytes_a_point:.0f} bytes a point)"
    )


def _answer(report: "ExplorerReport", output: Path) -> dict[str, object]:
    return {
        "file": str(output),
        "level": report.level,
        "nets": report.n_points,
        "sizes": report.sizes,
        "map_bytes_a_net": report.map_bytes_a_point,
        "notes": list(report.notes),
    }


def _bytes(number: int) -> str:
    """Return a size as it is read.

    Examples
    --------
    >>> _bytes(900), _bytes(612_607), _bytes(15_300_000)
    ('900 B', '613 kB', '15.3 MB')
    """
    if number < 1000:
        return f"{number} B"
    return f"{number / 1e3:.0f} kB" if number < 1e6 else f"{number / 1e6:.1f} MB"
