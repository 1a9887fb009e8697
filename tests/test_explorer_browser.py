"""The explorer as people use it, in a browser: by mouse, by keyboard, on a narrow screen."""

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import Browser, browser
from catalogue_entries import RCSR, census, library_entry
from matplotlib.image import imread

from carvsdb.atoms.structure import Structure
from carvsdb.catalogue import Catalogue
from carvsdb.compare import EmbeddingOptions
from carvsdb.explorer import ExplorerOptions, map_file, net_page, write_explorer
from carvsdb.explorer.points import Points, points_of
from carvsdb.net import Net, library
from carvsdb.plots.net_scene import atoms_of, net_scene
from carvsdb.rings import find_rings

pytestmark = pytest.mark.slow
NAMES = library.names()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("explorer") / "map.html"
    with Catalogue.in_memory() as catalogue:
        catalogue.add(
            library_entry(
                name,
                names=(name,),
                source=RCSR if place % 2 else None,
                kind="generated" if name == "srs" else "crystalline",
            )
            for place, name in enumerate(NAMES)
        )
        write_explorer(catalogue, path)
    return path


@pytest.fixture
def here(page: Path, tmp_path: Path) -> Iterator[Browser]:
    with browser(tmp_path) as opened:
        opened.open(page)
        yield opened
        opened.assert_quiet(page)


def row_of(here: Browser, label: str) -> int:
    return int(here.ask(f"page.labels().indexOf('{label}')"))


def heading(here: Browser) -> str | None:
    found: str | None = here.run("return document.querySelector('.entry:last-of-type h2')?.textContent")
    return found


def test_a_click_on_a_point_opens_it(here: Browser) -> None:
    for label in ("nbo", "kgm"):
        here.click_at(*here.ask(f"page.pixelOf({row_of(here, label)})"))
        here.until(f"document.querySelector('.entry h2')?.textContent === '{label}'")
    assert "kgm" in here.run("return document.querySelector('.tip').textContent")
    # A neighbour is a link to it.
    here.run("document.querySelector('.neighbours tbody button').click()")
    here.until("document.querySelector('.entry h2').textContent !== 'kgm'")


def test_the_net_is_drawn_and_rings_light_up(here: Browser, tmp_path: Path) -> None:
    here.ask(f"page.open({row_of(here, 'sod')})")
    before = drawn(here)
    assert 0.02 < (before[..., 3] > 0.5).mean() < 0.9  # something stands before a clear background
    here.run("[...document.querySelectorAll('.sizes button')].find((one) => one.textContent === '6').click()")
    here.until("document.querySelector('.netcard .said').textContent.startsWith('8 rings of 6')")
    after = drawn(here)
    orange = (after[..., 0] > 0.6) & (after[..., 2] < 0.35) & (after[..., 3] > 0.5)
    assert orange.mean() > 0.01
    here.run("document.querySelector('canvas.net').focus()")
    here.keys("ArrowLeft", "ArrowUp", "+")
    assert np.abs(drawn(here) - after).mean() > 0.01


def drawn(here: Browser) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    from base64 import b64decode

    return np.asarray(imread(io.BytesIO(b64decode(here.ask("page.net()").partition(",")[2]))), np.float64)


def test_rings_are_those_of_the_search(here: Browser) -> None:
    """The page finds rings by itself: as many of each size as the compiled search, cell by cell."""
    compared = 0
    for label in NAMES:
        here.ask(f"page.open({row_of(here, label)})")
        cells = len(net_scene(library.load(label)).positions) // library.load(label).n_vertices
        for size, number in census(label).ring_counts.items():
            if size <= 10 and cells * number < 3000:
                assert here.ask(f"page.light({size})") == cells * number, (label, size)
                compared += 1
    assert compared > 100


