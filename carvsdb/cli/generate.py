"""`carvsdb generate`: amorphous networks."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carvsdb.cli.application import Commands
from carvsdb.cli.options import Json, Seed
from carvsdb.cli.output import answer_json, say

if TYPE_CHECKING:
    from carvsdb.generate import Progress

app = Commands(no_args_is_help=True, rich_markup_mode=None, help="Amorphous networks.")


@app.callback()
def _noun() -> None:
    """Amorphous networks."""


@app.command(epilog="Example: carvsdb generate wooten-winer-weaire --nodes 1000 --seed 1 -o net.cgd")
def wooten_winer_weaire(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The net, a CGD file.")],
    nodes: Annotated[int, typer.Option(help="Number of nodes.")] = 1000,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Make a continuous random tetrahedral network by bond switching in a Keating model of silicon."""
    import numpy as np

    from carvsdb.generate import wooten_winer_weaire as generate
    from carvsdb.version import VERSION
    from carvsdb_ingest.writers import write_cgd

    network = generate(nodes, generator=np.random.default_rng(seed), progress=_say)
    report = network.report
    provenance = {"seed": seed, "version": VERSION, **report.as_dict()}
    write_cgd([network.net], output, kind="generated", provenance=provenance)
    if as_json:
        answer_json({"file": str(output), "nodes": network.net.n_nodes, **provenance})
    else:
        print(
            f"{output}: {report.n_nodes} nodes after {report.accepted} bond switches; "
            f"angles {report.geometry.angle:.1f}° ± {report.geometry.angle_spread:.1f}°, "
            f"bonds {report.geometry.bond_length:.3f} ± {report.geometry.bond_length_spread:.3f} Å, "
            f"strain {report.energy_per_node:.3f} eV per node"
        )


def _say(progress: "Progress") -> None:
    if progress.fraction >= 1:
        say(
            f"stage {progress.stage} of {progress.n_stages}, kT {progress.temperature} eV: "
            f"{progress.energy_per_node:.3f} eV per node"
        )
