"""`carvsdb plot`: figures."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from carvsdb.cli.net_of import NetArgument, Which, net_item
from carvsdb.cli.options import (
    DEFAULT_DB,
    BondRules,
    Clusterings,
    Db,
    LinkerTypes,
    NodeOnly,
    NodeTypes,
    Types,
    read_options,
)
from carvsdb.cli.output import say
from carvsdb.cli.time_limit import within
from carvsdb.errors import InputError

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Figures.")


@app.callback()
def _noun() -> None:
    """Figures."""


@app.command(epilog="Example: carvsdb plot rings m1.data+m2.data sod.cgd -o rings.png")
def rings(
    materials: Annotated[
        list[str],
        typer.Argument(metavar="FILE|NAME...", help="Net files or entries; join models of one material by +."),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help=".png, .svg or .pdf.")],
    title: Annotated[str, typer.Option(help="Stands above the figure.")] = "Rings per node",
    db: Db = DEFAULT_DB,
) -> None:
    """Draw ring-size distributions, with error bars between models of one material."""
    import numpy as np

    from carvsdb.plots.rings import RingSeries, plot_rings
    from carvsdb.plots.saving import figure_file
    from carvsdb.rings import find_rings
    from carvsdb_ingest.analysis import read_items

    figure_file(output)

    def vectors(model: str) -> list["np.ndarray[tuple[int], np.dtype[np.float64]]"]:
        if Path(model).is_file():
            with within(model):
                items = read_items(model)
                found = [find_rings(item.net).carvs().vector for item in items]
            for sentence in (sentence for item in items for sentence in item.notes):
                say(f"{model}: {sentence}")
            return found
        from carvsdb.catalogue import Catalogue

        with Catalogue.open(db, read_only=True) as catalogue:
            return [np.array(catalogue.show(model).description.carvs.vector)]

    series = [
        RingSeries(
            " + ".join(Path(model).stem if Path(model).is_file() else model for model in material.split("+")),
            [vector for model in material.split("+") for vector in vectors(model)],
        )
        for material in materials
    ]
    plot_rings(series, output, title)
    print(f"{len(series)} distributions drawn in {output}")


@app.command(epilog="Example: carvsdb plot frames frames.parquet -o frames.png --against temperature")
def frames(
    table: Annotated[
        Path, typer.Argument(metavar="TABLE", help="Written by `describe --frames -o`: .parquet, .jsonl or .json.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help=".png, .svg or .pdf.")],
    against: Annotated[
        str | None, typer.Option(metavar="AXIS", help="frame, step, time or temperature; by default time, else frame.")
    ] = None,
    clustering: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which, where the table holds several.")
    ] = None,
    title: Annotated[str, typer.Option(help="Stands above the figure.")] = "Rings along a trajectory",
) -> None:
    """Draw rings and coordination along a trajectory, against time, temperature, steps or frames."""
    from carvsdb.cli.frame_table import frame_columns, read_frame_table
    from carvsdb.plots.frames import AXES, plot_frames
    from carvsdb.plots.saving import figure_file

    figure_file(output)
    if against is not None and against not in AXES:
        raise typer.BadParameter(f"expected {', '.join(AXES)}, got {against!r}", param_hint="--against")
    columns = frame_columns(read_frame_table(table), table, against, clustering)
    plot_frames(columns, output, title)
    print(f"{len(columns.x)} frames drawn in {output}")


@app.command(epilog="Example: carvsdb plot net mof.cif -o net.png --rings 6 --atoms")
def net(
    asked: NetArgument,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help=".png, .svg or .pdf; .html is a page to turn it in.")
    ],
    rings: Annotated[
        list[int] | None, typer.Option("--rings", metavar="N", help="Light up the rings of N nodes (repeatable).")
    ] = None,
    atoms: Annotated[bool, typer.Option("--atoms", help="Draw the atoms beneath.")] = False,
    cells: Annotated[
        str | None, typer.Option(metavar="AxBxC", help="Cells along each vector, 2x2x1; default what shows it well.")
    ] = None,
    azimuth: Annotated[float | None, typer.Option(help="From where, in degrees around z.")] = None,
    elevation: Annotated[float | None, typer.Option(help="From where, in degrees above the xy plane.")] = None,
    title: Annotated[str | None, typer.Option(help="Stands above; default the name.")] = None,
    node_only: NodeOnly = False,
    number: Which = None,
    clustering: Clusterings = None,
    bonds: BondRules = None,
    types: Types = None,
    node_types: NodeTypes = None,
    linker_types: LinkerTypes = None,
    db: Db = DEFAULT_DB,
) -> None:
    """Draw a net: nodes and linkers, edges, cell, interpenetrating copies in their colours, rings of a size lit up.

    A net without coordinates is placed as symmetrically as it can be: vertices at the mean of their neighbours.
    """
    from carvsdb.net import replace_linkers
    from carvsdb.plots.net import NetStyle, plot_net
    from carvsdb.plots.net_scene import atoms_of, net_scene
    from carvsdb.plots.saving import figure_file
    from carvsdb.rings.census import SMALLEST_CUT_OFF, find_rings

    is_page = output.suffix.lower() in (".html", ".htm")
    if not is_page:
        figure_file(output)
    style = NetStyle(
        rings=tuple(dict.fromkeys(rings or ())),
        atoms=atoms,
        azimuth=azimuth,
        elevation=elevation,
        repeats=_cells(cells),
        title=title,
    )
    options = read_options(node_types, linker_types, False, types, bonds, clustering)
    with within(asked):
        item = net_item(asked, options, db, number)
        shown = replace_linkers(item.net) if node_only else item.net
        census = find_rings(shown, max(SMALLEST_CUT_OFF, *style.rings)) if style.rings else None
    missing = [] if census is None else [size for size in style.rings if size not in census.ring_counts]
    if census is not None and missing:
        known = ", ".join(f"{one}-rings" for one in census.ring_counts) or "none"
        found = f"those up to {census.max_ring_size} are {known}"
        raise InputError(f"has no {missing[0]}-rings to light up; {found}", path=asked)
    beneath = None
    if atoms and item.structure is not None and item.bonds is not None:
        beneath = atoms_of(item.structure, item.site_to_vertex, item.bonds.edges)
    scene = net_scene(shown.with_name(item.label), census, style.rings, beneath)
    for sentence in scene.notes:
        say(f"{asked}: {sentence}")
    if is_page:
        from carvsdb.atomic_write import write_text
        from carvsdb.explorer import net_page

        if style.repeats is not None:
            scene = replace(scene, repeats=style.repeats)
        write_text(output, net_page(scene, title=title, light=style.rings[0] if style.rings else None))
    else:
        plot_net(scene, output, style)
    print(f"{asked}: drawn in {output}")


def _cells(text: str | None) -> tuple[int, int, int] | None:
    if text is None:
        return None
    parts = text.lower().split("x")
    if len(parts) != 3 or not all(part.isdigit() and 1 <= int(part) <= 9 for part in parts):
        raise typer.BadParameter(f"expected 1 to 9 cells along each vector, such as 2x2x1, got {text!r}")
    a, b, c = map(int, parts)
    return a, b, c
