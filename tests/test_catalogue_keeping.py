"""Entries that are removed, come back, get other labels and tags: nothing is lost by the way."""

from pathlib import Path
from typing import Any

import pytest
from catalogue_entries import RCSR, amorphous_entry, library_entry
from program import carvsdb

from carvsdb.catalogue import Catalogue, RefinementRun
from carvsdb.compare.embedding import EmbeddingOptions, fit_embedding
from carvsdb.errors import InputError, LabelTakenError, NotFoundError
from carvsdb_schemas.filters import Filters
from carvsdb_schemas.tables import ALL_TABLES, Trash


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "nets.duckdb"
    with Catalogue.open(path) as catalogue:
        catalogue.add([library_entry(name, source=RCSR, names=(name,)) for name in ("dia", "lon", "sod", "qtz")])
        catalogue.add([amorphous_entry("glass", 1)])
        catalogue.add_refinement(RefinementRun({"a": 1}, 1, ("0" * 64,), None, {"chi2": 1.0}, ("x",), "glass"))
        catalogue.tag(["glass", "sod"], "mine")
        vectors = catalogue.normalised_vectors()
        catalogue.store_embedding(vectors, fit_embedding(vectors.matrix, EmbeddingOptions(method="pca")))
    return path


def content(catalogue: Catalogue) -> dict[str, list[dict[str, Any]]]:
    return {
        str(model.__tablename__): catalogue.sql(f"SELECT * FROM {model.__tablename__} ORDER BY ALL").rows()
        for model in ALL_TABLES
        if model is not Trash
    }


def test_what_is_removed_comes_back_whole(path: Path) -> None:
    with Catalogue.open(path) as catalogue:
        before = content(catalogue)
        planned = catalogue.remove("glass", "sod", dry=True)
        assert content(catalogue) == before
        assert planned.rows["refinement"] == 1
        assert planned.rows["embedding_point"] == 2
        done = catalogue.remove("glass", "sod")
        assert (done.number, done.rows) == (1, planned.rows)
        assert list(catalogue) == ["dia", "lon", "qtz"]
        assert [hit["label"] for hit in catalogue.similar("dia").rows()] == ["lon", "qtz"]
        assert catalogue.trash().rows()[0]["labels"] == ["glass", "sod"]
        catalogue.remove("qtz")
    assert carvsdb("db", "verify", "--db", path).code == 0
    with Catalogue.open(path) as catalogue:
        assert set(catalogue.restore("sod")) == {"glass", "sod"}
        assert set(catalogue.restore(2)) == {"qtz"}
        assert content(catalogue) == before
        assert len(catalogue.trash()) == 0
    assert carvsdb("db", "verify", "--db", path).code == 0


def test_what_is_ingested_again_meanwhile_stays(path: Path) -> None:
    with Catalogue.open(path) as catalogue:
        before = content(catalogue)
        catalogue.remove("sod")
        catalogue.add([library_entry("sod", source=RCSR, names=("sod",)), library_entry("nbo", label="x")])
        catalogue.relabel({"x": "y"})
        catalogue.restore("sod")
        catalogue.remove("y")
        catalogue.purge()
        after = content(catalogue)
        assert {name: after[name] for name in after if name != "attempt"} == {
            name: before[name] for name in before if name != "attempt"
        }


def test_the_label_of_what_comes_back_may_be_taken(path: Path) -> None:
    with Catalogue.open(path) as catalogue:
        catalogue.remove("sod")
        catalogue.relabel({"dia": "sod"})
        (label,) = catalogue.restore("sod")
        assert label != "sod"
        assert len(catalogue) == 5


def test_the_trash_is_emptied_for_good(path: Path) -> None:
    with Catalogue.open(path) as catalogue:
        catalogue.remove("sod")
        assert catalogue.purge() == 1
        with pytest.raises(NotFoundError, match="no 'sod'"):
            catalogue.restore("sod")
        assert not catalogue.sql(
            "SELECT id FROM environment WHERE id NOT IN (SELECT environment_id FROM net_environment)"
        ).rows()
    assert carvsdb("db", "verify", "--db", path).code == 0


