"""`list` and `similar` with conditions, `containing`, `duplicates`, the side index, names applied anew."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from catalogue_entries import RCSR, amorphous_entry, chain_entry, entry_of, library_entry
from program import carvsdb

from carvsdb.atoms.structure import Structure
from carvsdb.catalogue import Catalogue, Entry, Filters, SourceInfo
from carvsdb.net import library
from carvsdb.topology import identify, key_of
from carvsdb_ingest.sources import source_named
from carvsdb_ingest.tasks.pipeline import ingest_collection
from carvsdb_schemas.answers import ContainingAnswer, DistinctNet, DuplicateGroup, SortsAnswer
from carvsdb_schemas.description import ComponentDescription

NETS = ("dia", "lon", "sod", "pcu", "qtz", "gis", "nbo", "srs")

FILTERS = [
    (("--kind", "amorphous"), Filters(kind="amorphous"), {"glass"}),
    (("--source", "RCSR"), Filters(source="RCSR"), {"gis", "lon", "nbo"}),
    (("--formula", "O2Si"), Filters(formula="O2Si"), {"qtz"}),
    (("--coordination", "3"), Filters(coordination=(3,)), {"srs"}),
    (("--clustering", "all"), Filters(clustering="all"), {"two@all"}),
    (("--cut-off", "20"), Filters(max_ring_size=20), {"dia"}),
    (("--name", "lon"), Filters(name="lon"), {"lon"}),
    (("--net", "lon"), Filters(name="lon"), {"lon"}),
    (("--status", "named", "--max-nodes", "5"), Filters(status="named", max_nodes=5), {"lon", "nbo"}),
    (("--min-density", "2", "--max-density", "2.65"), Filters(min_density=2, max_density=2.65), {"qtz"}),
    (("--min-density", "2"), Filters(min_density=2), {"qtz", "dia"}),
    (("--doubt", "symmetry:"), Filters(doubt="symmetry:"), {"nbo"}),
    (
        ("--without-doubt", "symmetry:", "--source", "RCSR"),
        Filters(without_doubt="symmetry:", source="RCSR"),
        {"gis", "lon"},
    ),
    (("--min-nodes", "8", "--kind", "crystalline"), Filters(min_nodes=8, kind="crystalline"), {"gis"}),
]


def entries() -> Iterator[Entry]:
    more: dict[str, dict[str, Any]] = {"qtz": {"formula": "O2Si", "density": 2.65}, "dia": {"density": 3.5}}
    for name in NETS:
        named = name in ("lon", "gis", "nbo")
        entry = library_entry(
            name, source=RCSR if named else None, names=(name,) if named else (), **more.get(name, {})
        )
        if name == "nbo":
            doubtful = entry.description.model_copy(update={"quality": ["symmetry: unknown", "merged: 1"]})
            entry = replace(entry, description=doubtful)
        yield entry
    yield library_entry("dia", max_ring_size=20)
    yield amorphous_entry("glass", 1)
    yield chain_entry()
    for clustering in ("single", "all"):
        yield library_entry("pcu", label="two", clustering=clustering, content="two")


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("search") / "nets.duckdb"
    with Catalogue.open(path) as catalogue:
        catalogue.add(entries(), at_once=5)
    return path


@pytest.mark.parametrize(
    ("options", "filters", "labels"), FILTERS, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_condition(db: Path, options: tuple[str, ...], filters: Filters, labels: set[str]) -> None:
    assert {row["label"] for row in carvsdb("list", *options, "--db", db, "--json").json} == labels
    hits = carvsdb("similar", "sod", "-k", "50", *options, "--db", db, "--json").json["hits"]
    assert {row["label"] for row in hits} == labels
    with Catalogue.open(db, read_only=True) as catalogue:
        assert set(catalogue.list(filters).table["label"].to_pylist()) == labels
        assert set(catalogue.list(filters, limit=50).table["label"].to_pylist()) == labels


def test_a_list_that_is_cut_off_is_as_the_whole(db: Path) -> None:
    with Catalogue.open(db, read_only=True) as catalogue:
        whole = catalogue.list()
        assert len(whole) == len(catalogue)
        for limit in (1, 3, 50):
            part = catalogue.list(limit=limit)
            assert part.rows() == whole.rows()[:limit]
            more = len(whole) - limit
            assert part.notes == ((f"{more} more",) if more > 0 else ())
    done = carvsdb("list", "--limit", "2", "--db", db)
    assert len(done.out.splitlines()) == 3
    assert "10 more" in done.err
    assert [row["label"] for row in carvsdb("list", "--begins", "g", "--db", db, "--json").json] == ["gis", "glass"]


def test_containing(db: Path, tmp_path: Path) -> None:
    done = carvsdb("containing", "lon", "--db", db)
    assert [line.split()[0] for line in done.out.splitlines()] == ["label", "dia", "lon"]
    assert "sort 0 of 1 of lon: [6(2).6(2).6(2).6(2).6(2).6(2)], {6(12)}" in done.err
    found = carvsdb("containing", "lon", "--within", "0.9", "-k", "3", "--db", db, "--json").json
    ContainingAnswer.model_validate(found)
    SortsAnswer.model_validate(carvsdb("containing", "glass", "--sorts", "--db", db, "--json").json)
    assert found["sort"]["symbol"] == "{6(12)}"
    assert [row["share"] for row in found["nets"]] == [1, 1, 1]
    (sort,) = carvsdb("containing", "glass", "--sorts", "--db", db, "--json").json["sorts"]
    assert (sort["nodes"], sort["coordination"]) == (6, 4)
    assert "{4(2).6(4).12(32)}" in carvsdb("containing", "glass", "--sorts", "--db", db).out
    assert carvsdb("containing", "lon", "--sort", "7", "--db", db).code == 4
    file = tmp_path / "new.cgd"
    file.write_text("PERIODIC_GRAPH\nEDGES\n 1 1 1 0 0\n 1 1 0 1 0\n 1 1 0 0 1\nEND\n")
    nets = carvsdb("containing", file, "--db", db, "--json").json["nets"]
    assert {row["label"] for row in nets} == {"pcu", "two@all", "two@single"}


def test_duplicates(tmp_path: Path) -> None:
    path = tmp_path / "mofs.duckdb"
    atoms = Structure(("Zn",), np.zeros((1, 3)), 10 * np.eye(3))
    core = SourceInfo("CoRE")

    def mof(refcode: str, net: str, **more: object) -> Entry:
        made = library_entry(net, label=refcode, content=refcode, source=replace(core, id_in_source=refcode))
        about = made.description.model_copy(update={"key": key_of(library.load(net)), "status": "keyed"})
        return replace(made, description=about, **more)  # type: ignore[arg-type]

    with Catalogue.open(path) as catalogue:
        catalogue.add(
            [
                mof("ABAVIJ_ASR", "dia", formula="ZnC4"),
                mof("ABAVIJ_FSR", "dia", formula="ZnC4O", atoms=atoms),
                mof("VELVOY_clean", "sod", formula="ZnC8", atoms=atoms),
                mof("FAWCEN", "sod", formula="ZnC8"),
                mof("2019[Zn][sod]3[ASR]1", "sod"),
                mof("2019[Zn][sod]3[FSR]1", "dia"),
                mof("OFAWAV", "pcu"),
            ]
        )
        twins = catalogue.duplicates("twins").rows()
        assert [(row["representative"], row["count"], row["keys"]) for row in twins] == [
            ("2019[Zn][sod]3[ASR]1", 2, 2),
            ("ABAVIJ_ASR", 2, 1),
        ]
        assert twins[1]["labels"] == ["ABAVIJ_ASR", "ABAVIJ_FSR"]
        assert [row["labels"] for row in catalogue.duplicates("key").rows()] == [["FAWCEN", "VELVOY_clean"]]
        assert [row["labels"] for row in catalogue.duplicates("structure").rows()] == [["ABAVIJ_FSR", "VELVOY_clean"]]
        nets = {row["representative"]: (row["nets"], row["materials"]) for row in catalogue.distinct_nets().rows()}
        assert nets == {"2019[Zn][sod]3[ASR]1": (3, 3), "2019[Zn][sod]3[FSR]1": (3, 2), "OFAWAV": (1, 1)}
    done = carvsdb("duplicates", "--by", "twins", "--db", path)
    assert "ABAVIJ_ASR, ABAVIJ_FSR" in done.out
    assert "2 groups; 2 entries repeat another" in done.err
    listed = [DistinctNet.model_validate(one) for one in carvsdb("duplicates", "--nets", "--db", path, "--json").json]
    assert len(listed) == 3
    groups = [DuplicateGroup.model_validate(one) for one in carvsdb("duplicates", "--db", path, "--json").json]
    assert [group.count for group in groups] == [2]
    assert "OFAWAV" in carvsdb("duplicates", "--nets", "--db", path).out


def test_side_index(tmp_path: Path) -> None:
    path = tmp_path / "nets.duckdb"
    with Catalogue.open(path) as catalogue:
        ingest_collection(catalogue, source_named("exact-nets"))
    assert "the side index is missing" in carvsdb("db", "index", "--status", "--db", path).out
    made = carvsdb("db", "index", "--db", path, "--json").json
    assert (made["was"], made["status"], made["vectors"]) == ("missing", "fresh", 41)
    assert made["recall"] >= 0.99
    exact = carvsdb("similar", "sod", "-k", "5", "--db", path, "--json").json
    assert carvsdb("similar", "sod", "-k", "5", "--approximate", "--db", path, "--json").json == exact
    with Catalogue.open(path) as catalogue:
        catalogue.add([chain_entry()])
        assert catalogue.side_index().vectors == 41
        catalogue.add([amorphous_entry("glass", 1), library_entry("sod", label="again", content="again")])
    assert carvsdb("db", "index", "--status", "--db", path, "--json").json["status"] == "fresh"
    with Catalogue.open(path) as catalogue:
        catalogue.add([entry_of_rare()])
    assert carvsdb("db", "index", "--status", "--db", path, "--json").json["status"] == "stale"
    near = carvsdb("similar", "rare", "-k", "4", "--approximate", "--min-nodes", "2", "--db", path, "--json").json
    assert near == carvsdb("similar", "rare", "-k", "4", "--min-nodes", "2", "--db", path, "--json").json
    status = carvsdb("db", "index", "--status", "--db", path, "--json").json
    assert (status["status"], status["vectors"]) == ("fresh", 42)
    side = path.with_name(path.name + ".ring.ivf")
    side.write_bytes(side.read_bytes()[:-1])
    assert carvsdb("db", "index", "--status", "--db", path, "--json").json["status"] == "damaged"
    assert carvsdb("similar", "sod", "--approximate", "--metric", "ring-sizes", "--db", path).code == 3


def entry_of_rare() -> Entry:
    from carvsdb.net import Net
    from carvsdb.rings import find_rings

    net = Net.from_edges([(0, 1, 0, 0), (0, 1, 1, 0), (0, 2, 0, 0), (1, 2, 0, 1), (0, 0, 0, 1)], name="rare")
    return entry_of(find_rings(net), "rare")


def test_names_are_applied_anew(tmp_path: Path) -> None:
    path, names = tmp_path / "nets.duckdb", tmp_path / "names.tsv"
    net = library.load("dia")
    own = identify(net)
    about = library_entry("dia").description.model_copy(
        update={
            "key": own.key,
            "status": "keyed",
            "components": [
                ComponentDescription(
                    key=part.key, names=[], periodicity=part.periodicity, multiplicity=part.multiplicity
                )
                for part in own.components
            ],
        }
    )
    with Catalogue.open(path) as catalogue:
        catalogue.add([replace(library_entry("dia"), description=about), library_entry("sod")])
        assert catalogue.list().table["name"].to_pylist() == [None, None]
    done = carvsdb("archive", "apply", "--db", path, "--json").json
    assert (done["keyed"], done["named"], done["nets"]) == (1, 1, 1)
    assert carvsdb("list", "--name", "dia", "--db", path, "--json").json[0]["status"] == "named"
    assert carvsdb("archive", "apply", "--db", path, "--json").json["nets"] == 0
    names.write_text(f"mine\t{own.key}\n")
    assert "dia, mine" in carvsdb("archive", "apply", "--names", names, "--db", path).out
    assert carvsdb("show", "mine", "--db", path, "--json").json["description"]["components"][0]["names"] == [
        "dia",
        "mine",
    ]
    assert "1 of 1 nets with keys were renamed" in carvsdb("archive", "apply", "--db", path).out
    assert carvsdb("show", "mine", "--db", path).code == 4
    assert carvsdb("db", "verify", "--db", path).code == 0
    assert carvsdb("archive", "apply", "--db", tmp_path / "none.duckdb").code == 4
    assert not (tmp_path / "none.duckdb").exists()
