"""`carvsdb rings`: the rings themselves."""

from pathlib import Path
from typing import Annotated

import typer

from carvsdb.cli.options import (
    BondRules,
    Clusterings,
    CutOffOrAuto,
    Json,
    LinkerTypes,
    MaxRings,
    NodeOnly,
    NodeTypes,
    RingKind,
    Rings,
    TimeLimit,
    Types,
    cut_off,
    read_options,
)
from carvsdb.cli.output import answer_json, say
from carvsdb.cli.time_limit import within
from carvsdb.errors import InputError


def rings(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of one net, or of atoms.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Rings as .parquet, nodes as .xyz or .dump.")
    ],
    rings: Rings = RingKind.ring,
    max_ring_size: CutOffOrAuto = "27",
    max_rings: MaxRings = None,
    size: Annotated[list[int] | None, typer.Option(metavar="N", help="Only rings of N nodes (repeatable).")] = None,
    node_only: NodeOnly = False,
    node_types: NodeTypes = None,
    linker_types: LinkerTypes = None,
    clustering: Clusterings = None,
    bonds: BondRules = None,
    types: Types = None,
    time_limit: TimeLimit = None,
    as_json: Json = False,
) -> None:
    """Write the rings of a net: each with its vertices and their cells, or mean ring size by node.

    The .xyz and .dump forms have n_rings, c_arpn (mean ring size) and c_srpn (its standard deviation) per node.
    """
    from carvsdb.net import replace_linkers
    from carvsdb.rings import select_sizes
    from carvsdb_ingest.analysis import read_items
    from carvsdb_ingest.analysis.analyse import AnalysisOptions, search_rings
    from carvsdb_ingest.writers import write_rings

    how = read_options(node_types, linker_types, types=types, bonds=bonds, clusterings=clustering)
    with within(file, time_limit):
        items = read_items(file, how)
    if len(items) != 1:
        raise InputError(f"holds {len(items)} nets; rings are written of one", path=file)
    for sentence in items[0].notes:
        say(f"{file}: {sentence}")
    options = AnalysisOptions(
        max_ring_size=cut_off(max_ring_size), node_only=node_only, ring_kind=rings.value, max_rings=max_rings
    )
    with within(file, time_limit):
        census = search_rings(replace_linkers(items[0].net) if node_only else items[0].net, options)
    if size:
        census = select_sizes(census, set(size))
    write_rings(census, output)
    if as_json:
        answer_json(
            {
                "file": str(output),
                "rings": census.n_rings,
                "ring_counts": {str(one): number for one, number in census.ring_counts.items()},
                "ring_kind": census.ring_kind,
                "max_ring_size": census.max_ring_size,
                "completeness": census.completeness,
            }
        )
    else:
        kind = "strong rings" if census.ring_kind == "strong" else "rings"
        print(f"{output}: {census.n_rings} {kind} up to {census.max_ring_size}, completeness {census.completeness}")
