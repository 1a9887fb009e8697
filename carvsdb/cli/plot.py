"""`carvsdb plot`: figures."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carvsdb.cli.application import Commands
from carvsdb.cli.asked_catalogue import opened
from carvsdb.cli.embed import Method
from carvsdb.cli.net_of import NetArgument, Which, net_item
from carvsdb.cli.options import (
    DEFAULT_DB,
    BondRules,
    Clusterings,
    Db,
    Json,
    LinkerTypes,
    NodeOnly,
    NodeTypes,
    Seed,
    Types,
    read_options,
)
from carvsdb.cli.output import answer_json, say
from carvsdb.cli.time_limit import within
from carvsdb.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

app = Commands(no_args_is_help=True, rich_markup_mode=None, help="Figures.")


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
    title: Annotated[str | None, typer.Option(help="Stands above the figure.")] = None,
    shares: Annotated[
        bool | None, typer.Option(help="Shares instead of numbers; default where crystals and glasses meet.")
    ] = None,
    db: Db = DEFAULT_DB,
) -> None:
    """Draw ring-size distributions, crystals as bars, glasses as lines, with error bars between models of one."""
    from carvsdb.plots.rings import RingSeries, plot_rings
    from carvsdb.plots.saving import figure_file

    figure_file(output)

    series = []
    for material in materials:
        found = [one for model in material.split("+") for one in _models(model, db)]
        label = " + ".join(Path(model).stem if Path(model).is_file() else model for model in material.split("+"))
        is_crystal = all(is_crystal for _, is_crystal in found)
        series.append(RingSeries(label, [vector for vector, _ in found], is_crystal))
    both = len({one.is_crystal for one in series}) == 2
    in_shares = both if shares is None else shares
    plot_rings(series, output, title or ("Rings by size" if in_shares else "Rings per node"), shares=in_shares)
    print(f"{len(series)} distributions drawn in {output}")


def _models(model: str, db: str) -> "list[tuple[NDArray[np.float64], bool]]":
    """Return the CARVS of the nets of a file, or of an entry, and whether they are drawn as those of crystals.

    Crystals have few sorts of node, glasses many, whatever the entry is called.
    """
    import numpy as np

    if not Path(model).is_file():
        with opened(db) as catalogue:
            about = catalogue.show(model).description
            n_sorts = len(catalogue.sorts(model)) if about.largest_ring else 1
        return [(np.array(about.carvs.vector), _is_crystal(n_sorts, about.n_nodes))]
    from carvsdb.rings import find_rings
    from carvsdb_ingest.analysis import read_items

    with within(model):
        items = read_items(model)
        found = [find_rings(item.net) for item in items]
    for sentence in (sentence for item in items for sentence in item.notes):
        say(f"{model}: {sentence}")
    return [
        (census.carvs().vector, _is_crystal(len(np.unique(census.node_counts, axis=0)), census.net.n_nodes))
        for census in found
    ]


def _is_crystal(n_sorts: int, n_nodes: int) -> bool:
    return n_nodes < 100 or n_sorts <= 0.1 * n_nodes


@app.command(epilog="Example: carvsdb plot carvs m1.data sod.cgd zni.cgd -o carvs.png")
def carvs(
    nets: Annotated[list[str], typer.Argument(metavar="FILE|NAME...", help="Net files or entries.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help=".png, .svg or .pdf.")],
    db: Db = DEFAULT_DB,
) -> None:
    """Draw the CARVS of several nets as bars, one below the other."""
    from carvsdb.plots.carvs import plot_carvs
    from carvsdb.plots.saving import figure_file

    figure_file(output)
    labels, vectors = [], []
    for asked in nets:
        found = _models(asked, db)
        stem = Path(asked).stem if Path(asked).is_file() else asked
        labels += [stem if len(found) == 1 else f"{stem}#{number + 1}" for number in range(len(found))]
        vectors += [vector for vector, _ in found]
    plot_carvs(labels, vectors, output)
    print(f"CARVS of {len(labels)} nets drawn in {output}")


@app.command(epilog="Example: carvsdb plot distances m1+m2 sod zni dia -o distances.png --db zif.duckdb")
def distances(
    entries: Annotated[list[str], typer.Argument(metavar="NAME...", help="Entries; join models of one material by +.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help=".png, .svg or .pdf.")],
    metric: Annotated[str, typer.Option(help="carvs, ring-sizes, nodes or shells.")] = "carvs",
    db: Db = DEFAULT_DB,
) -> None:
    """Draw the distances between entries as a matrix, in the order of a dendrogram."""
    from carvsdb.plots.distances import plot_distances
    from carvsdb.plots.saving import figure_file

    figure_file(output)
    with opened(db) as catalogue:
        asked = [one.split("+") if "+" in one else one for one in entries]
        found = catalogue.distance(asked, metric=metric)
    for sentence in found.notes:
        say(sentence)
    titles = {"carvs": "Topological distances", "ring-sizes": "Earth mover's distances of ring sizes"}
    plot_distances(found.matrix, found.labels, output, titles.get(metric, f"Distances by {metric}"))
    print(f"distances of {len(found.labels)} entries drawn in {output}")


@app.command(epilog="Example: carvsdb plot environments m1 -o environments.png --db zif.duckdb")
def environments(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An entry, such as a model of a glass.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help=".png, .svg or .pdf.")],
    db: Db = DEFAULT_DB,
) -> None:
    """Draw to which crystalline environments the nodes of a glass are nearest."""
    from carvsdb.plots.carvs import EnvironmentBar, plot_environments
    from carvsdb.plots.saving import figure_file

    figure_file(output)
    with opened(db) as catalogue:
        answer = catalogue.environments(name)
        label = catalogue.label(name)
    for sentence in answer.notes:
        say(sentence)
    bars = [
        EnvironmentBar(row["vertex_symbol"], row["coordination"], row["share"], row["distance"], tuple(row["nets"]))
        for row in answer.rows()
    ]
    plot_environments(bars, output, f"Crystalline environments of the nodes of {label}")
    print(f"{len(bars)} environments of {label} drawn in {output}")


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


@app.command(epilog="Example: carvsdb plot paper --from amorphous-mof -o paper.png")
def paper(
    folder: Annotated[Path, typer.Option("--from", metavar="DIR", help="A clone of github tcnicholas/amorphous-mof.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help=".png, .svg or .pdf.")],
    method: Annotated[Method, typer.Option(help="Of the map of nodes.")] = Method.umap,
    nets_by: Annotated[
        Method, typer.Option(help="Of the map of nets: of so few, pca shows distances best.")
    ] = Method.pca,
    nodes: Annotated[int, typer.Option(metavar="N", min=10, help="Nodes of each glass, drawn by lot.")] = 1000,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Draw a-Si, a-SiO2 and a-ZIF among crystals, by nets and by nodes, with their distances: the a-ZIF paper's figure.

    The models are read with their linkers. Beside those of the folder, the four-connected nets that come with carvsdb
    are drawn.
    """
    from carvsdb.plots.glasses import GlassOptions, distances_of, plot_glasses
    from carvsdb.plots.saving import figure_file
    from carvsdb_ingest.tasks.glasses import materials_of

    figure_file(output)
    options = GlassOptions(method.value, nets_by.value, seed, most_nodes=nodes)
    materials = materials_of(folder)
    maps = plot_glasses(materials, output, options)
    found = distances_of(materials)
    pooled = {one.name: one.pooled for one in materials if one.is_glass}
    if as_json:
        answer_json(
            {
                "file": str(output),
                "method": method.value,
                "method_of_nets": nets_by.value,
                "seed": seed,
                "glasses": {name: {"n_nodes": one.n_nodes, "sigma": one.sigma} for name, one in pooled.items()},
                "distances": [{"from": a, "to": b, "distance": far} for a, b, far in found],
                "nets": maps.nets.tolist(),
                "materials": [materials[number].name for number in maps.net_material],
            }
        )
        return
    for name, one in pooled.items():
        print(f"{name}: {one.n_nodes} nodes, {one.symbol}")
        own = sorted((far, other) for glass, other, far in found if glass == name)
        print("  " + ", ".join(f"{other} {far:.3f}" for far, other in own))
    print(f"drawn in {output}")
