"""The data sets that come with carvsdb, and what answers from them."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq
import pytest
from program import carvsdb

from carvsdb.catalogue import reference_nets as shipped
from carvsdb.releases import read_card, verify_release
from carvsdb.topology.archive import shipped as archive
from carvsdb_ingest.sources import SOURCES

ROOT = Path(__file__).parents[1]
RELEASE = Path(shipped.__file__).with_name("release")


def script(name: str, file: str = "build") -> ModuleType:
    """Import the script that builds a data set."""
    spec = importlib.util.spec_from_file_location(file, ROOT / "datasets" / name / f"{file}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_release_that_comes_with_carvsdb_is_in_order() -> None:
    report = verify_release(RELEASE, sample=10)
    assert (report.name, report.recomputed) == ("reference-nets", 10)
    assert (report.rows["net"], report.rows["carvs"]) == (len(archive()) + 3, 2 * (len(archive()) + 3))
    assert sum(path.stat().st_size for path in RELEASE.iterdir()) < 15e6


def test_it_holds_the_names_and_sequences_of_the_archive() -> None:
    catalogue = shipped.reference_nets()
    for name in ("dia", "sod", "pcu", "hcb", "MFI"):
        known, about = archive().entry(name), catalogue.show(name).description
        assert about.key == known.key
        assert tuple(about.names) == known.names
        assert about.td10 == pytest.approx(known.td10)
        assert {tuple(one.sequence) for one in about.coordination_sequences} == set(known.coordination_sequences)
        assert set(about.point_symbols) == set(known.point_symbols)


def test_it_holds_random_networks_and_nearest_nets() -> None:
    catalogue = shipped.reference_nets()
    network = catalogue.show("random-network-216-seed-1")
    assert (network.kind, network.description.n_nodes, network.description.coordination) == (
        "generated",
        216,
        {"4": 216},
    )
    assert [one.ring_kind for one in network.searches] == ["ring", "strong"]
    rows = pq.read_table(RELEASE / "neighbours.parquet").to_pylist()
    near = [row for row in rows if row["label"] == "random-network-216-seed-1" and row["ring_kind"] == "ring"]
    assert {row["neighbour"] for row in near[:2]} == {"random-network-216-seed-2", "random-network-216-seed-3"}
    assert all(row["noise"] > 0 for row in near)
    assert len({(row["ring_kind"], row["label"]) for row in rows}) > 2 * 3200


@pytest.mark.slow
def test_the_script_writes_the_same_bytes(tmp_path: Path) -> None:
    module = script("reference-nets")
    module.build(tmp_path / "again", module.SHIPPED)
    assert (tmp_path / "again" / "SHA256SUMS").read_bytes() == (RELEASE / "SHA256SUMS").read_bytes()


@pytest.mark.parametrize("name", ["reference-nets", "core-mof-2019-topology", "amorphous-networks"])
def test_cards_fit_their_collections(name: str) -> None:
    card = read_card(ROOT / "datasets" / name / "card.yaml")
    assert card.name == name
    for source in card.sources:
        collection = SOURCES[source.collection]
        assert source.licence == (collection.licence or "LicenseRef-not-stated")
        assert source.doi == collection.doi
        assert source.allowed() == ("full" if collection.licence else "derived")


@pytest.mark.slow
def test_amorphous_networks_are_derived_values(shared: Path, tmp_path: Path) -> None:
    module = script("amorphous-networks", "build_amorphous")
    clone = tmp_path / "clone"
    for part in ("si", "sio2"):
        (clone / part).mkdir(parents=True)
        for file in (shared / "data" / "amorphous-mof" / part).glob("*.cgd"):
            (clone / part / file.name).write_bytes(file.read_bytes())
    module.build(clone, tmp_path / "release")
    rows = pq.read_table(tmp_path / "release" / "net.parquet").to_pylist()
    assert len(rows) == 6
    assert all(row["edges"] == [] and row["positions"] is None for row in rows)


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder without a catalogue."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CARVSDB_DB", raising=False)
    return tmp_path


def test_similar_without_a_catalogue(nowhere: Path) -> None:
    (nowhere / "square.cgd").write_text("PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n")
    done = carvsdb("similar", "square.cgd", "-k", "2", "--json")
    assert done.code == 0
    assert done.json["catalogue"] == "reference-nets"
    # Many layers have the rings of sql; the net itself comes first.
    assert next((hit["label"], hit["distance"]) for hit in done.json["hits"]) == ("sql", 0)
    assert "no catalogue: among the 3,257 nets that come with carvsdb (reference-nets)" in done.err
    assert list(nowhere.iterdir()) == [nowhere / "square.cgd"]


def test_show_without_a_catalogue(nowhere: Path) -> None:
    done = carvsdb("show", "sod", "--json")
    assert done.code == 0
    assert (done.json["catalogue"], done.json["label"]) == ("reference-nets", "sod")
    assert [one["ring_kind"] for one in done.json["searches"]] == ["ring", "strong"]
    assert done.err.count("\n") == 1
    missing = carvsdb("show", "no-such-net")
    assert missing.code == 4


def test_a_catalogue_that_was_asked_for_must_be_there(nowhere: Path) -> None:
    assert carvsdb("similar", "sod", "--db", "mine.duckdb").code == 4
    (nowhere / "carvsdb.duckdb.wal").write_bytes(b"x")  # a catalogue that lost its file
    assert carvsdb("show", "sod").code == 7


def test_a_catalogue_that_is_there_is_asked(nowhere: Path) -> None:
    (nowhere / "square.cgd").write_text("PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n")
    assert carvsdb("ingest", "square.cgd").code == 0
    done = carvsdb("show", "square", "--json")
    assert json.loads(done.out)["catalogue"] == "carvsdb.duckdb"
    assert done.err == ""
