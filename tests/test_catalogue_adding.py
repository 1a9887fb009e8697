"""What goes into a catalogue, once and whole."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from catalogue_entries import RCSR, amorphous_entry, chain_entry, entry_of, library_entry

from carvsdb.catalogue import Catalogue, Entry
from carvsdb.catalogue.records import rows
from carvsdb.errors import InputError, RefusedError
from carvsdb.net import Net, library
from carvsdb.rings import Carvs, find_rings
from carvsdb_schemas.tables import ALL_TABLES

# CARVS as published: Nicholas et al., arXiv:2503.24367 (2025)
PUBLISHED = {
    "sod": "{4(2).6(4).12(32)}",
    "dia": "{6(12)}",
    "lon": "{6(12)}",
    "qtz": "{6(6).8(40)}",
    "gis": "{4(3).8(4)}",
}


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    with Catalogue.in_memory() as opened:
        yield opened


def everything(catalogue: Catalogue) -> dict[str, list[dict[str, Any]]]:
    return {
        str(model.__tablename__): catalogue.sql(f"SELECT * FROM {model.__tablename__} ORDER BY ALL").rows()
        for model in ALL_TABLES
    }


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_symbols_are_listed(catalogue: Catalogue, name: str) -> None:
    catalogue.add([library_entry(name)])
    (line,) = catalogue.list().rows()
    assert (line["label"], line["symbol"], line["sigma"]) == (name, PUBLISHED[name], 0)


def test_list_has_its_fields(catalogue: Catalogue) -> None:
    catalogue.add([library_entry("dia", source=RCSR, names=("dia",)), chain_entry()])
    assert catalogue.list().rows() == [
        {
            "label": "chain", "name": None, "kind": "crystalline", "source": None, "n_nodes": 1, "symbol": "{}",
            "sigma": 0.0, "status": "unkeyed", "interpenetration": None, "coordination": "2", "point_symbol": "{*}",
            "vertex_symbol": "[*]", "clustering": "none", "bond_rule": "file", "formula": None,
        },
        {
            "label": "dia", "name": "dia", "kind": "crystalline", "source": "RCSR", "n_nodes": 2,
            "symbol": "{6(12)}", "sigma": 0.0, "status": "named", "interpenetration": None, "coordination": "4",
            "point_symbol": "{6^6}", "vertex_symbol": "[6(2).6(2).6(2).6(2).6(2).6(2)]", "clustering": "none",
            "bond_rule": "file", "formula": None,
        },
    ]  # fmt: skip


def test_adding_again_changes_nothing(catalogue: Catalogue) -> None:
    entries = [library_entry("dia", source=RCSR), amorphous_entry("glass"), chain_entry()]
    report = catalogue.add(entries)
    assert report.added == ("dia", "glass", "chain")
    before = everything(catalogue)
    report = catalogue.add(entries)
    assert (report.added, report.unchanged) == ((), ("dia", "glass", "chain"))
    assert everything(catalogue) == before
    filled = {table for table in before if before[table]}
    assert filled == {
        "schema_info", "source", "structure", "net", "carvs", "environment", "net_environment", "noise_block", "attempt"
    }  # fmt: skip


def test_same_content_under_another_label(catalogue: Catalogue) -> None:
    catalogue.add([library_entry("dia")])
    report = catalogue.add([library_entry("dia", label="diamond")])
    assert (report.added, report.unchanged, report.kept_as) == ((), ("dia",), {"diamond": "dia"})
    assert len(catalogue) == 1


def test_same_label_for_other_content_is_refused(catalogue: Catalogue) -> None:
    catalogue.add([library_entry("dia", label="x")])
    before = everything(catalogue)
    with pytest.raises(RefusedError, match=r"'x' belongs to other content.*x\.cgd.*--label"):
        catalogue.add([library_entry("lon", label="x")])
    assert everything(catalogue) == before


def test_what_is_learnt_about_a_net_is_kept(catalogue: Catalogue) -> None:
    plain = library_entry("dia")
    known = plain.description.model_copy(update={"key": "ck1:x", "names": ["dia"], "status": "named", "cause": None})
    more = known.model_copy(update={"names": ["dia", "diamond"]})
    for description, names in ((plain.description, []), (known, ["dia"]), (more, ["dia", "diamond"])):
        catalogue.add([replace(plain, description=description)])
        assert catalogue.show("dia").description.names == names
    catalogue.add([plain, replace(plain, description=known)])
    assert catalogue.show("dia").description.names == ["dia", "diamond"]
    assert catalogue.list().rows()[0]["status"] == "named"


def test_parts_of_one_file_are_several_structures(catalogue: Catalogue) -> None:
    found = find_rings(library.load("dia")), find_rings(library.load("sod"))
    for number, census in enumerate(found, start=1):
        catalogue.add([entry_of(census, f"two#{number}", content="one file", part=f"#{number}")])
    assert catalogue.list().table["label"].to_pylist() == ["two#1", "two#2"]


def test_same_bytes_with_other_edges_are_refused(catalogue: Catalogue) -> None:
    catalogue.add([entry_of(find_rings(library.load("dia")), "a", content="one file")])
    with pytest.raises(RefusedError, match=r"other edges \(4, now 12\)"):
        catalogue.add([entry_of(find_rings(library.load("sod")), "a", content="one file")])


def test_another_cut_off_is_another_search_of_the_same_net(catalogue: Catalogue) -> None:
    catalogue.add([library_entry("sod")])
    report = catalogue.add([library_entry("sod", max_ring_size=12)])
    assert report.added == ("sod",)
    assert len(catalogue) == 1
    assert [(search.max_ring_size, search.completeness) for search in catalogue.show("sod").searches] == [
        (27, "observed"),
        (12, "no"),
    ]
    # the nodes look the same in both searches
    assert catalogue.sql("FROM environment").rows() != []
    assert len(catalogue.sql("FROM environment")) == 1


def test_another_clustering_is_another_net_of_the_same_structure(catalogue: Catalogue) -> None:
    dia, sod = find_rings(library.load("dia")), find_rings(library.load("sod"))
    catalogue.add([entry_of(dia, "m", content="m", clustering="single-node")])
    catalogue.add([entry_of(sod, "m", content="m", clustering="all-node")])
    assert catalogue.list().table["label"].to_pylist() == ["m@all-node", "m@single-node"]
    assert len(catalogue.sql("FROM structure")) == 1


def test_other_bond_parameters_are_another_net(catalogue: Catalogue) -> None:
    catalogue.add(
        [library_entry("dia", parameters={"cut_off": 2.4}), library_entry("dia", parameters={"cut_off": 2.6})]
    )
    labels = catalogue.list().table["label"].to_pylist()
    assert len(labels) == len(set(labels)) == 2
    assert [catalogue.label(label) for label in labels] == labels


@pytest.mark.parametrize("name", ["dia", "sql", "sod", "qtz"])
def test_read_back(catalogue: Catalogue, name: str) -> None:
    entry = library_entry(name, source=RCSR, names=(name,), parameters={"a": 1.5}, provenance={"seed": 3})
    catalogue.add([entry])
    shown = catalogue.show(name)
    assert shown.description == entry.description
    assert (shown.sha256, shown.kind, shown.parameters, shown.provenance) == (
        entry.content_hash,
        "crystalline",
        {"a": 1.5},
        {"seed": 3},
    )
    assert shown.source is not None
    assert shown.source.doi == RCSR.doi
    assert catalogue.net(name).same_as(entry.net)


def test_read_back_with_positions() -> None:
    edges = [(0, 2, 0, 0, 0), (1, 2, 0, 0, 0), (0, 3, 1, 0, 0), (1, 3, 0, 1, 0)]
    net = Net.from_edges(
        edges,
        multiplicity=[1, 2, 1, 1],
        is_node=[True, True, False, False],
        positions=np.arange(12).reshape(4, 3) / 7,
        cell=np.diag([3.0, 4.0, 5.0]),
        labels=["Zn1", "Zn2", "im1", "im2"],
        name="x",
    )
    with Catalogue.in_memory() as catalogue:
        catalogue.add([entry_of(find_rings(net), "x", clustering="node-linker")])
        back = catalogue.net("x")
    assert back.same_as(net)
    assert back.labels == net.labels
    for stored, given in ((back.positions, net.positions), (back.cell, net.cell)):
        assert stored is not None
        assert given is not None
        assert np.array_equal(stored, given)


def test_an_interrupt_leaves_what_was_whole(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue.add([library_entry("dia")])
    before = everything(catalogue)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(rows, "environment_tables", interrupted)  # structure, net and carvs are written by then
        with pytest.raises(KeyboardInterrupt):
            catalogue.add([library_entry("sod", source=RCSR)])
    assert everything(catalogue) == before
    assert catalogue.add([library_entry("sod", source=RCSR)]).added == ("sod",)


def test_an_error_between_entries_keeps_the_first(catalogue: Catalogue) -> None:
    def entries() -> Iterator[Entry]:
        yield library_entry("dia")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        catalogue.add(entries())
    assert catalogue.list().table["label"].to_pylist() == ["dia"]


def test_attempts(catalogue: Catalogue) -> None:
    catalogue.add([library_entry("dia")])
    for _ in range(2):
        catalogue.record_attempt("bad.cgd", "error", "bad.cgd:3: unknown group", content_hash="0" * 64, seconds=0.1)
    attempts = catalogue.sql("SELECT input, label, status, cause FROM attempt ORDER BY input").rows()
    assert [tuple(attempt.values()) for attempt in attempts] == [
        ("bad.cgd", None, "error", "bad.cgd:3: unknown group"),
        ("dia.cgd", "dia", "unkeyed", "not searched"),
    ]
    with pytest.raises(InputError, match="status must be one of"):
        catalogue.record_attempt("bad.cgd", "failed", "")


def test_environments_are_shared_by_crystals(catalogue: Catalogue) -> None:
    catalogue.add([library_entry("dia"), library_entry("lon")])
    (environment,) = catalogue.sql("FROM environment").rows()
    assert environment["counts"][5] == 12
    assert catalogue.sql("SELECT sum(multiplicity) AS n FROM net_environment").rows() == [{"n": 6}]


def test_stored_vectors_are_those_of_the_net(catalogue: Catalogue) -> None:
    catalogue.add([library_entry("qtz")])
    (stored,) = catalogue.sql("SELECT mean_counts, normalised FROM carvs").rows()
    carvs = find_rings(library.load("qtz")).carvs()
    assert np.allclose(stored["mean_counts"][:27], carvs.vector)
    assert np.allclose(stored["normalised"], carvs.normalised)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"label": " "}, "needs a label"),
        ({"content_hash": "abc"}, "64 hexadecimal"),
        ({"kind": "liquid"}, "kind of 'dia' must be one of"),
        ({"node_counts": np.zeros((3, 27), np.int64)}, r"\(2, 27\), got \(3, 27\)"),
        ({"node_counts": np.zeros((2, 27), np.int64)}, "not the mean"),
        ({"provenance": {"folder": object()}}, "provenance of 'dia' must be JSON values"),
        ({"parameters": {"cut_off": float("nan")}}, "parameters of 'dia' must be JSON values"),
        ({"node_vertex_symbols": ("x",)}, "2 nodes but 1 vertex symbols"),
    ],
)
def test_entries_are_checked(change: dict[str, Any], sentence: str) -> None:
    good = library_entry("dia")
    fields = {name: getattr(good, name) for name in Entry.__dataclass_fields__}
    with pytest.raises(InputError, match=sentence):
        Entry(**{**fields, **change})


def test_the_catalogue_says_what_it_is(catalogue: Catalogue) -> None:
    assert repr(catalogue) == "<Catalogue in memory: 0 nets>"
    entry = library_entry("dia")
    catalogue.add([entry])
    assert repr(catalogue) == "<Catalogue in memory: 1 net>"
    assert repr(entry) == "<Entry dia: <Net dia: 2 vertices, 4 edges>, {6(12)}>"
    assert isinstance(entry.carvs(), Carvs)
