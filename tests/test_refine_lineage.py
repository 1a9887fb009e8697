"""Lineages: how a model came to be, over runs and loops, from the bytes of the files."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from program import carvsdb
from refine_folder import finished_run
from test_refine_learn import whole as whole

from carvsdb.catalogue import Catalogue, RefinementRun
from carvsdb.errors import NotFoundError
from carvsdb_refine.run import prepare, read_config
from carvsdb_refine.run.into_catalogue import store
from carvsdb_refine.run.result import read_result
from carvsdb_schemas.refinement_answers import RunAnswer


def sum_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def stored(config: Path, db: Path, label: str) -> None:
    setup = prepare(read_config(config))
    said = read_result(setup.file.outputs / "result.json")
    store(setup, RunAnswer.model_validate(said | {"seconds": 0.0, "moves_per_second": None}), db, label)


def test_a_chain_over_two_runs(tmp_path: Path) -> None:
    config, db = finished_run(tmp_path), tmp_path / "si.duckdb"
    again = tmp_path / "again.toml"
    again.write_text(config.read_text().replace("start.xyz", "si/model.xyz"))
    assert carvsdb("refine", "run", again).code == 0
    stored(config, db, "first")
    stored(again, db, "second")
    steps = carvsdb("show", "second", "--lineage", "--db", db, "--json").json["steps"]
    by_key = {step["key"]: step for step in steps}
    assert len(by_key) == len(steps)
    for place, step in enumerate(steps):
        assert set(step["made_from"]) <= {one["key"] for one in steps[:place]}
    # From the last model back to what nothing made, by the bytes that lie on the disk.
    model = by_key[sum_of(tmp_path / "again/model.xyz")]
    (run,) = (by_key[key] for key in model["made_from"])
    first = by_key[sum_of(tmp_path / "si/model.xyz")]
    assert first["key"] in run["made_from"]
    (before,) = (by_key[key] for key in first["made_from"])
    assert {by_key[key]["kind"] for key in before["made_from"]} == {"data", "structure", "potential"}
    assert sum_of(tmp_path / "start.xyz") in before["made_from"]
    assert sum_of(tmp_path / "neutron-sq.txt") in before["made_from"]
    # The first does not come from the second; a kept model is one of its own.
    alone = carvsdb("show", "first", "--lineage", "--db", db, "--json").json["steps"]
    assert {step["key"] for step in alone} < set(by_key)
    kept = carvsdb("show", "first-after-200", "--lineage", "--db", db, "--json").json["steps"][-1]
    assert kept["key"] == sum_of(tmp_path / "si/snapshots/0000000200.xyz")
    table = carvsdb("show", "second", "--lineage", "--db", db).out
    assert [line.split()[1] for line in table.splitlines()[2:]].count("run") == 2
    with Catalogue.open(db) as catalogue:
        (key, *_) = (row["id"] for row in catalogue.refinements("second").rows())
        assert catalogue.lineage(key[:8]).steps[-1].kind == "structure"


def test_a_loop_is_told_as_a_whole(whole: tuple[Path, object, int], tmp_path: Path) -> None:
    config = whole[0]
    db, folder = tmp_path / "si.duckdb", config.parent / "si"
    carvsdb("refine", "learn", config, "--db", db, "--label", "learned")
    steps = carvsdb("show", "learned", "--lineage", "--db", db, "--json").json["steps"]
    keys = {step["key"]: step for step in steps}
    rows = json.loads((folder / "learned.json").read_text())["iterations"]
    for number in range(1, len(rows) + 1):
        for name in ("potential.yaml", "potential.asi", "run/model.xyz"):
            assert sum_of(folder / f"iteration-{number:02d}/{name}") in keys
    assert len([step for step in steps if step["kind"] == "run"]) == len(rows)
    assert keys[sum_of(folder / "initial.xyz")]["kind"] == "labels"
    assert sum_of(folder / "initial.xyz") in keys[sum_of(folder / "iteration-01/potential.yaml")]["made_from"]
    assert "stillinger-weber" in {step["name"] for step in steps}


def test_rows_of_before_and_of_strangers(tmp_path: Path) -> None:
    path = tmp_path / "old.duckdb"
    circle = {"key": "a" * 64, "kind": "structure", "name": "\x1b[31mx", "made_from": ["a" * 64]}
    with Catalogue.open(path) as catalogue:
        old = catalogue.add_refinement(RefinementRun({"data": [{"file": "f.txt"}]}, 1, ("0" * 64,), "1" * 64))
        odd = catalogue.add_refinement(RefinementRun({}, 2, results={"lineage": [circle]}))
        bad = catalogue.add_refinement(RefinementRun({}, 3, results={"lineage": [{"key": "../x"}]}))
        assert [step.kind for step in catalogue.lineage(old).steps] == ["data", "potential", "run", "structure"]
        assert [step.key for step in catalogue.lineage(odd).steps] == ["a" * 64]
        assert [step.kind for step in catalogue.lineage(bad).steps] == ["run", "structure"]
        with pytest.raises(NotFoundError):
            catalogue.lineage("nobody")
    shown = carvsdb("show", odd, "--lineage", "--db", path)
    assert shown.code == 0
    assert "\x1b" not in shown.out
