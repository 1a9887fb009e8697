"""`carvsdb embed`: maps of the catalogue."""

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from carvsdb.cli.application import Commands
from carvsdb.cli.asked_catalogue import opened
from carvsdb.cli.options import (
    DEFAULT_DB,
    BondRules,
    Clusterings,
    CutOffOrAuto,
    Db,
    Json,
    LinkerTypes,
    NodeTypes,
    Seed,
    Types,
    cut_off,
    read_options,
)
from carvsdb.cli.output import answer_json, say, table
from carvsdb.cli.time_limit import within

if TYPE_CHECKING:
    from carvsdb.catalogue import StoredMap
    from carvsdb.catalogue.similarity.projecting import Projected
    from carvsdb.plots.colours import MapColours

Colour = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="Colour by name, coordination, mean-ring-size, cluster, sigma, density, source or any other column of "
        "`entry`; nodes by their net's.",
    ),
]
Number = Annotated[int | None, typer.Option(help="Which map; default the newest.")]
_SHOWN = 12

app = Commands(no_args_is_help=True, rich_markup_mode=None, help="Maps of the catalogue.")


class MapLevel(StrEnum):
    """What a point of a map is."""

    nets = "nets"
    environments = "environments"


class Method(StrEnum):
    """How a map is made."""

    umap = "umap"
    densmap = "densmap"
    pca = "pca"


class Inputs(StrEnum):
    """What is mapped."""

    normalised = "normalised"
    sqrt = "sqrt"
    shells = "shells"


