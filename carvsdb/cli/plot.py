"""`carvsdb plot`: figures."""

from pathlib import Path
from typing import Annotated

import typer

from carvsdb.cli.options import DEFAULT_DB, Db
from carvsdb.cli.output import say

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
            items = read_items(model)
            for sentence in (sentence for item in items for sentence in item.notes):
                say(f"{model}: {sentence}")
            return [find_rings(item.net).carvs().vector for item in items]
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
