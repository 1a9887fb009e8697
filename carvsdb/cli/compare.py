"""`carvsdb similar` and `distance`: what is alike, and how much."""

from collections import Counter
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carvsdb.cli.answered import Output, answered
from carvsdb.cli.asked_catalogue import asked_catalogue
from carvsdb.cli.filtered import filtered
from carvsdb.cli.options import DEFAULT_DB, BondRules, Db, InputFormat, Seed, Types, read_options
from carvsdb.cli.output import say, table, with_copies
from carvsdb.cli.standard_input import STANDARD_INPUT, standard_input
from carvsdb.cli.time_limit import within
from carvsdb.escaping import escaped
from carvsdb_schemas.filters import Filters

if TYPE_CHECKING:
    from carvsdb.catalogue import Catalogue, Entry
    from carvsdb.catalogue.similarity.distances import DistanceTable


class Near(StrEnum):
    """By what neighbours are sought."""

    carvs = "carvs"
    ring_sizes = "ring-sizes"


class Metric(StrEnum):
    """What is measured."""

    carvs = "carvs"
    ring_sizes = "ring-sizes"
    nodes = "nodes"
    shells = "shells"


@filtered
@answered
def similar(
    query: Annotated[
        str, typer.Argument(metavar="NAME|FILE", help="An entry of the catalogue, or a file; - is standard input.")
    ],
    k: Annotated[int, typer.Option("-k", min=1, help="How many nets.")] = 10,
    environments: Annotated[
        bool, typer.Option("--environments", help="Match each node of an entry to the nearest crystalline one.")
    ] = False,
    same_coordination: Annotated[
        bool, typer.Option("--same-coordination", help="With --environments: only ones with as many bonds.")
    ] = False,
    metric: Annotated[Near, typer.Option(help="carvs: topological distance; ring-sizes: earth mover's.")] = Near.carvs,
    approximate: Annotated[
        bool, typer.Option("--approximate", help="Look into the side index (see `db index`), which may miss some.")
    ] = False,
    bonds: BondRules = None,
    types: Types = None,
    input_format: InputFormat = None,
    seed: Seed = 0,
    db: Db = DEFAULT_DB,
    *,
    filters: Filters,
    out: Output,
) -> None:
    """Find the nets whose ring statistics are nearest, with distance and noise.

    Without a catalogue they are sought among the nets that come with carvsdb.
    """
    if same_coordination and not environments:
        raise typer.BadParameter("goes with --environments", param_hint="--same-coordination")
    if environments and (not filters.is_empty or metric is not Near.carvs or approximate):
        raise typer.BadParameter(
            "asks all crystalline nets, without conditions, --metric or --approximate", param_hint="--environments"
        )
    from carvsdb.catalogue.similarity.made_alike import how_made

    with asked_catalogue(db) as (catalogue, source):
        if environments:
            _compose(catalogue, source, query, same_coordination, out)
            return
        asked: str | Entry = (
            entry_of_file(query, bonds, types, input_format) if is_input(query) else catalogue.label(query)
        )
        answer = catalogue.similar(asked, k, filters=filters, metric=metric.value, approximate=approximate, seed=seed)
    hits = answer.rows()
    label = asked if isinstance(asked, str) else asked.label
    for sentence in answer.notes:
        say(sentence)
    if not hits and not filters.is_empty:
        say(f"no net that can be compared meets {filters.words()}")
    cells = [
        (
            hit["label"],
            with_copies(hit["name"], hit["interpenetration"]),
            hit["kind"],
            hit["coordination"],
            f"{hit['distance']:.4f}",
            "" if hit["noise_kind"] == "none" else f"{hit['noise']:.4f}",
            hit["symbol"],
        )
        for hit in hits
    ]
    header = ("label", "net", "kind", "bonds", "distance", "noise", "CARVS")
    made = how_made((hit["label"], hit["clustering"], hit["bond_rule"]) for hit in hits)
    out.answer(
        document={"query": label, "catalogue": source, "hits": hits},
        rows=hits,
        text=lambda: "\n".join(
            [f"nearest to {escaped(label)}", table(cells, header), *([escaped(made)] if made else [])]
        ),
    )


def _compose(catalogue: "Catalogue", source: str, query: str, same_coordination: bool, out: Output) -> None:
    answer = catalogue.environments(query, same_coordination=same_coordination)
    label = catalogue.label(query)
    for sentence in answer.notes:
        say(sentence)
    rows = answer.rows()
    cells = [
        (
            f"{100 * row['share']:.1f} %",
            row["vertex_symbol"],
            str(row["coordination"]),
            f"{row['distance']:.4f}",
            ", ".join(row["nets"]),
        )
        for row in rows
    ]
    title = f"nearest crystalline environments of the nodes of {escaped(label)}"
    header = ("nodes", "vertex symbol", "bonds", "distance", "in")
    out.answer(
        document={"query": label, "catalogue": source, "environments": rows},
        rows=rows,
        text=lambda: f"{title}\n{table(cells, header)}",
    )


