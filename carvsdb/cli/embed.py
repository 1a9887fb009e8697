"""`carvsdb embed`: maps of the catalogue."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carvsdb.cli.options import DEFAULT_DB, Db, Json, Seed
from carvsdb.cli.output import answer_json, say, table

if TYPE_CHECKING:
    from carvsdb.catalogue import StoredMap

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Maps of the catalogue.")


class Method(StrEnum):
    """How a map is made."""

    umap = "umap"
    pca = "pca"


@app.command(epilog="Example: carvsdb embed fit --method umap --plot map.png --db zif.duckdb")
def fit(
    method: Annotated[Method, typer.Option(help="umap keeps neighbourhoods, pca distances.")] = Method.umap,
    n_neighbors: Annotated[int, typer.Option(help="UMAP's neighbourhood.")] = 50,
    min_dist: Annotated[float, typer.Option(help="UMAP's least distance of points.")] = 0.25,
    seed: Seed = 0,
    plot: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw it: .png, .svg or .pdf.")] = None,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Make a map of all nets and keep it in the catalogue."""
    from carvsdb.catalogue import Catalogue
    from carvsdb.compare import EmbeddingOptions, fit_embedding

    options = EmbeddingOptions(method=method.value, seed=seed, n_neighbors=n_neighbors, min_dist=min_dist)
    with Catalogue.open(db) as catalogue:
        vectors = catalogue.normalised_vectors()
        for sentence in vectors.notes:
            say(sentence)
        number = catalogue.store_embedding(vectors, fit_embedding(vectors.matrix, options))
        stored = catalogue.embedding(number)
    if plot is not None:
        _draw(stored, plot)
    if as_json:
        answer_json(_answer(stored))
    else:
        print(f"map {number} of {len(stored.labels)} nets by {method.value}" + (f", drawn in {plot}" if plot else ""))


@app.command("plot", epilog="Example: carvsdb embed plot map.svg --highlight m1 --db zif.duckdb")
def plot_stored(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=".png, .svg or .pdf.")],
    number: Annotated[int | None, typer.Option(help="Which map; default the newest.")] = None,
    highlight: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Ring an entry (repeatable).")] = None,
    db: Db = DEFAULT_DB,
) -> None:
    """Draw a map that was kept."""
    from carvsdb.catalogue import Catalogue

    with Catalogue.open(db, read_only=True) as catalogue:
        stored = catalogue.embedding(number)
        ringed = [catalogue.label(name) for name in highlight or []]
    _draw(stored, file, ringed)
    print(f"map {stored.number} drawn in {file}")


@app.command("show", epilog="Example: carvsdb embed show --db zif.duckdb")
def show_stored(
    number: Annotated[int | None, typer.Option(help="Which map; default the newest.")] = None,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Print the points of a map that was kept."""
    from carvsdb.catalogue import Catalogue

    with Catalogue.open(db, read_only=True) as catalogue:
        stored = catalogue.embedding(number)
    if as_json:
        answer_json(_answer(stored))
        return
    points = stored.embedding.coordinates.tolist()
    rows = [
        (label, kind, *(f"{value:.3f}" for value in point))
        for label, kind, point in zip(stored.labels, stored.kinds, points, strict=True)
    ]
    print(table(rows, ("label", "kind", *(str(axis + 1) for axis in range(len(points[0]))))))


def _draw(stored: "StoredMap", file: Path, highlight: list[str] | None = None) -> None:
    from carvsdb.plots.map import plot_map

    plot_map(
        stored.embedding.coordinates,
        stored.labels,
        stored.kinds,
        file,
        highlight=highlight or [],
        axis_name="UMAP" if stored.embedding.method == "umap" else "PC",
    )


def _answer(stored: "StoredMap") -> dict[str, object]:
    return {
        "number": stored.number,
        "method": stored.embedding.method,
        "seed": stored.embedding.seed,
        "parameters": stored.embedding.parameters,
        "versions": stored.embedding.versions,
        "labels": list(stored.labels),
        "coordinates": stored.embedding.coordinates.tolist(),
    }
