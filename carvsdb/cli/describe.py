"""`carvsdb describe`: what a net is."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from carvsdb.cli.options import (
    CutOffOrAuto,
    Json,
    LinkerTypes,
    MaxRings,
    Names,
    NodeOnly,
    NodeTypes,
    RingKind,
    Rings,
    Strict,
    cut_off,
    names_file,
    read_options,
)
from carvsdb.cli.output import answer_json, say
from carvsdb.errors import CarvsdbError


class Clustering(StrEnum):
    """What becomes of linkers."""

    node_linker = "node-linker"
    node_only = "node-only"


def describe(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="CGD, or LAMMPS data with bonds.")],
    rings: Rings = RingKind.ring,
    max_ring_size: CutOffOrAuto = "27",
    max_rings: MaxRings = None,
    clustering: Annotated[
        list[Clustering] | None, typer.Option(help="With linkers or without them; repeat it for both.")
    ] = None,
    node_only: NodeOnly = False,
    pool: Annotated[
        bool, typer.Option("--pool", help="Also pool the nodes of all nets, as models of one material.")
    ] = False,
    node_types: NodeTypes = None,
    linker_types: LinkerTypes = None,
    strict: Strict = False,
    names: Names = None,
    as_json: Json = False,
) -> None:
    """Say what the nets of files are: size, coordination, rings, CARVS, symbols."""
    from carvsdb.cli.report import report
    from carvsdb.rings import Carvs
    from carvsdb_ingest.analysis import AnalysisOptions, analyse
    from carvsdb_ingest.readers import read_items

    read = read_options(node_types, linker_types, strict)
    wanted = list(clustering or []) + ([Clustering.node_only] if node_only else []) or [Clustering.node_linker]
    own = names_file(names)
    options = [
        AnalysisOptions(
            max_ring_size=cut_off(max_ring_size),
            node_only=one is Clustering.node_only,
            ring_kind=rings.value,
            max_rings=max_rings,
            names=own,
        )
        for one in wanted
    ]
    failures: list[CarvsdbError] = []
    models: dict[bool, list[Carvs]] = {}
    n_described = 0
    for file in files:
        try:
            for item in read_items(file, read):
                for sentence in item.notes:
                    say(f"{file}: {sentence}")
                for option in options:
                    analysis = analyse(item, option)
                    models.setdefault(option.node_only, []).append(analysis.census.carvs())
                    description = analysis.description
                    for sentence in description.quality:
                        say(f"{file}: {sentence}")
                    if as_json:
                        answer_json(description.model_dump())
                    else:
                        print(("\n" if n_described else "") + report(description))
                    n_described += 1
        except CarvsdbError as error:
            failures.append(error)
            if len(files) > 1:
                say(str(error))
    if failures and n_described == 0 and len(files) == 1:
        raise failures[0]
    for option in options if pool and n_described else []:
        pooled = Carvs.pooled(models[option.node_only])
        if as_json:
            answer_json(
                {
                    "pooled": len(models[option.node_only]),
                    "n_nodes": pooled.n_nodes,
                    "linker_aware": pooled.linker_aware,
                    "ring_kind": pooled.ring_kind,
                    "max_ring_size": pooled.max_ring_size,
                    "completeness": pooled.completeness,
                    "largest_ring": pooled.largest_ring,
                    "carvs": {
                        "vector": pooled.vector.tolist(),
                        "sigma": pooled.sigma,
                        "symbol": pooled.symbol,
                    },
                }
            )
        else:
            print(f"\npooled, {len(models[option.node_only])} nets, {pooled.n_nodes} nodes: {pooled.symbol}")
    if failures:
        raise typer.Exit(6 if n_described else failures[0].exit_code)
