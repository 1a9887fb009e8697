"""`carvsdb list`, `show` and `sql`: what the catalogue holds."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from carvsdb.cli.filtered import filtered
from carvsdb.cli.options import DEFAULT_DB, Db, Json
from carvsdb.cli.output import answer_json, json_value, say, table
from carvsdb_schemas.filters import Filters

if TYPE_CHECKING:
    from carvsdb_schemas.answers import RefinementAnswer

_SHOWN = 1000


@filtered
def list_entries(
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="How many, at most; a table has 1,000 unless told otherwise.")
    ] = None,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
    *,
    filters: Filters,
) -> None:
    """List the entries of the catalogue, or those that meet some conditions."""
    from carvsdb.catalogue import Catalogue

    if limit is None and not as_json:
        limit = _SHOWN
    with Catalogue.open(db, read_only=True) as catalogue:
        answer = catalogue.list(filters, limit=limit)
    for sentence in answer.notes:
        say(f"{sentence}: `--limit` shows more, conditions such as `--kind` fewer")
    rows = answer.rows()
    if not rows and not filters.is_empty:
        say(f"no net meets {filters.words()}")
    elif not rows:
        say(f"{db} holds no nets; if it was moved after a killed run, its log {db}.wal belongs beside it")
    if as_json:
        answer_json(rows)
        return
    header = ("label", "kind", "nodes", "CARVS", "name", "source", "status")
    print(
        table(
            [
                (
                    row["label"],
                    row["kind"],
                    str(row["n_nodes"]),
                    row["symbol"] or "no rings",
                    row["name"] or "",
                    row["source"] or "",
                    row["status"],
                )
                for row in rows
            ],
            header,
        )
    )


def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Label, start of a label, source id or net name.")],
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Show all that is known of an entry."""
    from carvsdb.catalogue import Catalogue
    from carvsdb.cli.report import report

    with Catalogue.open(db, read_only=True) as catalogue:
        answer = catalogue.show(name)
    if as_json:
        answer_json(answer.model_dump())
        return
    print(report(answer.description))
    about = {
        "kind": answer.kind,
        "sha256": answer.sha256,
        "source": answer.source.collection if answer.source else None,
        "cite": answer.source.citation if answer.source else None,
        "file": answer.description.file,
        "provenance": json.dumps(answer.provenance, ensure_ascii=False) if answer.provenance else None,
        "analysed by": f"carvsdb {answer.description.version}",
        "searches": ", ".join(
            f"{one.ring_kind}s to {one.max_ring_size} ({one.completeness})" for one in answer.searches
        ),
        "quality": "; ".join(answer.description.quality) or None,
    }
    for field, value in about.items():
        if value:
            print(f"  {field:<17} {value}")
    for line in (line for one in answer.refinements for line in _refined(one)):
        print(f"  {line}")


def _refined(one: "RefinementAnswer") -> list[str]:
    """Write how a model was made."""
    parts = [f"seed {one.seed}"]
    parts += [f"{one.moves:,} moves"] if one.moves is not None else []
    parts += [f"{one.temperature:g} K"] if one.temperature is not None else []
    parts += [f"{one.energy_per_atom:.6f} eV/atom"] if one.energy_per_atom is not None else []
    lines = [f"{'refined':<17} {', '.join([*parts, f'carvsdb {one.version}'])}"]
    for data in one.data:
        fits = [f"Rw {data.rw:.4f}"] if data.rw is not None else []
        fits += [f"{data.fitted_rw:.4f} as fitted"] if data.fitted_rw is not None else []
        lines.append(f"{'data':<17} {data.kind} {data.function} {', '.join(fits)} ({data.file})")
    lines.append(f"{'potential':<17} {one.potential or 'none'}")
    return lines


def sql(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="One SELECT; the view `entry` has a row per net.")],
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Ask the catalogue in SQL, without changing it."""
    from carvsdb.catalogue import Catalogue

    with Catalogue.open(db, read_only=True) as catalogue:
        answer = catalogue.query(query)
    for sentence in answer.notes:
        say(sentence)
    if as_json:
        answer_json([{name: json_value(value) for name, value in row.items()} for row in answer.rows()])
    else:
        print(answer)
