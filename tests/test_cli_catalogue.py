"""`ingest`, `list`, `show`, `similar`, `distance`, `embed`, `sql`, `release`: the catalogue as a user meets it."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from program import carvsdb
from shipped import glass_file, net_file

from carvsdb import Catalogue

NETS = ["zif/cag", "zif/crb", "zif/dft", "si/dia", "zif/gis", "sio2/lon", "zif/neb", "sio2/qtz", "zif/sod"]


@pytest.fixture(scope="module")
def zif(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a catalogue of the published nets; tests only read it, or copy it."""
    folder = shared / "data" / "amorphous-mof"
    db = tmp_path_factory.mktemp("zif") / "zif.duckdb"
    files = [folder / f"{net}.cgd" for net in NETS]
    models = [
        folder / "zif" / "m1-azif_ace_24-topology.data",
        folder / "sio2" / "asio2-gap_22-topology.cgd",
    ]
    done = carvsdb("ingest", *files, *models, "--db", db, "--json")
    assert done.code == 0
    assert done.json == {
        "files": 11,
        "added": 11,
        "unchanged": 0,
        "rejected": [],
        "by_status": {"named": 9, "keyed": 2},
        "by_cause": [
            {"status": "named", "cause": None, "number": 9},
            {"status": "keyed", "cause": None, "number": 2},
        ],
    }
    return db


@pytest.fixture(scope="module")
def nets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return files of nets that ship, and of a generated one."""
    folder = tmp_path_factory.mktemp("nets")
    for net in NETS:
        net_file(folder, Path(net).name)
    glass_file(folder)
    return folder


@pytest.fixture(scope="module")
def shipped(nets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a catalogue of these; tests only read it, or copy it."""
    db = tmp_path_factory.mktemp("shipped") / "shipped.duckdb"
    done = carvsdb("ingest", nets, "--db", db, "--json")
    assert (done.code, done.json["added"], done.json["by_status"]) == (0, 10, {"named": 9, "keyed": 1})
    return db


@pytest.fixture
def own(shipped: Path, tmp_path: Path) -> Path:
    """Return a copy of the catalogue that a test may change."""
    return Path(shutil.copy(shipped, tmp_path / "own.duckdb"))


def test_list(zif: Path) -> None:
    rows = carvsdb("list", "--db", zif, "--json").json
    assert list(rows[0])[:8] == ["label", "name", "kind", "source", "n_nodes", "symbol", "sigma", "status"]
    kinds = {row["label"]: row["kind"] for row in rows}
    amorphous = {label for label, kind in kinds.items() if kind == "amorphous"}
    assert amorphous == {"m1-azif_ace_24-topology", "asio2-gap_22-topology"}
    assert len(rows) == 11
    assert "{4(2).6(4).12(32)}" in carvsdb("list", "--db", zif).out
    assert [row["label"] for row in carvsdb("list", "--net", "sod", "--db", zif, "--json").json] == ["sod"]


def test_published_distances(shared: Path, tmp_path: Path) -> None:
    known = json.loads((shared / "truth" / "distances.json").read_text(encoding="utf-8"))
    truth = json.loads((shared / "truth" / "nets.json").read_text(encoding="utf-8"))
    db = tmp_path / "nodes.duckdb"
    labels = []
    for name in known["names"]:
        path = shared / "data" / truth[name]["file"]
        labels.append(path.stem)
        assert carvsdb("ingest", path, "--db", db).code == 0
    got = carvsdb("distance", *labels, "--db", db, "--json").json
    assert got["labels"] == labels
    assert np.allclose(got["matrix"], known["matrix"], rtol=0, atol=1e-5)
    noise = np.array(got["noise"])
    assert noise[0, 1] == 0
    assert 0.005 < noise[9, 10] < 0.03


def test_similar_finds_by_unique_prefix(zif: Path) -> None:
    done = carvsdb("similar", "m1", "-k", "3", "--db", zif, "--json")
    assert done.json["query"] == "m1-azif_ace_24-topology"
    hits = done.json["hits"]
    assert [hit["label"] for hit in hits] == ["asio2-gap_22-topology", "dft", "neb"]
    assert list(hits[0])[:8] == ["label", "name", "source", "kind", "distance", "noise", "noise_kind", "symbol"]
    assert hits[0]["noise_kind"] == "blocks"
    assert "nearest to m1-azif" in carvsdb("similar", "m1", "--db", zif).out


def test_similar_takes_a_file_that_is_not_stored(zif: Path, shared: Path) -> None:
    path = shared / "data/amorphous-mof/zif/m1_ace_24-anneal_1500K_5ns.cgd"
    hits = carvsdb("similar", path, "-k", "2", "--db", zif, "--json").json["hits"]
    assert [hit["label"] for hit in hits] == ["m1-azif_ace_24-topology", "asio2-gap_22-topology"]
    assert 0.001 < hits[0]["distance"] < 0.0015