def test_the_lasso_lists_and_saves(here: Browser) -> None:
    wanted = {"sod", "zni", "srs"}
    places = {label: here.ask(f"page.pixelOf({row_of(here, label)})") for label in NAMES}
    inside = [places[label] for label in wanted]
    middle = [sum(xs) / len(inside) for xs in zip(*inside, strict=True)]
    radius = max(math.dist(middle, place) for place in inside) + 8
    polygon = [
        (middle[0] + radius * math.cos(a / 8 * math.pi), middle[1] + radius * math.sin(a / 8 * math.pi))
        for a in range(17)
    ]
    caught = {label for label, place in places.items() if math.dist(middle, place) < radius * math.cos(math.pi / 16)}
    here.run("[...document.querySelectorAll('.tools button')].find((one) => one.textContent === 'Lasso').click()")
    here.drag(polygon)
    here.until("document.querySelector('.selection h3')")
    labels = here.ask("page.labels()")
    chosen = {labels[row] for row in here.ask("page.selected()")}
    assert chosen == caught >= wanted
    assert (
        set(here.run("return [...document.querySelectorAll('.selection li')].map((one) => one.textContent)")) == chosen
    )
    press(here, "CSV")
    rows = list(csv.DictReader(io.StringIO(here.downloaded("selection.csv"), newline="")))
    assert {row["label"] for row in rows} == chosen
    sod = next(row for row in rows if row["label"] == "sod")
    assert (sod["name"], sod["coordination"], sod["nodes"]) == ("sod", "4", "6")
    assert float(sod["mean_ring_size"]) == pytest.approx(
        float(census("sod").carvs().normalised @ np.arange(1, 33)), rel=1e-5
    )
    press(here, "Ids")
    assert set(here.downloaded("selection.txt").splitlines()) == chosen
    press(here, "Clear")
    assert here.ask("page.selected()") == []


def press(here: Browser, title: str) -> None:
    here.run(
        f"[...document.querySelectorAll('.selection button')].find((one) => one.textContent === '{title}').click()"
    )


def test_filters_and_colours(here: Browser) -> None:
    def choose(column: str, text: str) -> int:
        here.run(
            f"const box = document.querySelector('[data-filter={column}]');"
            f"const found = [...(box.options ?? [])].find((one) => one.text.startsWith('{text} ('));"
            f"box.value = found ? found.value : '{text}';"
            "box.dispatchEvent(new Event('input')); box.dispatchEvent(new Event('change'));"
        )
        return int(here.ask("page.shown()"))

    four = {name for name in NAMES if set(library.load(name).degrees().tolist()) == {4}}
    assert choose("coordination", "4") == len(four)
    assert choose("source", "RCSR") == len([name for place, name in enumerate(NAMES) if place % 2 and name in four])
    here.run("[...document.querySelectorAll('.filters button')].find((one) => one.textContent === 'Show all').click()")
    assert here.ask("page.shown()") == len(NAMES)
    assert choose("name", "sod") == 1
    assert choose("name", "s") == len([name for name in NAMES if name.startswith("s")])
    here.run("document.querySelector('.filters button').click()")
    before = here.ask("page.picture()")
    for column in ("sigma", "name", "kind"):
        here.run(
            f"const by = document.getElementById('colour-by'); by.value = '{column}';"
            "by.dispatchEvent(new Event('change'));"
        )
        after = here.ask("page.picture()")
        assert after != before
        before = after
    # The legend hides what it stands for.
    here.run(
        "const items = [...document.querySelectorAll('.legend button')];"
        "items.find((one) => one.textContent.startsWith('generated')).click()"
    )
    assert here.ask("page.shown()") == len(NAMES) - 1


