"""The explorer's file, and the page in a browser: one short session; test_explorer_browser.py has the long ones."""

import gzip
import hashlib
import json
import re
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import Browser, browser
from catalogue_entries import RCSR, amorphous_entry, chain_entry, library_entry
from program import carvsdb

from carvsdb.catalogue import Catalogue, RefinementRun
from carvsdb.catalogue.similarity.map_groups import groups_of
from carvsdb.compare import EmbeddingOptions, fit_embedding
from carvsdb.errors import NotFoundError, RefusedError
from carvsdb.escaping import escaped
from carvsdb.explorer import ExplorerOptions, ExplorerReport, write_chemiscope, write_explorer
from carvsdb.net import library
from carvsdb_schemas.description import ComponentDescription

PAGE = Path(__file__).parents[1] / "carvsdb" / "explorer"
STRANGE = {
    "script": "</script><script>window.hacked = 1</script>",
    "image": "<img src=x onerror='window.hacked = 1'>",
    "quotes": "\"'`${window.hacked = 1}`'\"<!-- ]]>",
    "letters": "net 日本 🧪 e\u0301 \u202etxt.exe",
    "escapes": "\x1b[31mred\x07\x00",
    "long": "x<b>" * 2560,
    "formula": '=HYPERLINK("http://example.org")',
}
SHOWN = 6


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """Return a catalogue of small nets, some of them with strange names."""
    made = Catalogue.in_memory()
    made.add(
        [
            library_entry(name, source=RCSR, names=(name,))
            for name in ("dia", "sod", "pcu", "sql", "srs", "nbo", "lta", "qtz")
        ]
    )
    made.add([library_entry("dia", label="dia again", content="another dia"), chain_entry(), amorphous_entry("glass")])
    made.add(
        [
            library_entry("sod", label=f"{about}: {text}", content=about, provenance={text: text}, names=(text,))
            for about, text in STRANGE.items()
        ]
    )
    run = RefinementRun(
        {"data": [{"kind": "neutron", "function": "F(Q)", "file": "<b>n.dat"}], "potential": {"file": "zif.yace"}},
        7,
        ("0" * 64,),
        "1" * 64,
        {"data": [{"rw": 0.1925, "fitted": {"rw": 0.1811}}], "moves": 12345, "energy_per_atom": -6.733},
        ("m1.data",),
        "glass",
    )
    made.add_refinement(run)
    return made


@pytest.fixture(scope="module")
def written(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ExplorerReport]:
    path = tmp_path_factory.mktemp("explorer") / "map.html"
    return path, write_explorer(catalogue, path, ExplorerOptions(n_neighbours=SHOWN))


def blocks(path: Path) -> dict[str, bytes]:
    """Return the packed blocks of a page."""
    found = re.findall(
        r'<script type="application/gzip;base64" id="([\w-]+)">([^<]*)</script>', path.read_text("utf-8")
    )
    return {name: gzip.decompress(b64decode(text)) for name, text in found}


def about_page(path: Path) -> dict[str, Any]:
    (text,) = re.findall(r'<script type="application/json" id="about-page">(.*)</script>', path.read_text("utf-8"))
    about: dict[str, Any] = json.loads(text)
    return about


def test_the_built_page_is_that_of_the_sources() -> None:
    names = ["build.mjs", "package.json", "package-lock.json", "tsconfig.json"]
    names += [f"src/{file.name}" for file in sorted((PAGE / "page" / "src").iterdir())]
    added = hashlib.sha256("".join(f"{name}\n{(PAGE / 'page' / name).read_text('utf-8')}\n" for name in names).encode())
    for name in ("explorer.js", "explorer.css"):
        first = (PAGE / "built" / name).read_text("utf-8").partition("\n")[0]
        assert first.endswith(f"sources sha256 {added.hexdigest()} */"), "run `make page`"
        assert "made by page/build.mjs" in first


def test_the_built_page_is_small_and_asks_for_nothing() -> None:
    script = (PAGE / "built" / "explorer.js").read_text("utf-8")
    assert sum(file.stat().st_size for file in (PAGE / "built").iterdir()) < 8_000_000
    assert not re.search(r"\beval\(|new Function\(|innerHTML|insertAdjacentHTML|document\.write", script)
    assert "The MIT License" in (PAGE / "built" / "NOTICES.txt").read_text("utf-8")
    assert "registry" not in (PAGE / "page" / "package-lock.json").read_text("utf-8")