@app.command(epilog="Example: carvsdb embed fit --method umap --plot map.png --db zif.duckdb")
def fit(
    method: Annotated[
        Method, typer.Option(help="umap keeps neighbourhoods, densmap densities too, pca distances.")
    ] = Method.umap,
    inputs: Annotated[
        Inputs, typer.Option(help="normalised CARVS, their square roots, or with coordination sequences (shells).")
    ] = Inputs.normalised,
    level: Annotated[
        MapLevel, typer.Option(help="What a point is: a net, or a distinct node environment of any net.")
    ] = MapLevel.nets,
    n_neighbors: Annotated[int, typer.Option(help="UMAP's neighbourhood.")] = 50,
    min_dist: Annotated[float, typer.Option(help="UMAP's least distance of points.")] = 0.25,
    seed: Seed = 0,
    plot: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw it: .png, .svg or .pdf.")] = None,
    colour: Colour = None,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Make a map of all nets, or of all their nodes, and keep it in the catalogue."""
    from carvsdb.catalogue import Catalogue
    from carvsdb.compare import EmbeddingOptions

    options = EmbeddingOptions(
        method=method.value, seed=seed, n_neighbors=n_neighbors, min_dist=min_dist, inputs=inputs.value
    )
    if plot is not None:
        from carvsdb.plots.saving import figure_file

        figure_file(plot)
    with Catalogue.open(db) as catalogue:
        for sentence in catalogue.normalised_vectors().notes:
            say(sentence)
        stored = catalogue.embed(options, level=level.value)
        colours = None if colour is None else catalogue.map_colours(stored, colour)
    used = stored.embedding.parameters.get("n_neighbors", n_neighbors)
    if used != n_neighbors:
        different = stored.embedding.parameters["distinct_vectors"]
        say(
            f"{used} neighbours instead of {n_neighbors}: "
            f"there are {different} {stored.noun}s with different ring statistics"
        )
    if plot is not None:
        _draw(stored, plot, colours=colours)
    if as_json:
        answer_json(_answer(stored))
    else:
        print(f"map {stored.number} of {_points(stored)} by {method.value}, {_trust_words(stored)}")
        if plot:
            print(f"drawn in {plot}")


@app.command("plot", epilog="Example: carvsdb embed plot -o map.svg --highlight m1 --db zif.duckdb")
def plot_stored(
    plot: Annotated[Path | None, typer.Argument(metavar="FILE", help="The same as -o.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help=".png, .svg or .pdf.")] = None,
    number: Number = None,
    highlight: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Ring an entry (repeatable).")] = None,
    colour: Colour = None,
    db: Db = DEFAULT_DB,
) -> None:
    """Draw a map that was kept."""
    file = output or plot
    if file is None or (output and plot):
        raise typer.BadParameter("give one file to draw into", param_hint="-o")
    with opened(db) as catalogue:
        stored = catalogue.embedding(number)
        ringed = [point for name in highlight or [] for point in stored.points_of(catalogue.label(name))]
        colours = None if colour is None else catalogue.map_colours(stored, colour)
    _draw(stored, file, ringed, colours)
    print(f"map {stored.number} drawn in {file}")


@app.command("show", epilog="Example: carvsdb embed show --db zif.duckdb")
def show_stored(
    number: Number = None,
    neighbours: Annotated[int, typer.Option(metavar="K", min=0, help="True nearest neighbours of each point.")] = 3,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Print the points of a map that was kept, each with its true nearest neighbours: distances on maps lie."""
    with opened(db) as catalogue:
        stored = catalogue.embedding(number)
    if as_json:
        answer_json(_answer(stored, neighbours))
        return
    points = stored.embedding.coordinates.tolist()
    near = [", ".join(f"{label} {distance:.3f}" for label, distance in one) for one in stored.nearest(neighbours)]
    rows = [
        (label, kind, *(f"{value:.3f}" for value in point), others)
        for label, kind, point, others in zip(stored.labels, stored.kinds, points, near, strict=True)
    ]
    print(table(rows, ("label", "kind", *(str(axis + 1) for axis in range(len(points[0]))), "truly nearest")))
    print(f"map {stored.number} of {_points(stored)} by {stored.embedding.method}, {_trust_words(stored)}")


@app.command(epilog="Example: carvsdb embed project new.cgd --db zif.duckdb")
def project(
    queries: Annotated[list[str], typer.Argument(metavar="NAME|FILE...", help="Entries of the catalogue, or files.")],
    number: Number = None,
    max_ring_size: CutOffOrAuto = "27",
    clustering: Clusterings = None,
    bonds: BondRules = None,
    types: Types = None,
    node_types: NodeTypes = None,
    linker_types: LinkerTypes = None,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Put nets onto a map that was kept, without moving it, and say how far off the map they are.

    Onto a map of node environments the nodes are put, each sort of node once.
    """
    from carvsdb_ingest.analysis.analyse import AnalysisOptions
    from carvsdb_ingest.tasks.likeness import entry_of_file
    from carvsdb_schemas.map_answers import ProjectAnswer

    read = read_options(node_types, linker_types, False, types, bonds, clustering)
    analysis = AnalysisOptions(max_ring_size=cut_off(max_ring_size))
    found: list[Projected] = []
    with opened(db) as catalogue:
        stored = catalogue.embedding(number)  # which says so if there is none, before anything is read
        for query in queries:
            asked: Any = query
            if Path(query).is_file():
                with within(query):
                    asked, sentences = entry_of_file(query, read, analysis)
                for sentence in sentences:
                    say(f"{query}: {sentence}")
            if stored.level == "environments":
                found += catalogue.project_environments(asked, number)
            else:
                found.append(catalogue.project(asked, number))
    if as_json:
        answer = {"map": stored.number, "level": stored.level, "projected": [asdict(one) for one in found]}
        answer_json(ProjectAnswer.model_validate(answer).model_dump())
        return
    if stored.level == "environments":
        rows = [
            (one.label, str(one.n_nodes), *(f"{value:.3f}" for value in one.coordinates), one.words) for one in found
        ]
        axes = [str(axis + 1) for axis in range(len(found[0].coordinates))]
        print(table(rows, ("sort of node", "nodes", *axes, "where")))
        return
    rows = [(one.label, *(f"{value:.3f}" for value in one.coordinates), one.words) for one in found]
    print(table(rows, ("label", *(str(axis + 1) for axis in range(len(found[0].coordinates))), "where")))


@app.command(epilog="Example: carvsdb embed clusters --min-size 5 --db zif.duckdb")
def clusters(
    number: Number = None,
    min_size: Annotated[int, typer.Option(metavar="N", min=2, help="The fewest points that make a cluster.")] = 5,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Group the points of a map by HDBSCAN, by true distances, and describe each group."""
    from carvsdb.catalogue.similarity.map_groups import groups_of
    from carvsdb_schemas.map_answers import ClustersAnswer

    with opened(db) as catalogue:
        stored = catalogue.embedding(number)
    groups = groups_of(stored, min_size)
    if as_json:
        told = [{key: value for key, value in asdict(group).items() if key != "keys"} for group in groups]
        answer = {"map": stored.number, "level": stored.level, "min_size": min_size, "clusters": told}
        answer_json(ClustersAnswer.model_validate(answer).model_dump())
        return
    for group in groups:
        shown = ", ".join(group.labels[:_SHOWN]) + (
            f" and {len(group.labels) - _SHOWN} more" if len(group.labels) > _SHOWN else ""
        )
        print(f"{'in no cluster' if group.number < 0 else f'cluster {group.number}'}: {group.description}\n  {shown}")


def _points(stored: "StoredMap") -> str:
    return f"{len(stored.labels)} {stored.noun}{'' if len(stored.labels) == 1 else 's'}"


def _trust_words(stored: "StoredMap") -> str:
    value, among = stored.trust()
    if not among:
        return "too few nets to say how far it can be trusted"
    return f"trustworthiness {value:.3f} for {among} neighbours"


def _draw(
    stored: "StoredMap",
    file: Path,
    highlight: list[str] | None = None,
    colours: "MapColours | None" = None,
) -> None:
    from carvsdb.compare.embedding import MAP_TITLES
    from carvsdb.plots.map import plot_map

    left_out = plot_map(
        stored.embedding.coordinates,
        stored.labels,
        stored.kinds,
        file,
        highlight=highlight or [],
        title=MAP_TITLES[stored.level],
        axis_name=stored.embedding.axis_name,
        lengths=stored.embedding.lengths,
        colours=colours,
    )
    if left_out:
        say(f"{left_out} names found no room; --highlight NAME writes one in any case")


def _answer(stored: "StoredMap", neighbours: int = 0) -> dict[str, object]:
    from carvsdb_schemas.map_answers import MapAnswer

    value, among = stored.trust()
    return MapAnswer(
        number=stored.number,
        level=stored.level,
        method=stored.embedding.method,
        seed=stored.embedding.seed,
        parameters=stored.embedding.parameters,
        versions=stored.embedding.versions,
        labels=list(stored.labels),
        nets=[list(one) for one in stored.holders],
        coordinates=stored.embedding.coordinates.tolist(),
        trustworthiness=value if among else None,
        trustworthiness_neighbours=among,
        nearest=stored.nearest(neighbours) if neighbours else [],
    ).model_dump()