def is_input(name: str) -> bool:
    """Tell whether a name is that of a file, or ``-`` for standard input."""
    return name == STANDARD_INPUT or Path(name).is_file()


def entry_of_file(
    path: str, bonds: list[str] | None = None, types: str | None = None, input_format: str | None = None
) -> "Entry":
    """Analyse the one net of a file, or of standard input, and say what was decided and doubted."""
    from carvsdb_ingest.tasks.likeness import entry_of_file as analysed

    options = read_options(types=types, bonds=bonds)
    is_typed = path == STANDARD_INPUT
    asked, name = (standard_input(input_format), "standard input") if is_typed else (path, path)
    with within(name):
        entry, sentences = analysed(asked, options)
    for sentence in sentences:
        say(f"{name}: {sentence}")
    return entry


@answered
def distance(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME|FILE...", help="Entries, or files; - is standard input.")
    ] = None,
    pool: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME,NAME", help="Models of one material, as one entry more (repeatable)."),
    ] = None,
    metric: Annotated[
        Metric,
        typer.Option(help="carvs: topological; ring-sizes, nodes: earth mover's; shells: coordination sequence."),
    ] = Metric.carvs,
    bonds: BondRules = None,
    types: Types = None,
    input_format: InputFormat = None,
    seed: Seed = 0,
    db: Db = DEFAULT_DB,
    *,
    out: Output,
) -> None:
    """Measure the distances between two entries or files or more, with noise, and say whether they differ beyond it.

    Without a catalogue names are those of nets that come with carvsdb. The nets of files are not stored.
    """
    asked = [*([name] for name in names or []), *([part.strip() for part in one.split(",")] for one in pool or [])]
    if len(asked) < 2:
        raise typer.BadParameter("a distance needs two entries or files or more", param_hint="NAME|FILE...")

    asked_names = list(dict.fromkeys(name for group in asked for name in group))
    files = {name: entry_of_file(name, bonds, types, input_format) for name in asked_names if is_input(name)}
    called = Counter([entry.label for entry in files.values()] + [name for name in asked_names if name not in files])
    # RRO.cif beside the entry RRO is called by its path.
    files = {path: replace(entry, label=path) if called[entry.label] > 1 else entry for path, entry in files.items()}
    entries = [[files.get(name, name) for name in group] for group in asked]
    with asked_catalogue(db) as (catalogue, _):
        distances = catalogue.distance(entries, metric=metric.value, seed=seed)
    for sentence in distances.notes:
        say(sentence)
    labels = list(distances.labels)
    words = [[distances.in_words(row, column) for column in range(len(labels))] for row in range(len(labels))]
    pairs = [
        {
            "first": first,
            "second": labels[column],
            "distance": float(distances.matrix[row, column]),
            "noise": float(distances.noise[row, column]),
            "noise_kind": distances.noise_kind[row][column],
            "words": words[row][column],
        }
        for row, first in enumerate(labels)
        for column in range(row + 1, len(labels))
    ]
    document = {
        "labels": labels,
        "matrix": distances.matrix.tolist(),
        "noise": distances.noise.tolist(),
        "noise_kind": distances.noise_kind,
        "words": words,
        "metric": distances.metric,
        "clusterings": [sorted({one[1] for one in models}) for models in distances.made],
        "bond_rules": [sorted({one[2] for one in models}) for models in distances.made],
    }
    out.answer(document=document, rows=pairs, text=lambda: _matrix(distances, words))


def _matrix(distances: "DistanceTable", words: list[list[str]]) -> str:
    """Write a table of distances, and what they mean."""
    from carvsdb.catalogue.similarity.made_alike import how_made

    labels = list(distances.labels)
    cells = [
        [label, *(_cell(distances.matrix[row, column], distances.noise[row, column]) for column in range(len(labels)))]
        for row, label in enumerate(labels)
    ]
    lines = [table(cells, ["", *map(escaped, labels)])]
    kinds = {kind for row in distances.noise_kind for kind in row} if distances.noise.any() else set()
    if "blocks" in kinds:
        lines.append("± noise: what resampling blocks of space alone would make of it; crystals have none")
    if "models" in kinds:
        lines.append("± noise: the spread between the models of a pool")
    for row, first in enumerate(labels):
        for column in range(row + 1, len(labels)):
            if distances.noise[row, column] or distances.unlike(row, column):
                lines.append(f"{first} and {labels[column]}: {words[row][column]}")
    made = how_made(one for models in distances.made for one in models)
    if made:
        lines.append(made)
    return "\n".join(lines)


def _cell(distance: float, noise: float) -> str:
    return f"{distance:.4f} ± {noise:.4f}" if noise else f"{distance:.4f}"
