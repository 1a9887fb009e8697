"""`carvsdb plot`: figures."""

from pathlib import Path
from typing import Annotated

import typer

from carvsdb.cli.options import DEFAULT_DB, Db
from carvsdb.cli.output import say
from carvsdb.cli.time_limit import within

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
