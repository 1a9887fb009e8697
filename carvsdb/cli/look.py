"""`carvsdb list`, `show` and `sql`: what the catalogue holds."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carvsdb.cli.answered import Output, answered
from carvsdb.cli.asked_catalogue import asked_catalogue, opened
from carvsdb.cli.describe import DESCRIBED
from carvsdb.cli.filtered import filtered
from carvsdb.cli.options import DEFAULT_DB, Db
from carvsdb.cli.output import json_value, say, table, with_copies
from carvsdb_schemas.filters import Filters

if TYPE_CHECKING:
    from carvsdb_schemas.answers import RefinementAnswer, ShowAnswer

_SHOWN = 1000


@filtered
@answered
def list_entries(
    limit: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="How many, at most; on a terminal 1,000 unless told otherwise."),
    ] = None,
    db: Db = DEFAULT_DB,
    *,
    filters: Filters,
    out: Output,
) -> None:
    """List the entries of the catalogue, or those that meet some conditions."""
    from carvsdb.catalogue.file.place import check_there

    check_there(Path(db), read_only=True)
    from carvsdb.catalogue.file.schema import open_checked
    from carvsdb.catalogue.questions.listing import listed_rows

    if limit is None and out.is_cut:
        limit = _SHOWN
    with open_checked(Path(db), read_only=True) as storage:
        rows, notes = listed_rows(storage, filters, limit)
    for sentence in notes:
        say(f"{sentence}: `--limit` shows more, conditions such as `--kind` fewer")
    if not rows and not filters.is_empty:
        say(f"no net meets {filters.words()}")
        if filters.metal or filters.linker or filters.unit:
            say("units are known of what was ingested with --units")
    elif not rows:
        say(f"{db} holds no nets; if it was moved after a killed run, its log {db}.wal belongs beside it")
    header = ("label", "net", "kind", "nodes", "bonds", "point symbol", "CARVS", "source", "status")
    cells = [
        (
            row["label"],
            with_copies(row["name"], row["interpenetration"]),
            row["kind"],
            str(row["n_nodes"]),
            row["coordination"],
            row["point_symbol"],
            row["symbol"] or "no rings",
            row["source"] or "",
            row["status"],
        )
        for row in rows
    ]
    out.answer(document=rows, rows=rows, text=lambda: table(cells, header))


@answered
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Label, start of a label, source id or net name.")],
    lineage: Annotated[
        bool, typer.Option("--lineage", help="What a refined model, or the key of a run, was made from, back to data.")
    ] = False,
    db: Db = DEFAULT_DB,
    *,
    out: Output,
) -> None:
    """Show all that is known of an entry; without a catalogue, of a net that comes with carvsdb."""
    with asked_catalogue(db) as (catalogue, source):
        if lineage:
            from carvsdb.cli.lineage import answer_lineage

            answer_lineage(catalogue.lineage(name).model_copy(update={"catalogue": source}), out)
            return
        answer = catalogue.show(name)
    from carvsdb.cli.report import report

    document = answer.model_copy(update={"catalogue": source}).model_dump()
    about = {name: value for name, value in document.items() if name != "description"}
    out.answer(
        document=document,
        rows=[{**document["description"], **about}],
        text=lambda: "\n".join([report(answer.description, stored=True), *_about(answer)]),
        shown=DESCRIBED,
    )


def _about(answer: "ShowAnswer") -> list[str]:
    """Write where an entry comes from and how it was made."""
    from carvsdb.cli.units import units_in_words

    about = {
        "kind": answer.kind,
        "sha256": answer.sha256,
        "source": answer.source.collection if answer.source else None,
        "cite": answer.source.citation if answer.source else None,
        "tags": ", ".join(answer.tags) or None,
        "units": units_in_words(answer.description.units) if answer.description.units else None,
        "MOFid-like": answer.description.mofid_like,
        "same net": _recurring(answer),
        "file": answer.description.file,
        "provenance": json.dumps(answer.provenance, ensure_ascii=False) if answer.provenance else None,
        "analysed by": f"carvsdb {answer.description.version}",
        "searches": ", ".join(
            f"{one.ring_kind}s to {one.max_ring_size} ({one.completeness})" for one in answer.searches
        ),
        "quality": "; ".join(answer.description.quality) or None,
    }
    lines = [f"  {field:<17} {value}" for field, value in about.items() if value]
    return lines + [f"  {line}" for one in answer.refinements for line in _refined(one)]


def _recurring(answer: "ShowAnswer") -> str | None:
    """Say how often a net that has no name recurs, and what it is."""
    description = answer.description
    if description.key is None or description.names or answer.same_net is None:
        return None
    from carvsdb.topology import short_id

    degrees = ", ".join(f"{degree} x{number}" for degree, number in description.coordination.items())
    return f"{short_id(description.key)} in {answer.same_net} structures here: nodes of {degrees}"


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


@answered
def sql(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="One SELECT; the view `entry` has a row per net.")],
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="How many rows, at most; on a terminal 1,000.")
    ] = None,
    db: Db = DEFAULT_DB,
    *,
    out: Output,
) -> None:
    """Ask the catalogue in SQL, without changing it."""
    from carvsdb.catalogue.questions.answer import Answer

    with opened(db) as catalogue:
        answer = catalogue.query(query)
    for sentence in answer.notes:
        say(sentence)
    most = limit or (_SHOWN if out.is_cut else None)
    table_ = answer.table if most is None else answer.table.slice(0, most)
    if len(table_) < len(answer):
        say(f"{len(answer) - len(table_)} more rows: `--limit` shows more, and -o writes all")
    rows = Answer(table_).rows()
    documents = [{name: json_value(value) for name, value in row.items()} for row in rows]
    header = table_.column_names
    out.answer(
        document=documents,
        rows=documents,
        text=lambda: table([[_cell(row[name]) for name in header] for row in rows], header),
    )


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    return "" if value is None else str(value)
