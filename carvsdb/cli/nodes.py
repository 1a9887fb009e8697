"""`carvsdb containing` and `duplicates`: where else a node is, and what is stored twice."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from carvsdb.cli.answered import Output, answered
from carvsdb.cli.asked_catalogue import asked_catalogue, opened
from carvsdb.cli.options import DEFAULT_DB, Db
from carvsdb.cli.output import say, table


class By(StrEnum):
    """By what duplicates are sought."""

    key = "key"
    file = "file"
    structure = "structure"
    twins = "twins"
    vector = "vector"


@answered
def containing(
    query: Annotated[str, typer.Argument(metavar="NAME|FILE", help="An entry of the catalogue, or a net file.")],
    sort: Annotated[
        int, typer.Option(min=0, metavar="N", help="Which sort of its nodes, the most frequent first.")
    ] = 0,
    within: Annotated[
        float, typer.Option(min=0, max=1, metavar="D", help="How far such nodes may be; 0 asks for equal ones.")
    ] = 0.0,
    sorts: Annotated[bool, typer.Option("--sorts", help="List the sorts of node of the entry instead.")] = False,
    limit: Annotated[int, typer.Option("-k", "--limit", min=1, metavar="N", help="How many nets.")] = 100,
    db: Db = DEFAULT_DB,
    *,
    out: Output,
) -> None:
    """Find the nets that contain nodes like those of one sort of a net, the largest share of nodes first.

    Without a catalogue they are sought among the nets that come with carvsdb.
    """
    from carvsdb.catalogue import Catalogue
    from carvsdb.cli.compare import entry_of_file

    if not Path(query).is_file():
        with asked_catalogue(db) as (catalogue, _):
            label = catalogue.label(query)
            every = catalogue.sorts(query).rows()
            found = [] if sorts else catalogue.containing(query, sort, within=within, limit=limit).rows()
    else:
        entry = entry_of_file(query)
        label = entry.label
        with Catalogue.in_memory() as alone:
            alone.add([entry])
            every = alone.sorts(label).rows()
            counts = alone.node_counts(label, sort)
        with asked_catalogue(db) as (catalogue, _):
            found = [] if sorts else catalogue.containing_counts(counts, within=within, limit=limit).rows()
    if sorts:
        cells = [
            (
                str(one["sort"]),
                f"{100 * one['share']:.1f} %",
                one["vertex_symbol"],
                str(one["coordination"]),
                one["symbol"],
            )
            for one in every
        ]
        header = ("sort", "nodes", "vertex symbol", "bonds", "rings")
        out.answer(document={"query": label, "sorts": every}, rows=every, text=lambda: table(cells, header))
        return
    asked = every[sort]
    if not out.is_json:
        say(f"sort {sort} of {len(every)} of {label}: {asked['vertex_symbol']}, {asked['symbol']}")
    cells = [
        (one["label"], one["kind"], str(one["nodes"]), f"{100 * one['share']:.1f} %", f"{one['distance']:.4f}")
        for one in found
    ]
    out.answer(
        document={"query": label, "sort": asked, "nets": found},
        rows=found,
        text=lambda: table(cells, ("label", "kind", "nodes", "share", "distance")),
    )


@answered
def duplicates(
    by: Annotated[
        By,
        typer.Option(
            help="key: the same net, clustering and formula; file: the same bytes; structure: the same atoms; twins: "
            "one refcode with several endings (_ASR, _FSR, ...); vector: the same ring statistics."
        ),
    ] = By.key,
    nets: Annotated[bool, typer.Option("--nets", help="Count materials by distinct net instead.")] = False,
    db: Db = DEFAULT_DB,
    *,
    out: Output,
) -> None:
    """List what is stored more than once, the largest group first."""
    with opened(db) as catalogue:
        rows = (catalogue.distinct_nets() if nets else catalogue.duplicates(by.value)).rows()
    header: tuple[str, ...]
    cells: list[tuple[str, ...]]
    if nets:
        header = ("net", "clustering", "materials", "entries", "such as")
        cells = [
            (one["name"] or "", one["clustering"], str(one["materials"]), str(one["nets"]), one["representative"])
            for one in rows
        ]
    else:
        header = ("representative", "entries", "keys", "labels")
        cells = [(one["representative"], str(one["count"]), str(one["keys"]), ", ".join(one["labels"])) for one in rows]
        if not out.is_json:
            say(f"{len(rows)} groups; {sum(one['count'] - 1 for one in rows)} entries repeat another")
    out.answer(document=rows, rows=rows, text=lambda: table(cells, header))