def test_by_keyboard_alone(here: Browser) -> None:
    here.keys("/", *"sod", "Enter")
    here.until("document.querySelector('.entry h2')?.textContent === 'sod'")
    here.keys("Tab")  # out of the search
    here.run("document.querySelector('canvas.points').focus()")  # as Tab does, some buttons later
    here.keys("r")
    here.until("document.querySelector('.netcard .said').textContent.startsWith('6 rings of 4')")
    here.keys("c", "ArrowRight")
    assert "she" in here.run("return document.querySelector('.tip').textContent")
    here.keys("Enter")
    here.until("document.querySelectorAll('.entry h2').length === 2")
    assert "Topological distance of the two" in here.run("return document.querySelector('.between').textContent")
    here.keys(" ")
    labels = here.ask("page.labels()")
    assert [labels[row] for row in here.ask("page.selected()")] == ["she"]
    here.keys("v")
    assert len(here.ask("page.selected()")) > 1
    here.keys("x", "?")
    assert here.ask("page.selected()") == []
    assert here.run("return document.querySelector('dialog').open")
    here.keys("Escape")
    here.until("!document.querySelector('dialog').open")
    here.keys("Escape", "Escape")
    assert here.run("return document.querySelectorAll('.entry').length") == 0


def test_everything_can_be_reached_by_tab(here: Browser) -> None:
    here.ask(f"page.open({row_of(here, 'sod')})")
    here.run("document.activeElement.blur()")
    seen = set()
    for _ in range(60):
        here.keys("Tab")
        seen.add(
            here.run(
                "const at = document.activeElement;"
                "return at.className + '|' + (at.ariaLabel ?? at.textContent.slice(0, 20))"
            )
        )
    for wanted in ("points|Map of", "net|The net sod", "|Lasso", "|Search by", "|Compare", "link|"):
        assert any(one.startswith(wanted) for one in seen), (wanted, seen)


def test_two_nets_side_by_side(here: Browser) -> None:
    here.ask(f"page.open({row_of(here, 'dia')})")
    here.run("[...document.querySelectorAll('.actions button')].find((one) => one.textContent === 'Compare').click()")
    here.ask(f"page.open({row_of(here, 'pcu')})")
    apart = here.run("return document.querySelector('.between').textContent")
    dia, pcu = (census(name).carvs().normalised for name in ("dia", "pcu"))
    assert apart.endswith(f"{np.linalg.norm(dia - pcu) / math.sqrt(2):.3f}")
    left, right = here.run(
        "return [...document.querySelectorAll('.entry')].map((one) => one.getBoundingClientRect().left)"
    )
    assert right > left + 200


def test_on_a_narrow_screen(page: Path, tmp_path: Path) -> None:
    with browser(tmp_path, 400, 800) as here:
        here.open(page)
        here.click_at(*here.ask(f"page.pixelOf({row_of(here, 'nbo')})"))
        here.until("document.querySelector('.entry h2')?.textContent === 'nbo'")
        assert here.run("return document.documentElement.scrollWidth") <= 400
        here.assert_quiet(page)


def test_the_atoms_that_were_asked_for_are_drawn(tmp_path: Path) -> None:
    net = Net.from_edges(
        [(0, 0, 1, 0, 0), (0, 0, 0, 1, 0), (0, 0, 0, 0, 1)], positions=[[0, 0, 0]], cell=4 * np.eye(3), name="pcu"
    )
    salt = Structure(("Zn", "O"), np.array([[0, 0, 0], [0.5, 0, 0]]), 4 * np.eye(3))
    file = tmp_path / "net.html"
    page = net_page(net_scene(net, atoms=atoms_of(salt, [0, -1], [(0, 1, 0, 0, 0)])))
    file.write_text(page, encoding="utf-8")
    with browser(tmp_path) as here:
        here.open(file)
        before = here.ask("page.picture()")
        box = "[...document.querySelectorAll('.bar label')].find((one) => one.textContent === 'Atoms').firstChild"
        assert here.run(f"return {box}.checked")
        here.run(f"{box}.click()")
        assert here.ask("page.picture()") != before
        here.assert_quiet(file)


