"""What notebooks show: tables and pictures, in which nothing of anybody's names is more than text."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.questions.answer import Answer
from carvsdb.compare import EmbeddingOptions
from carvsdb.errors import InputError
from carvsdb.html_text import html_table
from carvsdb.net import library
from carvsdb.rings import find_rings
from carvsdb_ingest.sources import source_named
from carvsdb_ingest.tasks.pipeline import ingest_collection, ingest_files
from carvsdb_ingest.tasks.report import IngestReport

STRANGE = ["$x_1$", "<script>alert(1)</script>", "\"'><img onerror=x>", "\x1b[31mred", "日本🎉", "x" * 10_000]
SQL = "PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n"


class Elements(HTMLParser):
    """Collects elements, attributes and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(thing: Any) -> Elements:
    page = thing._repr_html_()
    assert "\x1b" not in page
    found = Elements(page)
    assert set(found.tags) <= {"div", "p", "b", "table", "tr", "th", "td", "span", "img"}
    assert not [name for name in found.attributes if name.startswith("on")]
    assert len(page) < 400_000
    return found


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    made = Catalogue.in_memory()
    ingest_collection(made, source_named("exact-nets"))
    return made


@pytest.mark.parametrize("name", STRANGE)
def test_strange_names_are_text_everywhere(name: str, tmp_path: Path) -> None:
    net = library.load("sql").with_name(name)
    expected = name[:50] if name.isprintable() else "\\x1b[31mred"
    assert expected in shown(net).text
    answer = Answer(pa.table({"label": [name], "distance": [0.5]}), (name,))
    assert shown(answer).text.count(expected) >= 2
    report = IngestReport(rejected=[(name, InputError(name, path=name))])
    assert expected in shown(report).text
    assert expected in Elements(html_table((name,), [(name,)], caption=name, notes=(name,))).text


def test_nets_and_their_rings() -> None:
    sod = library.load("sod")
    text = shown(sod).text
    assert "sod" in text
    assert "12" in text
    carvs = shown(find_rings(sod).carvs()).text
    assert "{4(2).6(4).12(32)}" in carvs
    assert "32.00" in carvs


def test_answers_tables_of_distances_reports_and_catalogues(catalogue: Catalogue, tmp_path: Path) -> None:
    hits = shown(catalogue.similar("sod", 3))
    assert hits.tags.count("tr") == 4
    listed = shown(catalogue.list())
    assert listed.tags.count("tr") == 21
    assert "24 more rows" in listed.text
    distances = shown(catalogue.distance(["sod", "dia", "lon"]))
    assert "0.000" in distances.text
    front = shown(catalogue).text
    assert "44" in front
    assert "named" in front
    (tmp_path / "a.cgd").write_text(SQL)
    (tmp_path / "b.cgd").write_text("nonsense")
    with Catalogue.in_memory() as other:
        report = shown(ingest_files(other, [tmp_path / "a.cgd", tmp_path / "b.cgd"]))
    assert "b.cgd" in report.text
    assert "error" in report.text


def test_pictures(catalogue: Catalogue) -> None:
    net = library.load("pcu").view(rings=(4,))
    assert net._repr_png_().startswith(b"\x89PNG")
    assert shown(net).tags == ["img"]
    assert "\x1b" not in repr(library.load("pcu").with_name(STRANGE[3]).view())
    with pytest.raises(InputError, match="no 5-rings"):
        library.load("pcu").view(rings=(5,))
    catalogue.embed(EmbeddingOptions("pca"))
    drawn = catalogue.map(colour="mean-ring-size")
    assert drawn._repr_png_().startswith(b"\x89PNG")
    assert "44 nets" in drawn.words
