"""`carvsdb crosscheck` and `carvsdb julia`: what other programs say of a net, where Julia is."""

from pathlib import Path
from typing import Annotated

import typer

from carvsdb.cli.application import Commands
from carvsdb.cli.options import Json
from carvsdb.cli.output import answer_json
from carvsdb.cli.time_limit import within
from carvsdb.errors import InputError

app = Commands(no_args_is_help=True, rich_markup_mode=None, help="Julia, for the cross-check.")


@app.callback()
def _noun() -> None:
    """Julia, for the cross-check."""


@app.command(epilog="Example: carvsdb julia setup")
def setup() -> None:
    """Download Julia, CrystalNets.jl and PeriodicGraphs.jl. Nothing else of carvsdb needs them."""
    from carvsdb.topology.julia import set_up

    set_up()
    print("Julia is ready for `carvsdb crosscheck`")


def crosscheck(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of one connected net.")],
    max_ring_size: Annotated[int, typer.Option(metavar="N", help="Compare rings of up to N nodes.")] = 15,
    as_json: Json = False,
) -> None:
    """Ask CrystalNets.jl for the name and PeriodicGraphs.jl for the rings of a net, and compare.

    It needs the extra julia, and Julia; it is checked only where Julia is.
    """
    from dataclasses import asdict

    from carvsdb.topology import julia
    from carvsdb_ingest.analysis import read_items

    with within(file):
        items = read_items(file)
    if len(items) != 1:
        raise InputError(f"holds {len(items)} nets; cross-check one at a time", path=file)
    found = julia.crosscheck(items[0].net, max_ring_size)
    if as_json:
        answer_json(asdict(found) | {"same_name": found.same_name, "same_rings": found.same_rings})
    else:
        names = f"ours {', '.join(found.names) or 'none'}, theirs {found.julia_name}"
        print(f"name: {'same' if found.same_name else 'different'} ({names})")
        print(f"rings up to {max_ring_size}: {'same' if found.same_rings else 'different'}")
    if not (found.same_name and found.same_rings):
        raise typer.Exit(8)