def test_ambiguous_and_unknown_names(shipped: Path) -> None:
    done = carvsdb("similar", "d", "--db", shipped, "--json")
    assert done.code == 4
    assert "dft" in done.json["error"]["message"]
    assert "dia" in done.json["error"]["message"]
    assert carvsdb("show", "nothing-like-it", "--db", shipped).code == 4


def test_dia_and_lon_are_two_entries_at_no_distance(shipped: Path) -> None:
    got = carvsdb("distance", "dia", "lon", "--db", shipped, "--json").json
    assert got["matrix"] == [[0, 0], [0, 0]]


def test_incomplete_vectors_of_two_cut_offs_are_refused(tmp_path: Path) -> None:
    db, zni = tmp_path / "cut.duckdb", net_file(tmp_path, "zni")
    assert carvsdb("ingest", zni, "--max-ring-size", "12", "--db", db).code == 0
    assert carvsdb("ingest", net_file(tmp_path, "coi"), "--max-ring-size", "16", "--db", db).code == 0
    done = carvsdb("distance", "zni", "coi", "--db", db)
    assert done.code == 7
    assert "12" in done.err
    assert "16" in done.err
    assert "carvsdb ingest --max-ring-size" in done.err
    # The command that it names repairs it.
    assert carvsdb("ingest", zni, "--max-ring-size", "16", "--db", db).code == 0
    assert carvsdb("distance", "zni", "coi", "--db", db).code == 0


def test_a_net_without_rings_is_stored_and_left_out(own: Path, tmp_path: Path) -> None:
    chain = tmp_path / "chain.cgd"
    chain.write_text("PERIODIC_GRAPH\nEDGES\n 1 2 0 0 0\n 2 1 1 0 0\nEND\n")
    assert carvsdb("ingest", chain, "--db", own).code == 0
    assert "chain" in carvsdb("list", "--db", own).out
    done = carvsdb("similar", "chain", "--db", own)
    assert done.code == 7
    assert "no rings" in done.err
    others = carvsdb("similar", "dia", "-k", "50", "--db", own, "--json").json["hits"]
    assert "chain" not in [hit["label"] for hit in others]


def test_ingesting_twice_changes_nothing(own: Path, nets: Path) -> None:
    before = carvsdb("sql", "SELECT * FROM entry ORDER BY label", "--db", own, "--json").json
    digest = own.read_bytes()
    done = carvsdb("ingest", nets / "sod.cgd", "--db", own, "--json").json
    assert (done["added"], done["unchanged"]) == (0, 1)
    assert carvsdb("sql", "SELECT * FROM entry ORDER BY label", "--db", own, "--json").json == before
    assert len(own.read_bytes()) == len(digest)


def test_the_same_content_under_another_name_is_known(own: Path, nets: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(nets / "sod.cgd", tmp_path / "other.cgd"))
    done = carvsdb("ingest", copy, "--db", own)
    assert done.code == 0
    assert "is stored as 'sod'" in done.err
    assert "0 added, 1 unchanged" in done.out


def test_other_content_under_a_label_in_use_gets_a_label_of_its_own(own: Path, tmp_path: Path) -> None:
    other = Path(shutil.copy(net_file(tmp_path, "zni"), tmp_path / "sod.cgd"))
    done = carvsdb("ingest", other, "--db", own)
    assert done.code == 0
    assert "sod.cgd" in done.err
    labels = [row["label"] for row in carvsdb("list", "--db", own, "--json").json]
    assert "sod" in labels
    assert "sod.cgd" in labels
    taken = carvsdb("ingest", net_file(tmp_path, "coi"), "--label", "sod", "--db", own)
    assert taken.code == 7
    assert "'sod'" in taken.err


def test_show(shipped: Path) -> None:
    got = carvsdb("show", "sod", "--db", shipped, "--json").json
    assert got["description"]["carvs"]["symbol"] == "{4(2).6(4).12(32)}"
    assert got["kind"] == "crystalline"
    assert "analysed by" in carvsdb("show", "sod", "--db", shipped).out


def test_sql_reads_and_only_reads(shipped: Path) -> None:
    assert carvsdb("sql", "SELECT count(*) AS n FROM entry", "--db", shipped, "--json").json == [{"n": 10}]
    for query in ("DROP TABLE net", "DELETE FROM net", "COPY net TO 'x.csv'", "SELECT * FROM 'x.csv'", "SELEC"):
        assert carvsdb("sql", query, "--db", shipped).code in (3, 7), query


