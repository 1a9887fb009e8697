"""Maps as figures: they exist, open, and are the same bytes every time."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb.plots.labels import place_labels
from carvsdb.plots.map import plot_map

KINDS = ["crystalline", "amorphous", "generated"]


def some_map(n: int) -> tuple[NDArray[np.float64], list[str], list[str]]:
    points = np.random.default_rng(0).normal(size=(n, 2))
    return points, [f"net-{number}" for number in range(n)], [KINDS[number % 3] for number in range(n)]


@pytest.mark.parametrize("n", [1, 2, 15, 61])
def test_a_png_that_opens(tmp_path: Path, n: int) -> None:
    path = tmp_path / "map.png"
    plot_map(*some_map(n), path, title="A map", highlight=["net-0"])
    picture = imread(path)
    assert picture.shape == (1120, 1480, 4)
    assert (picture[..., :3].min(axis=2) < 0.9).mean() > 0.001  # something is drawn


@pytest.mark.parametrize(
    ("ending", "starts"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF"), ("PNG", b"\x89PNG")]
)
def test_the_same_bytes_every_time(tmp_path: Path, ending: str, starts: bytes) -> None:
    first, second = tmp_path / f"first.{ending}", tmp_path / f"second.{ending}"
    for path in (first, second):
        plot_map(*some_map(12), path, highlight=["net-3"])
    assert first.read_bytes().startswith(starts)
    assert first.read_bytes() == second.read_bytes()


def test_axes_and_names_are_written(tmp_path: Path) -> None:
    path = tmp_path / "map.svg"
    points, _, kinds = some_map(6)
    points[1] = points[0]
    plot_map(
        points,
        ["dia", "lon", "$x^2$", "a_b", "網", "long" * 20],
        kinds,
        path,
        axis_name="PC",
        lengths="topological distance",
    )
    text = path.read_text(encoding="utf-8")
    for written in ("PC 1 (topological distance)", "dia, lon", "$x^2$", "crystalline (2)", "longlong"):
        assert written in text
    assert "long" * 8 not in text


def test_many_points_are_named_only_if_highlighted(tmp_path: Path) -> None:
    path = tmp_path / "map.svg"
    plot_map(*some_map(400), path, highlight=["net-42"])
    text = path.read_text(encoding="utf-8")
    assert "net-42" in text
    assert "net-41" not in text


@pytest.mark.parametrize("name", ["map.jpeg", "map", "map.png.txt"])
def test_unknown_endings(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"\.png, \.svg, \.pdf"):
        plot_map(*some_map(3), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        plot_map(*some_map(3), tmp_path / "nowhere" / "map.png")


def test_bad_arguments(tmp_path: Path) -> None:
    points, labels, kinds = some_map(3)
    path = tmp_path / "map.png"
    with pytest.raises(InputError, match="labels"):
        plot_map(points, labels[:2], kinds, path)
    with pytest.raises(InputError, match="liquid"):
        plot_map(points, labels, ["liquid", *kinds[1:]], path)
    with pytest.raises(InputError, match="finite"):
        plot_map(points * np.nan, labels, kinds, path)
    with pytest.raises(InputError, match="shape"):
        plot_map(np.zeros((3, 3)), labels, kinds, path)
    with pytest.raises(InputError, match="shape"):
        plot_map(np.zeros((0, 2)), [], [], path)


def test_labels_find_room() -> None:
    generator = np.random.default_rng(0)
    anchors = generator.uniform(100, 900, (50, 2))
    sizes = np.column_stack([generator.uniform(20, 80, 50), np.full(50, 12.0)])
    centres = place_labels(anchors, sizes, anchors, (0.0, 0.0, 1000.0, 1000.0), 5.0)
    low, high = centres - sizes / 2, centres + sizes / 2
    assert (low >= 0).all()
    assert (high <= 1000).all()
    shared = np.minimum(high[:, None], high[None]) - np.maximum(low[:, None], low[None])
    overlap = (shared > 0).all(axis=2)
    assert np.count_nonzero(overlap) == 50  # each with itself
    off = np.abs(anchors - np.clip(anchors, low, high)).max(axis=1)
    assert np.median(off) < 20
