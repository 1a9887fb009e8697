"""Figures: they say what the numbers say, take strange names as text, and give the same bytes every time."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from program import carvsdb

from carvsdb.compare import distance_matrix
from carvsdb.errors import InputError
from carvsdb.plots.carvs import EnvironmentBar, draw_carvs, draw_environments, plot_carvs, plot_environments
from carvsdb.plots.colours import MapColours
from carvsdb.plots.distances import draw_distances, plot_distances
from carvsdb.plots.glasses import GlassOptions, distances_of, map_glasses, plot_glasses
from carvsdb.plots.map import draw_map, map_figure, plot_map
from carvsdb.plots.rings import RingSeries, draw_rings
from carvsdb.plots.saving import house_style
from carvsdb_ingest.tasks.glasses import materials_of

STRANGE = "$x_1$<script>alert(1)</script>\"'>\x1b[31mred日本🎉_"
VECTORS = [np.eye(12)[[3, 5]].sum(axis=0), 3 * np.eye(12)[5], np.linspace(0, 2, 12)]


def bars_of(axes: Axes) -> list[Rectangle]:
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]


def points_of(axes: Axes) -> PathCollection:
    (found,) = (one for one in axes.collections if isinstance(one, PathCollection))
    return found


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_crystals_are_bars_and_glasses_lines() -> None:
    axes = Figure().add_subplot()
    crystal, glass = RingSeries("sod", VECTORS[:1], True), RingSeries("glass", VECTORS[1:])
    draw_rings([crystal, glass], axes)
    heights = {round(patch.get_x() + patch.get_width() / 2): patch.get_height() for patch in bars_of(axes)}
    assert heights == {size: VECTORS[0][size - 1] for size in range(1, 13)}
    assert len(axes.containers) == 2
    np.testing.assert_allclose(np.asarray(axes.lines[0].get_ydata()), np.mean(VECTORS[1:], axis=0))
    shares = Figure().add_subplot()
    draw_rings([crystal, glass], shares, shares=True)
    assert sum(patch.get_height() for patch in bars_of(shares)) == pytest.approx(100)


def test_the_matrix_is_in_the_order_of_its_tree() -> None:
    vectors = np.eye(32)[[3, 9, 3, 9]] + 0.01 * np.random.default_rng(0).random((4, 32))
    matrix = distance_matrix(vectors / vectors.sum(axis=1, keepdims=True))
    tree, axes = Figure().subplots(1, 2)
    draw_distances(matrix, ["a", "b", "c", "d"], tree, axes)
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert {frozenset(names[:2]), frozenset(names[2:])} == {frozenset("ac"), frozenset("bd")}
    place = ["abcd".index(name) for name in names]
    np.testing.assert_array_equal(axes.images[0].get_array(), matrix[np.ix_(place, place)])
    with pytest.raises(InputError, match="2 to 200 nets"):
        draw_distances(matrix[:1, :1], ["a"], tree, axes)


def test_bars_of_carvs_and_of_environments() -> None:
    rows = Figure().subplots(3, 1).tolist()
    draw_carvs(["a", "b", "c"], VECTORS, rows)
    for vector, axes in zip(VECTORS, rows, strict=True):
        np.testing.assert_allclose([patch.get_height() for patch in bars_of(axes)], vector)
    bars = [EnvironmentBar("[6.6]", 4, 0.75, 0.1, ("dia", "lon")), EnvironmentBar("[4.4]", 4, 0.25, 0.2, ("sod",))]
    axes = draw_environments(bars, Figure().add_subplot())
    assert [patch.get_width() for patch in bars_of(axes)] == [75, 25]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["dia, lon\n[6.6]", "sod\n[4.4]"]


def test_maps_by_number_by_word_and_by_place() -> None:
    points = np.array([[0.0, 0], [0, 0], [0, 0], [1, 1], [2, 0]])
    kinds = ["crystalline"] * 5
    axes = draw_map(Figure().add_subplot(), points, kinds)
    drawn = points_of(axes)
    assert np.asarray(drawn.get_offsets()).shape == (3, 2)
    sizes = drawn.get_sizes()
    assert sizes[0] > sizes[1] == sizes[2]
    numbers = draw_map(Figure().add_subplot(), points, kinds, colours=MapColours("sigma", [1.0, 1.0, 1.0, 5.0, None]))
    assert not numbers.get_xticks().size
    hellinger = draw_map(Figure().add_subplot(), points, kinds, axis_name="PC", lengths="Hellinger distance")
    assert hellinger.get_xlabel() == "PC 1 (Hellinger distance)"
    assert hellinger.get_xticks().size
    assert len({tuple(colour) for colour in np.asarray(points_of(numbers).get_facecolor()).tolist()}) == 3
    assert len(numbers.figure.axes) == 2
    words = MapColours("source", ["RCSR", "RCSR", "RCSR", STRANGE, None])
    legend = draw_map(Figure().add_subplot(), points, kinds, colours=words).get_legend_handles_labels()[1]
    assert "RCSR (3)" in legend
    assert "not known (1)" in legend


def test_names_of_300_points_do_not_cover_each_other() -> None:
    points = np.random.default_rng(0).normal(size=(300, 2))
    names = [f"net-{number}" for number in range(300)]
    with house_style():
        figure, left_out = map_figure(points, names, ["crystalline"] * 300, highlight=["net-7"])
    (axes,) = figure.axes
    written = [text.get_text() for text in axes.texts]
    assert len(written) == len(set(written)) == 300 - left_out
    assert len(written) > 80
    assert "net-7" in written
    boxes = np.array([text.get_window_extent().extents for text in axes.texts if text.get_text() != "net-7"])
    low, high = np.maximum(boxes[:, None, :2], boxes[None, :, :2]), np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    assert (np.triu(shared, 1) <= 0.05 * areas).all()


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_strange_names_are_text_and_bytes_are_the_same(ending: str, tmp_path: Path) -> None:
    for round_ in "ab":
        folder = tmp_path / round_
        folder.mkdir()
        bar = EnvironmentBar("[6.6]", 4, 1.0, 0.1, (STRANGE,))
        plot_environments([bar], folder / f"environments.{ending}", STRANGE)
        plot_carvs([STRANGE], VECTORS[:1], folder / f"carvs.{ending}")
        plot_distances([[0, 1], [1, 0]], [STRANGE, "x" * 10_000], folder / f"distances.{ending}", STRANGE)
        plot_map(
            [[0, 0], [1, 0]],
            [STRANGE, "x" * 10_000],
            ["crystalline"] * 2,
            folder / f"map.{ending}",
            title=STRANGE,
            colours=MapColours(STRANGE, [STRANGE, None]),
        )
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()
        assert b"<script" not in file.read_bytes()
        if ending == "svg":
            assert "\x1b" not in text_of(file)


def test_the_figure_of_the_paper(shared: Path, tmp_path: Path) -> None:
    """Distances of the two models in `data/`, pooled, by nodes and linkers (arXiv:2503.24367)."""
    materials = materials_of(shared / "data" / "amorphous-mof")
    pooled = {one.name: one.pooled for one in materials if one.is_glass}
    assert list(pooled) == ["a-ZIF", "a-SiO2", "a-Si"]
    assert pooled["a-ZIF"].sigma == pytest.approx(5.74, abs=0.005)
    far = {other: distance for glass, other, distance in distances_of(materials) if glass == "a-ZIF"}
    published = {"a-SiO2": 0.083, "a-Si": 0.287, "coe": 0.292, "dft": 0.294, "cag": 0.430, "sod": 0.625, "dia": 0.660}
    assert {name: far[name] for name in published} == pytest.approx(published, abs=0.001)
    options = GlassOptions("pca", most_nodes=300)
    maps = plot_glasses(materials, tmp_path / "paper.png", options)
    of = {name: number for number, name in enumerate(one.name for one in materials)}
    zif, sio2, si = (maps.nets[maps.net_material == of[name]] for name in pooled)
    within = np.linalg.norm(zif[0] - zif[1])
    to_silica = np.linalg.norm(zif.mean(axis=0) - sio2[0])
    assert within < to_silica < np.linalg.norm(zif.mean(axis=0) - si[0]) / 3
    crystals = maps.nets[maps.net_material >= 3]
    assert (np.ptp(crystals, axis=0) > 2 * np.ptp(np.concatenate([zif, sio2, si]), axis=0)).all()
    again = map_glasses(materials, options)
    np.testing.assert_array_equal(again.nodes, maps.nodes)
    assert (tmp_path / "paper.png").stat().st_size > 50_000


def test_commands_draw(shared: Path, tmp_path: Path) -> None:
    zif, db = shared / "data" / "amorphous-mof" / "zif", tmp_path / "c.duckdb"
    assert carvsdb("ingest", zif / "sod.cgd", zif / "zni.cgd", zif / "cag.cgd", "--db", db).code == 0
    assert carvsdb("embed", "fit", "--method", "pca", "--db", db).code == 0
    for arguments in (
        ("plot", "rings", zif / "sod.cgd", "zni"),
        ("plot", "carvs", zif / "sod.cgd", "zni"),
        ("plot", "distances", "sod", "zni", "cag"),
        ("plot", "environments", "sod"),
    ):
        target = tmp_path / f"{arguments[1]}.png"
        outcome = carvsdb(*arguments, "-o", target, "--db", db)
        assert outcome.code == 0, outcome.err
        assert target.stat().st_size > 5000
    for column in ("coordination", "mean-ring-size", "sigma", "name"):
        outcome = carvsdb("embed", "plot", tmp_path / f"{column}.png", "--colour", column, "--db", db)
        assert outcome.code == 0, outcome.err
    refused = carvsdb("embed", "plot", tmp_path / "x.png", "--colour", 'x"; DROP TABLE net; --', "--db", db)
    assert refused.code == 3
    assert "expected one of coordination, mean-ring-size" in refused.err
    assert carvsdb("plot", "paper", "--from", tmp_path, "-o", tmp_path / "x.png").code == 4