def test_the_file_holds_a_map_and_all_that_is_told(catalogue: Catalogue, written: tuple[Path, ExplorerReport]) -> None:
    path, report = written
    about, found = about_page(path), blocks(path)
    n = report.n_points
    assert n == len(catalogue) - 1  # the chain has no rings
    assert about["n"] == n
    assert any("no map" in note for note in report.notes)
    assert any("1 net without rings" in note for note in report.notes)
    assert report.map_bytes_a_point <= 40
    assert len(found["map"]) == report.map_bytes_a_point * n
    assert report.sizes["file"] == path.stat().st_size
    labels, ids, formulas = json.loads(found["labels"])
    assert len(labels) == len(ids) == len(formulas) == n
    told = [one for name in found if name.startswith("about-") for one in json.loads(found[name])]
    assert [one["label"] for one in told] == labels
    sod = told[labels.index("sod")]
    assert sod["symbol"] == "{4(2).6(4).12(32)}"
    assert about["sources"][sod["source"]]["doi"] == RCSR.doi
    scenes = [one for name in found if name.startswith("net-") for one in json.loads(found[name])]
    assert len(scenes) == n
    assert len(scenes[labels.index("sod")]["positions"]) == 12


def test_neighbours_are_those_of_the_catalogue(catalogue: Catalogue, written: tuple[Path, ExplorerReport]) -> None:
    path, report = written
    about, block, n = about_page(path), blocks(path)["neighbours"], report.n_points
    per, count = about["neighbours"]["per_vector"], about["neighbours"]["vectors"]
    labels = json.loads(blocks(path)["labels"])[0]
    vector = np.frombuffer(block, "<u4", n)
    near = np.frombuffer(block, "<u4", count * per, 8 * n).reshape(count, per)
    apart, noise = (
        np.frombuffer(block, "<f4", count * per, 8 * n + 4 * step * count * per).reshape(count, per) for step in (1, 2)
    )
    for label in ("dia", "nbo", "glass"):
        row = labels.index(label)
        here = vector[row]
        found = {}
        for place in range(per):
            if not np.isnan(apart[here, place]):
                for other in np.flatnonzero(vector == near[here, place]):
                    found[labels[other]] = float(apart[here, place])
        found |= {labels[other]: 0.0 for other in np.flatnonzero(vector == here) if other != row}
        hits = catalogue.similar(label, k=n).rows()
        visible = {hit["label"]: hit["distance"] for hit in hits if hit["label"] in found}
        assert len(visible) >= 7
        assert visible == pytest.approx({name: found[name] for name in visible}, abs=1e-6)
        assert max(found.values()) <= sorted(hit["distance"] for hit in hits)[len(found) - 1] + 1e-6
    # A glass has its own noise, though a crystal has the same rings.
    noises = {escaped(hit["label"]): hit["noise"] for hit in catalogue.similar("glass", k=n).rows()}
    here = vector[labels.index("glass")]
    assert (vector == here).sum() == 1
    for place in range(per):
        other = labels[int(np.flatnonzero(vector == near[here, place])[0])]
        assert noise[here, place] == pytest.approx(noises[other], abs=1e-6)
    assert np.isnan(noise[vector[labels.index("dia")]]).any()


def test_a_map_that_is_kept_is_shown(catalogue: Catalogue, tmp_path: Path) -> None:
    made = Catalogue.in_memory()
    made.add([library_entry(name) for name in ("dia", "sod", "pcu")])
    vectors = made.normalised_vectors()
    made.store_embedding(vectors, fit_embedding(vectors.matrix, EmbeddingOptions("pca")))
    made.add([library_entry("srs")])
    report = write_explorer(made, tmp_path / "map.html")
    assert report.n_points == 3
    assert report.notes[0].startswith("map 1 of the catalogue, of nets, by PCA")
    assert any(note.startswith("left out: 1 net") for note in report.notes)
    assert any(note.startswith("how far to trust it: ") for note in report.notes)
    with pytest.raises(NotFoundError):
        write_explorer(made, tmp_path / "map.html", ExplorerOptions(number=2))
    with pytest.raises(RefusedError):
        write_explorer(Catalogue.in_memory(), tmp_path / "none.html")
    assert not (tmp_path / "none.html").exists()


def test_a_map_of_nodes_shows_every_sort_of_node(tmp_path: Path) -> None:
    made = Catalogue.in_memory()
    made.add([library_entry(name) for name in library.names()])
    stored = made.embed(EmbeddingOptions("pca"), level="environments")
    report = write_explorer(made, tmp_path / "map.html")
    about, found = about_page(tmp_path / "map.html"), blocks(tmp_path / "map.html")
    assert about["level"] == report.level == "environments"
    assert "a point is a sort of node of a net" in report.notes[0]
    assert not any(note.startswith("left out") for note in report.notes)
    told = [one for name in found if name.startswith("about-") for one in json.loads(found[name])]
    sorts = {net: made.sorts(net).rows() for net in library.names()}
    assert len(told) == report.n_points == sum(map(len, sorts.values()))
    scenes = [one for name in found if name.startswith("net-") for one in json.loads(found[name])]
    assert len(scenes) == len(sorts)  # a net once, however many sorts of node it has
    xy = np.frombuffer(found["map"], "<f4", 2 * len(told)).reshape(2, -1).T
    for row, one in enumerate(told):
        sort = sorts[one["sort"]["net"]][one["sort"]["number"]]
        assert (one["symbol"], one["sort"]["nodes"]) == (sort["symbol"], sort["nodes"])
        assert one["label"] in (one["sort"]["net"], f"{one['sort']['net']} sort {one['sort']['number']}")
        assert sum(scenes[one["scene"]]["is_node"]) % one["n_nodes"] == 0
        assert xy[row] == pytest.approx(stored.embedding.coordinates[stored.keys.index(sort["environment"])], abs=1e-6)
    (column,) = [one for one in about["columns"] if one["name"] == "cluster"]
    groups = {group.number: group for group in groups_of(stored)}
    told_of = dict(zip(column["values"], column["tips"], strict=True))
    assert told_of.pop("") == ""
    assert told_of == {
        f"{number}: {group.summary}": group.description for number, group in groups.items() if number >= 0
    }
    with pytest.raises(RefusedError, match="of maps of nets"):
        write_chemiscope(made, tmp_path / "map.json")


