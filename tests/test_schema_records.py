"""For each model a record that is good, and what makes it bad."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from release_cards import good_card

from carvsdb_schemas.json_schemas import MODELS

SEQUENCE = {"sequence": [4, 12, 24, 42, 64, 92, 124, 162, 204, 252], "multiplicity": 2}
DESCRIPTION: dict[str, Any] = {
    "file": "dia.cgd", "label": "dia", "clustering": "as given", "bond_rule": "edges of the file", "status": "named",
    "cause": None, "n_nodes": 2, "n_linkers": 0, "n_edges": 4, "coordination": {"4": 2}, "periodicity": 3,
    "stable": True, "components": [{"key": "ck1:x", "names": ["dia"], "periodicity": 3, "multiplicity": 1}],
    "ring_kind": "ring", "linker_aware": False, "max_ring_size": 27, "completeness": "observed", "largest_ring": 6,
    "ring_counts": {"6": 4}, "carvs": {"vector": [0.0] * 5 + [12.0] + [0.0] * 21, "sigma": 0.0, "symbol": "{6(12)}"},
    "vertex_symbols": {"[6(2).6(2).6(2).6(2).6(2).6(2)]": 2}, "vertex_symbols_all": {}, "point_symbols": {"{6^6}": 2},
    "coordination_sequences": [SEQUENCE], "td10": 981.0, "key": "ck1:x", "names": ["dia"], "name": "dia",
    "quality": [], "seconds": 0.1, "version": "0.1.0",
}  # fmt: skip
HIT = {
    "label": "lon", "name": "lon", "source": None, "kind": "crystalline", "distance": 0.0, "noise": 0.0,
    "noise_kind": "none", "symbol": "{6(12)}", "interpenetration": 1, "coordination": "4", "clustering": "none",
    "bond_rule": "file",
}  # fmt: skip
SHARE = {
    "vertex_symbol": "[4.4.6.6.6.6]", "coordination": 4, "share": 1.0, "nodes": 6, "distance": 0.0, "nets": ["sod"],
    "environment": "0" * 32,
}  # fmt: skip
SORT = {
    "sort": 0, "vertex_symbol": "[4.4.6.6.6.6]", "coordination": 4, "nodes": 6, "share": 1.0,
    "symbol": "{4(2).6(4).12(32)}", "environment": "0" * 32,
}  # fmt: skip
WITH_NODES = {"label": "sod", "kind": "crystalline", "nodes": 6, "share": 1.0, "distance": 0.0}

GOOD: dict[str, dict[str, Any]] = {
    "description": DESCRIPTION,
    "distance": {
        "labels": ["a", "b"], "matrix": [[0, 0.5], [0.5, 0]], "noise": [[0, 0], [0, 0]],
        "noise_kind": [["none", "none"], ["none", "none"]], "words": [["", "different"], ["different", ""]],
        "metric": "carvs", "clusterings": [["none"], ["none"]], "bond_rules": [["file"], ["file"]],
    },
    "environments": {"query": "glass", "environments": [SHARE]},
    "error": {"error": {"code": 3, "item": "x.cgd:3", "message": "unknown group", "hint": None}},
    "ingest": {
        "files": 2, "added": 1, "unchanged": 0, "rejected": [{"file": "x.cgd", "line": 3, "message": "unknown group"}],
        "by_status": {"named": 1, "error": 1},
    },
    "list-item": {
        "label": "dia", "name": None, "kind": "crystalline", "source": None, "n_nodes": 2, "symbol": None,
        "sigma": None, "status": "unkeyed", "interpenetration": None, "coordination": "4", "point_symbol": "{6^6}",
        "vertex_symbol": None, "clustering": "none", "bond_rule": "file", "formula": None,
    },
    "show": {
        "label": "dia", "kind": "crystalline", "sha256": "0" * 64, "part": "", "formula": None, "density": None,
        "source": None,
        "parameters": {}, "provenance": {}, "description": DESCRIPTION,
        "searches": [{"ring_kind": "ring", "linker_aware": False, "max_ring_size": 27, "completeness": "observed"}],
    },
    "similar": {"query": "dia", "hits": [HIT]},
    "containing": {"query": "glass", "sort": SORT, "nets": [WITH_NODES]},
    "sorts": {"query": "glass", "sorts": [SORT]},
    "duplicate-group": {"representative": "A_ASR", "count": 2, "keys": 1, "labels": ["A_ASR", "A_FSR"]},
    "distinct-net": {
        "name": "dia", "clustering": "standard", "nets": 3, "materials": 2, "formulas": 2, "representative": "A_ASR",
        "key": "ck1:x",
    },
    "dataset-card": good_card(),
    "release-manifest": {
        "name": "nets", "version": "2026.11", "schema_version": 3, "code_version": "0.1.0",
        "content_sha256": "0" * 64, "sources": [{"collection": "RCSR", "redistribution": "full", "nets": 3}],
        "statuses": {"named": 3}, "parts": ["catalogue.duckdb"],
        "tables": {"net": {"file": "net.parquet", "rows": 3, "columns": ["id"], "content_sha256": "0" * 64}},
    },
}  # fmt: skip

BAD: list[tuple[str, dict[str, Any]]] = [
    ("description", {"periodicity": 4}),
    ("description", {"max_ring_size": 33}),
    ("description", {"coordination_sequences": [{"sequence": [4], "multiplicity": 2}]}),
    ("description", {"components": [{"key": None, "names": [], "periodicity": 3, "multiplicity": 0}]}),
    ("distance", {"matrix": 0.5}),
    ("environments", {"environments": [{**SHARE, "share": 1.5}]}),
    ("error", {"error": "unknown group"}),
    ("ingest", {"rejected": ["x.cgd"]}),
    ("list-item", {"n_nodes": "many"}),
    ("show", {"searches": [{}]}),
    ("containing", {"sort": {**SORT, "share": 2}}),
    ("containing", {"nets": [{**WITH_NODES, "distance": -1}]}),
    ("sorts", {"sorts": [{**SORT, "sort": -1}]}),
    ("duplicate-group", {"count": 1}),
    ("distinct-net", {"materials": 0}),
    ("similar", {"hits": [{**HIT, "distance": -0.1}]}),
    ("dataset-card", {"licence": "free for all"}),
    ("release-manifest", {"schema_version": 0}),
]


@pytest.mark.parametrize("name", GOOD)
def test_good(name: str) -> None:
    model: type[BaseModel] = MODELS[name]
    record = model.model_validate(GOOD[name])
    assert model.model_validate_json(record.model_dump_json()) == record


@pytest.mark.parametrize(("name", "change"), BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_bad(name: str, change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MODELS[name].model_validate({**GOOD[name], **change})


@pytest.mark.parametrize("name", GOOD)
def test_nothing_unknown_and_nothing_missing(name: str) -> None:
    with pytest.raises(ValidationError):
        MODELS[name].model_validate({**GOOD[name], "colour": "red"})
    with pytest.raises(ValidationError):
        MODELS[name].model_validate({key: value for key, value in list(GOOD[name].items())[1:]})