def test_a_net_without_its_graph_is_not_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "map.html"
    # As releases hold nets of sources that have no open licence.
    monkeypatch.setattr("carvsdb.explorer.map_file.load_nets", lambda *_: [Net.from_edges(np.zeros((0, 5), int), 0)])
    with Catalogue.in_memory() as catalogue:
        catalogue.add([library_entry("sod")])
        write_explorer(catalogue, file)
    with browser(tmp_path) as here:
        here.open(file)
        here.ask("page.open(0)")
        assert "without its graph" in here.run("return document.querySelector('.entry').textContent")
        assert here.run("return document.querySelector('canvas.net')") is None
        here.assert_quiet(file)


def test_the_page_of_a_net(tmp_path: Path) -> None:
    file = tmp_path / "net.html"
    net = library.load("srs")
    again = net.edges + np.array([net.n_vertices, net.n_vertices, 0, 0, 0])
    both = Net.from_edges(np.concatenate([net.edges, again]), name="srs twice")
    file.write_text(net_page(net_scene(both), facts=[("Net", "<i>srs</i>")]), encoding="utf-8")
    with browser(tmp_path) as here:
        here.open(file)
        assert here.run("return document.querySelector('dd').textContent") == "<i>srs</i>"
        scene = net_scene(both)
        cells = len(scene.positions) // both.n_vertices
        assert here.ask("page.light(10)") == find_rings(both, 10).ring_counts[10] * cells
        assert here.ask("page.light(4)") == 0
        here.assert_quiet(file)


def test_while_it_moves_fewer_points_are_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every net a thousand times at places of its own: more than the processor draws in the time of a frame."""
    page, times = tmp_path / "map.html", 1000

    def many(*args: Any, **options: Any) -> Points:
        points = points_of(*args, **options)
        rows = np.repeat(np.arange(len(points)), times)
        moved = points.coordinates[rows] + np.random.default_rng(0).normal(size=(len(rows), 2))
        clusters = tuple(points.clusters[row] for row in rows)
        return replace(points, table=points.table.take(rows), coordinates=moved, clusters=clusters)

    monkeypatch.setattr(map_file, "points_of", many)
    with Catalogue.in_memory() as catalogue:
        catalogue.add(library_entry(name) for name in NAMES)
        write_explorer(catalogue, page, ExplorerOptions(structures=False))
    with browser(tmp_path) as here:
        here.open(page)
        n = here.ask("page.rows()")
        assert n == times * len(NAMES)
        before = here.ask("(page.frame(), page.picture())")
        assert here.ask("page.drawn()") == n
        # How long all points took is known some time after they were drawn.
        here.run("window.carvsdb.then((page) => { window.page = page; })")
        here.until(f"window.page && (window.page.movingFrame(), window.page.drawn() < {n / 2})")
        here.run("document.querySelector('canvas.points').focus()")
        for key in ("+", "-"):
            here.keys(key)
        rested = "await new Promise((done) => setTimeout(done, 1500)); return page.drawn();"
        assert here.ask(f"(async () => {{ {rested} }})()") == n
        assert here.ask("page.picture()") == before
        here.assert_quiet(page)


def test_a_map_of_nodes_opens_nodes(tmp_path: Path) -> None:
    page = tmp_path / "map.html"
    with Catalogue.in_memory() as catalogue:
        catalogue.add(library_entry(name) for name in NAMES)
        catalogue.embed(EmbeddingOptions("pca"), level="environments")
        write_explorer(catalogue, page)
    with browser(tmp_path) as here:
        here.open(page)
        here.ask(f"page.open({row_of(here, 'mtn sort 1')})")
        text = here.run("return document.querySelector('.entry').innerText")
        assert "8 nodes of the 34 of mtn, its sort 1" in text
        assert "True nearest nodes of other nets" in text
        here.until("document.querySelector('.entry canvas')")
        here.run(
            "const by = document.getElementById('colour-by'); by.value = 'cluster';"
            "by.dispatchEvent(new Event('change'));"
        )
        tips = here.run("return [...document.querySelectorAll('.legend button')].map((one) => one.title)")
        assert any("node environments; " in tip for tip in tips), tips
        here.assert_quiet(page)