def test_the_same_catalogue_gives_the_same_file(
    catalogue: Catalogue, written: tuple[Path, ExplorerReport], tmp_path: Path
) -> None:
    write_explorer(catalogue, tmp_path / "again.html", ExplorerOptions(n_neighbours=SHOWN))
    assert (tmp_path / "again.html").read_bytes() == written[0].read_bytes()
    bare = write_explorer(catalogue, tmp_path / "bare.html", ExplorerOptions(structures=False))
    assert bare.sizes["nets"] == 0
    assert not [name for name in blocks(tmp_path / "bare.html") if name.startswith("net-")]


def test_interpenetration_is_that_of_the_list(tmp_path: Path) -> None:
    entry = library_entry("dia")
    parts = [
        ComponentDescription(key=None, names=[], periodicity=periodicity, multiplicity=many)
        for periodicity, many in ((3, 2), (1, 1), (0, 4))
    ]
    made = Catalogue.in_memory()
    made.add([replace(entry, description=entry.description.model_copy(update={"components": parts}))])
    write_explorer(made, tmp_path / "map.html", ExplorerOptions(structures=False))
    (column,) = (one for one in about_page(tmp_path / "map.html")["columns"] if one["name"] == "interpenetration")
    assert column["values"] == [str(made.list().rows()[0]["interpenetration"])] == ["3"]


def test_the_command_prints_sizes(tmp_path: Path) -> None:
    with Catalogue.open(tmp_path / "c.duckdb") as made:
        made.add([library_entry(name, source=RCSR if name == "sod" else None) for name in ("dia", "sod", "pcu")])
    done = carvsdb("explore", "-o", tmp_path / "map.html", "--db", tmp_path / "c.duckdb")
    assert done.code == 0
    assert re.search(r"3 nets in .*map\.html: \d+ kB \(viewer \d+ kB, map .* 32 bytes a point\)", done.out)
    assert "the catalogue keeps no map" in done.err
    some = carvsdb("explore", "-o", tmp_path / "rcsr.html", "--source", "RCSR", "--db", tmp_path / "c.duckdb", "--json")
    assert some.json["nets"] == 1
    assert carvsdb("explore", "-o", tmp_path / "map.png", "--db", tmp_path / "c.duckdb").code == 2


def test_in_a_browser(written: tuple[Path, ExplorerReport], tmp_path: Path) -> None:
    path, _ = written
    with browser(tmp_path) as here:
        here.open(path)
        _finds_and_draws(here)
        _shows_strange_names_as_text(here)
        here.ask("page.open(page.labels().indexOf('glass'))")
        text = here.run("return document.querySelector('.panel').textContent")
        for told in (
            "Refinement",
            "neutron F(Q)",
            "<b>n.dat",
            "0.1925",
            "0.1811",
            "12,345",
            "-6.7330 eV/atom",
            "m1.data",
        ):
            assert told in text
        here.assert_quiet(path)


def _finds_and_draws(here: Browser) -> None:
    here.keys("/", *"sod", "ArrowDown", "Enter")
    here.until("document.querySelector('.entry h2')?.textContent === 'sod'")
    text = here.run("return document.querySelector('.panel').innerText")
    assert "{4(2).6(4).12(32)}" in text
    assert "10.1021/ar800124u" in text
    # As many as were asked for, though more are stored.
    assert len(here.run("return [...document.querySelectorAll('.neighbours tbody tr')]")) == SHOWN
    # Two primitive cells of sod, each with four 6-rings, make the cube that is shown.
    before = here.ask("page.net()")
    assert here.ask("page.light(6)") == 8
    assert len(before) > 4000
    assert here.ask("page.net()") != before


def _shows_strange_names_as_text(here: Browser) -> None:
    texts = here.ask("page.labels()")
    for about in STRANGE:
        (row,) = [row for row, text in enumerate(texts) if text.startswith(f"{about}: ")]
        here.ask(f"page.open({row})")
        heading = here.run("return document.querySelector('.entry h2').textContent")
        assert heading.startswith(texts[row][:100])
        if about in ("script", "image"):
            assert STRANGE[about] in heading
    assert here.run("return window.hacked") is None
    assert here.run("return document.querySelectorAll('#app img, #app script, #app iframe').length") == 0
