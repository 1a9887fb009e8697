"""`carvsdb containing` and `duplicates`: where else a node is, and what is stored twice."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from carvsdb.cli.options import DEFAULT_DB, Db, Json
from carvsdb.cli.output import answer_json, say, table


class By(StrEnum):
    """By what duplicates are sought."""

    key = "key"
    file = "file"
    structure = "structure"
    twins = "twins"
    vector = "vector"


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
    as_json: Json = False,
) -> None:
    """Find the nets that contain nodes like those of one sort of a net, the largest share of nodes first."""
    from carvsdb.catalogue import Catalogue
    from carvsdb.cli.compare import entry_of_file

    if not Path(query).is_file():
        with Catalogue.open(db, read_only=True) as catalogue:
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
        with Catalogue.open(db, read_only=True) as catalogue:
            found = [] if sorts else catalogue.containing_counts(counts, within=within, limit=limit).rows()
    if sorts:
        if as_json:
            answer_json({"query": label, "sorts": every})
            return
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
        print(table(cells, ("sort", "nodes", "vertex symbol", "bonds", "rings")))
        return
    asked = every[sort]
    if as_json:
        answer_json({"query": label, "sort": asked, "nets": found})
        return
    say(f"sort {sort} of {len(every)} of {label}: {asked['vertex_symbol']}, {asked['symbol']}")
    rows = [
        (one["label"], one["kind"], str(one["nodes"]), f"{100 * one['share']:.1f} %", f"{one['distance']:.4f}")
        for one in found
    ]
    print(table(rows, ("label", "kind", "nodes", "share", "distance")))


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
    as_json: Json = False,
) -> None:
    """List what is stored more than once, the largest group first."""
    from carvsdb.catalogue import Catalogue

    with Catalogue.open(db, read_only=True) as catalogue:
        rows = (catalogue.distinct_nets() if nets else catalogue.duplicates(by.value)).rows()
    if as_json:
        answer_json(rows)
    elif nets:
        cells = [
            (one["name"] or "", one["clustering"], str(one["materials"]), str(one["nets"]), one["representative"])
            for one in rows
        ]
        print(table(cells, ("net", "clustering", "materials", "entries", "such as")))
    else:
        print(
            table(
                [
                    (one["representative"], str(one["count"]), str(one["keys"]), ", ".join(one["labels"]))
                    for one in rows
                ],
                ("representative", "entries", "keys", "labels"),
            )
        )
        say(f"{len(rows)} groups; {sum(one['count'] - 1 for one in rows)} entries repeat another")