def test_labels_are_changed_all_or_none(path: Path, tmp_path: Path) -> None:
    with Catalogue.open(path) as catalogue:
        assert catalogue.relabel({"dia": "lon", "lon": "dia"}) == {"dia": "lon", "lon": "dia"}
        assert catalogue.show("lon").description.names == ["dia"]
        for wanted, error in (
            ({"dia": "sod"}, LabelTakenError),
            ({"dia": "a", "lon": "a"}, InputError),
            ({"dia": " "}, InputError),
            ({"dia": "a\x1b[2Jb"}, InputError),
            ({"qtz": "new", "nothing": "x"}, NotFoundError),
        ):
            with pytest.raises(error):
                catalogue.relabel(wanted)
        assert sorted(catalogue) == ["dia", "glass", "lon", "qtz", "sod"]
    table = tmp_path / "labels.csv"
    table.write_text('qtz,"quartz, low"\nsod,sodalite\n', encoding="utf-8")
    assert carvsdb("rename", "--from", table, "--db", path).code == 0
    assert carvsdb("show", "quartz, low", "--db", path).code == 0
    table.write_text("one\n", encoding="utf-8")
    done = carvsdb("relabel", "--from", table, "--db", path)
    assert (done.code, "expected two columns" in done.err) == (3, True)


def test_tags_are_asked_for(path: Path) -> None:
    with Catalogue.open(path) as catalogue:
        assert [row["label"] for row in catalogue.list(Filters(tag="mine")).rows()] == ["glass", "sod"]
        assert [row["label"] for row in catalogue.list(Filters(tag="mine"), limit=1).rows()] == ["glass"]
        assert [row["label"] for row in catalogue.similar("dia", filters=Filters(tag="mine")).rows()] == [
            "glass",
            "sod",
        ]
        assert catalogue.show("sod").tags == ["mine"]
        assert catalogue.tag("sod", "mine", "other") == 1
        assert catalogue.untag(["sod", "dia"], "mine") == 1
        assert catalogue.tags().rows() == [{"tag": "mine", "entries": 1}, {"tag": "other", "entries": 1}]


def test_on_the_command_line(path: Path) -> None:
    asked = carvsdb("remove", "sod", "--db", path)
    assert (asked.code, "not without being asked; give --yes" in asked.err) == (7, True)
    assert "would remove sod" in carvsdb("remove", "sod", "--dry-run", "--db", path).out
    gone = carvsdb("remove", "--tag", "mine", "--yes", "--json", "--db", path)
    assert (gone.code, gone.json["labels"], gone.json["trash"]) == (0, ["glass", "sod"], 1)
    assert carvsdb("show", "SOD", "--db", path).code == 4
    assert "glass, sod" in carvsdb("db", "trash", "--db", path).out
    assert carvsdb("restore", "1", "--db", path).code == 0
    assert carvsdb("show", "SOD", "--db", path).out.startswith("sod: ")
    assert carvsdb("remove", "--db", path).code == 2
    assert carvsdb("remove", "no-such", "--yes", "--db", path).code == 4
    assert carvsdb("tag", "glassy", "glass", "--db", path).out == "glassy: now on 1 entry more\n"
    assert "glassy" in carvsdb("tag", "--db", path).out
    assert carvsdb("remove", "qtz", "--yes", "--db", path).code == 0
    assert carvsdb("db", "purge", "--yes", "--db", path).out == "1 entry is gone for good\n"


def test_conditions_mean_the_entries_that_they_list(path: Path) -> None:
    """A label may have an @ itself: here that of another entry stands before it."""
    with Catalogue.open(path) as catalogue:
        catalogue.relabel({"qtz": "sod@mine"})
    gone = carvsdb("remove", "--net", "qtz", "--yes", "--json", "--db", path)
    assert gone.json["labels"] == ["sod@mine"]
    assert carvsdb("show", "sod", "--db", path).code == 0
