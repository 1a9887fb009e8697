"""`carvsdb similar` and `distance`: what is alike, and how much."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carvsdb.cli.options import DEFAULT_DB, Db, Json, Seed
from carvsdb.cli.output import answer_json, say, table
from carvsdb.errors import InputError

if TYPE_CHECKING:
    from carvsdb.catalogue import Entry


def similar(
    query: Annotated[str, typer.Argument(metavar="NAME|FILE", help="An entry of the catalogue, or a net file.")],
    k: Annotated[int, typer.Option("-k", min=1, help="How many.")] = 10,
    seed: Seed = 0,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Find the nets whose ring statistics are nearest, with distance and noise."""
    from carvsdb.catalogue import Catalogue

    with Catalogue.open(db, read_only=True) as catalogue:
        asked: str | Entry = _entry_of_file(query) if Path(query).is_file() else catalogue.label(query)
        answer = catalogue.similar(asked, k, seed=seed)
    hits = answer.rows()
    label = asked if isinstance(asked, str) else asked.label
    for sentence in answer.notes:
        say(sentence)
    if as_json:
        answer_json({"query": label, "hits": hits})
        return
    rows = [
        (
            hit["label"],
            hit["kind"],
            f"{hit['distance']:.4f}",
            "" if hit["noise_kind"] == "none" else f"{hit['noise']:.4f}",
            hit["symbol"],
        )
        for hit in hits
    ]
    print(f"nearest to {label}")
    print(table(rows, ("label", "kind", "distance", "noise", "CARVS")))


def _entry_of_file(path: str) -> "Entry":
    """Analyse the one net of a file."""
    from carvsdb_ingest.analysis import analyse
    from carvsdb_ingest.pipeline import to_entry
    from carvsdb_ingest.readers import read_items

    items = read_items(path)
    if len(items) != 1:
        raise InputError(f"holds {len(items)} nets; ask about one at a time", path=path, hint="ingest the file first")
    for sentence in items[0].notes:
        say(f"{path}: {sentence}")
    return to_entry(analyse(items[0]))


def distance(
    names: Annotated[list[str], typer.Argument(metavar="NAME NAME...", help="Two entries or more.")],
    seed: Seed = 0,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Measure the topological distance between entries, with its noise."""
    if len(names) < 2:
        raise typer.BadParameter("a distance needs two entries or more", param_hint="NAME NAME...")
    from carvsdb.catalogue import Catalogue

    with Catalogue.open(db, read_only=True) as catalogue:
        distances = catalogue.distance(names, seed=seed)
    labels = list(distances.labels)
    if as_json:
        answer_json({"labels": labels, "matrix": distances.matrix.tolist(), "noise": distances.noise.tolist()})
        return
    rows = [
        [label, *(_cell(distances.matrix[row, column], distances.noise[row, column]) for column in range(len(labels)))]
        for row, label in enumerate(labels)
    ]
    print(table(rows, ["", *labels]))
    if distances.noise.any():
        print("± noise: what resampling blocks of space alone would make of it; crystals have none")


def _cell(distance: float, noise: float) -> str:
    return f"{distance:.4f} ± {noise:.4f}" if noise else f"{distance:.4f}"