def test_embed(own: Path, tmp_path: Path) -> None:
    fitted = carvsdb("embed", "fit", "--method", "pca", "--plot", tmp_path / "map.png", "--db", own, "--json").json
    assert len(fitted["labels"]) == len(fitted["coordinates"]) == 10
    assert (tmp_path / "map.png").read_bytes()[:4] == b"\x89PNG"
    assert carvsdb("embed", "plot", tmp_path / "map.svg", "--highlight", "glass", "--db", own).code == 0
    assert carvsdb("embed", "plot", "-o", tmp_path / "map.svg", "--db", own).code == 7  # it is there
    assert carvsdb("embed", "plot", "-o", tmp_path / "map.svg", "--force", "--db", own).code == 0
    assert carvsdb("embed", "plot", "--db", own).code == 2
    shown = carvsdb("embed", "show", "--db", own, "--json").json
    assert [len(near) for near in shown.pop("nearest")] == [3] * 10
    assert fitted.pop("nearest") == []
    assert shown == fitted
    refused = carvsdb("embed", "fit", "--plot", tmp_path / "map.jpeg", "--db", own)
    assert refused.code == 3
    assert ".png" in refused.err


def test_release(shipped: Path, tmp_path: Path) -> None:
    card = Path(__file__).parents[1] / "datasets" / "reference-nets" / "card.yaml"
    release = tmp_path / "release"
    assert carvsdb("release", "build", "--db", shipped, "--card", card, "-o", release).code == 0
    assert carvsdb("release", "verify", release).code == 0
    tables = sorted(release.rglob("*.parquet"))
    damaged = bytearray(tables[0].read_bytes())
    damaged[len(damaged) // 2] ^= 1
    tables[0].write_bytes(bytes(damaged))
    done = carvsdb("release", "verify", release)
    assert done.code == 8
    assert tables[0].name in done.err


def test_a_folder_of_good_and_bad_files(own: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "good.cgd").write_text("PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n")
    (folder / "empty.cgd").write_text("")
    (folder / "loop.cgd").write_text("PERIODIC_GRAPH\nEDGES\n 1 1 0 0\nEND\n")
    done = carvsdb("ingest", folder, "--db", own, "--json")
    assert done.code == 6
    assert (done.json["files"], done.json["added"]) == (3, 1)
    assert sorted(Path(one["file"]).name for one in done.json["rejected"]) == ["empty.cgd", "loop.cgd"]
    assert done.json["rejected"][1]["line"] == 3
    assert done.json["by_status"] == {"named": 1, "error": 2}
    assert carvsdb("show", "good", "--db", own).code == 0


def test_a_missing_catalogue(tmp_path: Path) -> None:
    done = carvsdb("list", "--db", tmp_path / "none.duckdb")
    assert done.code in (3, 4)
    assert "none.duckdb" in done.err
    assert not (tmp_path / "none.duckdb").exists()


# A process that is started in the background of a script ignores Ctrl-C, and so would this one.
LISTENING = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from carvsdb.cli.main import run; run()"
)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupting_loses_nothing_that_was_added(shared: Path, tmp_path: Path, number: signal.Signals) -> None:
    db, folder = tmp_path / "cut.duckdb", shared / "data" / "amorphous-mof"
    files = [folder / f"{net}.cgd" for net in NETS]
    slow = folder / "si" / "asi-gap_18-topology.cgd"
    process = subprocess.Popen(
        [sys.executable, "-c", LISTENING, "ingest", *map(str, [*files, slow, slow.with_suffix(".data")]), "--db", db],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 120
    while not db.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.5)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "interrupted" in err
    stored: list[str] = []
    if db.exists():  # one that holds nothing yet is taken away
        with Catalogue.open(db, read_only=True) as catalogue:
            stored = [row["label"] for row in catalogue.list().rows()]
            assert set(stored) <= {Path(net).name for net in NETS} | {slow.stem}
            for label in stored:
                assert catalogue.show(label).description.carvs.vector
    done = carvsdb("ingest", *files, "--db", db, "--json").json
    assert done["added"] + done["unchanged"] == len(files)
    assert done["unchanged"] == len(set(stored) - {slow.stem})


def test_strong_rings_and_names_of_ones_own_in_the_catalogue(shared: Path, tmp_path: Path) -> None:
    db, names, sod = tmp_path / "s.duckdb", tmp_path / "names.tsv", shared / "data/amorphous-mof/zif/sod.cgd"
    assert carvsdb("archive", "import", shared / "data/rcsr/zeolites-sample.arc", "--names", names).code == 0
    assert carvsdb("ingest", sod, "--names", names, "--db", db).code == 0
    assert carvsdb("list", "--db", db, "--json").json[0]["name"] == "sod, sod-b, SOD"
    strong = carvsdb("ingest", sod, "--rings", "strong", "--max-ring-size", "auto", "--db", db, "--json").json
    assert strong["added"] == 1
    searches = carvsdb("show", "sod", "--db", db, "--json").json["searches"]
    assert sorted((one["ring_kind"], one["completeness"]) for one in searches) == [
        ("ring", "observed"),
        ("strong", "proved"),
    ]
    # An argument may be a net's name: the label is sod, SOD is a name of its net.
    assert carvsdb("show", "SOD", "--db", db, "--json").json["label"] == "sod"
