"""`carvsdb ingest` and `carvsdb sources`: nets into the catalogue."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from carvsdb.cli.options import (
    DEFAULT_DB,
    NODE_ONLY,
    BondRules,
    Clusterings,
    CutOffOrAuto,
    Db,
    Json,
    LinkerTypes,
    MaxInputSize,
    MaxRings,
    Names,
    NodeOnly,
    NodeTypes,
    RingKind,
    Rings,
    Strict,
    TimeLimit,
    Types,
    Verbose,
    cut_off,
    names_file,
    read_options,
)
from carvsdb.cli.output import answer_json, say, table
from carvsdb.cli.progress import ProgressLine
from carvsdb.cli.units import say_what_units_lack


class Backend(StrEnum):
    """Who does the work."""

    local = "local"
    dask = "dask"


def ingest(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH...", help="Files and folders.")] = None,
    source: Annotated[str | None, typer.Option(metavar="NAME", help="A named collection instead of paths.")] = None,
    from_path: Annotated[
        Path | None, typer.Option("--from", metavar="PATH", help="Where the collection's files are, if not installed.")
    ] = None,
    label: Annotated[str | None, typer.Option(help="What to call the entry (one net only).")] = None,
    kind: Annotated[str | None, typer.Option(help="crystalline, amorphous or generated; guessed if not given.")] = None,
    rings: Rings = RingKind.ring,
    max_ring_size: CutOffOrAuto = "27",
    max_rings: MaxRings = None,
    node_only: NodeOnly = False,
    node_types: NodeTypes = None,
    linker_types: LinkerTypes = None,
    clustering: Clusterings = None,
    bonds: BondRules = None,
    types: Types = None,
    strict: Strict = False,
    time_limit: TimeLimit = None,
    max_input_size: MaxInputSize = "1GiB",
    names: Names = None,
    workers: Annotated[int | None, typer.Option(metavar="N", help="Processes; default by the number of files.")] = None,
    shards: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where workers write; default beside the catalogue.")
    ] = None,
    backend: Annotated[Backend, typer.Option(help="local: this machine; dask: a cluster.")] = Backend.local,
    scheduler: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Of dask: tcp://host:8786.")] = None,
    units: Annotated[
        bool, typer.Option("--units", help="Also store what vertices and edges are made of; linkers with a SMILES.")
    ] = False,
    tags: Annotated[
        list[str] | None, typer.Option("--tag", metavar="TAG", help="A word of your own on each entry (repeatable).")
    ] = None,
    verbose: Verbose = False,
    retry: Annotated[bool, typer.Option("--retry", help="Try again what was rejected before.")] = False,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Put the nets of files, folders or a named collection into the catalogue.

    What is stored already stays as it is; what cannot be used is reported and passed over.
    """
    if bool(paths) == bool(source):
        raise typer.BadParameter("give files or folders, or one --source NAME", param_hint="PATH...")
    if from_path is not None and not source:
        raise typer.BadParameter("it says where a collection is: give --source NAME too", param_hint="--from")
    if clustering and NODE_ONLY in clustering and len(clustering) > 1:
        raise typer.BadParameter("node-only goes alone: ingest once more without it", param_hint="--clustering")
    if label is not None and (source or len(paths or []) != 1):
        raise typer.BadParameter("a label needs exactly one file", param_hint="--label")
    from carvsdb_ingest.analysis.analyse import AnalysisOptions
    from carvsdb_ingest.files.limits import size_from_words
    from carvsdb_ingest.sources import source_named
    from carvsdb_ingest.tasks.pipeline import Workers, filling, ingest_collection, ingest_files, net_files

    analysis = AnalysisOptions(
        max_ring_size=cut_off(max_ring_size),
        node_only=node_only or NODE_ONLY in (clustering or []),
        ring_kind=rings.value,
        max_rings=max_rings,
        names=names_file(names),
        units=units,
    )
    if units:
        say_what_units_lack()
    read = read_options(node_types, linker_types, strict, types, bonds, clustering)
    who = Workers(workers, backend.value, scheduler)
    most = size_from_words(max_input_size)
    collection = source_named(source) if source else None
    files = net_files(paths or [])
    progress = ProgressLine(verbose)
    with filling(db, say) as catalogue:
        if collection is not None:
            report = ingest_collection(
                catalogue,
                collection,
                path=from_path,
                read=read,
                analysis=analysis,
                workers=who,
                shards=shards,
                retry=retry,
                time_limit=time_limit,
                max_input_size=most,
                note=progress.note,
                progress=progress.show,
            )
        else:
            report = ingest_files(
                catalogue,
                files,
                read=read,
                analysis=analysis,
                label=label,
                kind=kind,
                workers=who,
                shards=shards,
                retry=retry,
                time_limit=time_limit,
                max_input_size=most,
                note=progress.note,
                progress=progress.show,
            )
        if tags and (report.added or report.unchanged):
            catalogue.tag([*report.added, *report.unchanged], *tags)
    progress.end()
    if as_json:
        answer_json(report.answer().model_dump())
    else:
        counts = f"{len(report.added)} added, {len(report.unchanged)} unchanged, {len(report.rejected)} rejected"
        print(f"{db}: {counts}")
        if len(report.by_cause) > 1:
            rows = [(status, cause or "", str(number)) for (status, cause), number in sorted(report.by_cause.items())]
            print(table(rows, ("status", "cause", "nets")))
    if report.rejected:
        partly = report.added or report.unchanged
        raise typer.Exit(6 if partly else report.rejected[0][1].exit_code)


def sources(as_json: Json = False) -> None:
    """List the named collections: licence, citation, how to get them."""
    from carvsdb_ingest.sources import SOURCES

    fields = ("name", "title", "version", "licence", "citation", "url", "doi", "how")
    if as_json:
        answer_json([{field: getattr(one, field) for field in fields} for one in SOURCES.values()])
        return
    rows = [(one.name, one.version, one.licence or "none stated") for one in SOURCES.values()]
    print(table(rows, ("name", "version", "licence")))
    for one in SOURCES.values():
        cite = one.citation if one.doi in one.citation else f"{one.citation}, doi:{one.doi}"
        print(f"\n{one.name}: {one.title}\n  cite {cite}\n  get it: {one.how}")
