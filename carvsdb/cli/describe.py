"""`carvsdb describe`: what a net is."""

from pathlib import Path
from typing import Annotated

import typer

from carvsdb.cli.options import CutOff, Json, LinkerTypes, NodeOnly, NodeTypes, Strict, read_options
from carvsdb.cli.output import answer_json, say
from carvsdb.errors import CarvsdbError


def describe(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="CGD, or LAMMPS data with bonds.")],
    max_ring_size: CutOff = 27,
    node_only: NodeOnly = False,
    node_types: NodeTypes = None,
    linker_types: LinkerTypes = None,
    strict: Strict = False,
    as_json: Json = False,
) -> None:
    """Say what the nets of files are: size, coordination, rings, CARVS, symbols."""
    from carvsdb.cli.report import report
    from carvsdb_ingest.analysis import AnalysisOptions, analyse
    from carvsdb_ingest.readers import read_items

    read = read_options(node_types, linker_types, strict)
    options = AnalysisOptions(max_ring_size=max_ring_size, node_only=node_only)
    failures: list[CarvsdbError] = []
    n_described = 0
    for file in files:
        try:
            for item in read_items(file, read):
                for sentence in item.notes:
                    say(f"{file}: {sentence}")
                description = analyse(item, options).description
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
    if failures:
        raise typer.Exit(6 if n_described else failures[0].exit_code)
