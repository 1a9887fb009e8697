"""`carvsdb describe`: what a net is."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carvsdb.cli.options import (
    NODE_ONLY,
    BondRules,
    Clusterings,
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
    Types,
    clusterings_named,
    cut_off,
    names_file,
    read_options,
)
from carvsdb.cli.output import answer_json, say
from carvsdb.errors import CarvsdbError

if TYPE_CHECKING:
    from carvsdb.rings import Carvs
    from carvsdb_ingest.analysis.item import NetItem


def describe(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Nets or atoms: CGD, CIF, xyz, LAMMPS.")],
    rings: Rings = RingKind.ring,
    max_ring_size: CutOffOrAuto = "27",
    max_rings: MaxRings = None,
    clustering: Clusterings = None,
    bonds: BondRules = None,
    types: Types = None,
    geometry: Annotated[
        bool, typer.Option("--geometry", help="Also distances, angles, and CARVS by coordination.")
    ] = False,
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
    """Say what the nets of files are: size, coordination, rings, CARVS, symbols.

    Atoms (CIF, extended xyz, POSCAR, LAMMPS data and dumps) become nets by a bond rule and a clustering.
    """
    from carvsdb.cli.report import local_report, report
    from carvsdb_ingest.analysis import read_each
    from carvsdb_ingest.analysis.analyse import AnalysisOptions, analyse

    wanted = clusterings_named(clustering or []) + ([NODE_ONLY] if node_only else [])
    read = read_options(node_types, linker_types, strict, types, bonds, wanted)
    own = names_file(names)
    ways = {
        without: AnalysisOptions(
            max_ring_size=cut_off(max_ring_size),
            node_only=without,
            ring_kind=rings.value,
            max_rings=max_rings,
            names=own,
        )
        for without in (False, True)
    }
    failures: list[CarvsdbError] = []
    models: dict[str, list[Carvs]] = {}
    n_described = 0
    for file in files:
        for item in read_each(file, read):
            try:
                if isinstance(item, CarvsdbError):
                    raise item
                for sentence in item.notes:
                    say(f"{item.path}: {sentence}")
                for without in _ways(item, wanted):
                    analysis = analyse(item, ways[without])
                    description = analysis.description
                    models.setdefault(description.clustering, []).append(analysis.census.carvs())
                    for sentence in description.quality:
                        say(f"{item.path}: {sentence}")
                    if as_json:
                        answer_json(description.model_dump())
                    else:
                        print(("\n" if n_described else "") + report(description))
                        if geometry:
                            print(local_report(description))
                    n_described += 1
            except CarvsdbError as error:
                failures.append(error)
                if len(files) > 1:
                    say(str(error))
    if len(failures) == 1 and n_described == 0 and len(files) == 1:
        raise failures[0]
    for failure in failures if len(files) == 1 else []:
        say(str(failure))
    for carvs in models.values() if pool else []:
        _answer_pooled(carvs, as_json)
    if failures:
        raise typer.Exit(6 if n_described else failures[0].exit_code)


def _ways(item: "NetItem", wanted: list[str]) -> list[bool]:
    """Return whether to look at a net without its linkers (True), with them, or both."""
    if not wanted:
        return [False]
    if item.structure is None:
        return [name == NODE_ONLY for name in dict.fromkeys(wanted)]
    found = [False] if item.clustering in wanted else []
    return found + ([True] if NODE_ONLY in wanted and item.net.is_node_linker else [])


def _answer_pooled(models: "list[Carvs]", as_json: bool) -> None:
    from carvsdb.rings import Carvs

    pooled = Carvs.pooled(models)
    if not as_json:
        print(f"\npooled, {len(models)} nets, {pooled.n_nodes} nodes: {pooled.symbol}")
        return
    answer_json(
        {
            "pooled": len(models),
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
