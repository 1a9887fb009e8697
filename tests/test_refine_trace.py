"""Trace, checkpoints and schedule: what a run leans on when it is disturbed."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carvsdb.errors import InputError
from carvsdb_refine.run.checkpoint import Checkpoint, Notes, before, load_checkpoint, save_checkpoint
from carvsdb_refine.run.schedule import Schedule
from carvsdb_refine.run.trace import Trace, read_trace
from carvsdb_schemas.refinement import RunTable


def test_a_trace_is_cut_back_to_its_checkpoint(tmp_path: Path) -> None:
    trace = Trace(tmp_path / "trace.csv", ("moves", "temperature", "chi2", "energy_per_atom"))
    trace.begin()
    trace.add([0, 300.0, 1 / 3, None])
    size, sha256 = trace.seal()
    trace.add([10, 300.0, 0.25, None])
    # A process that is killed may leave half a line.
    with trace.path.open("a") as file:
        file.write("20,300")
    columns = read_trace(trace.path)
    assert columns["moves"].tolist() == [0, 10]
    assert columns["chi2"][0] == 1 / 3
    assert np.isnan(columns["energy_per_atom"]).all()
    assert read_trace(trace.path, (size, sha256))["moves"].tolist() == [0]
    trace.cut(size, sha256)
    assert read_trace(trace.path)["moves"].tolist() == [0]
    with pytest.raises(InputError, match=f"has {size} bytes, but the checkpoint was made after {size + 1}"):
        trace.cut(size + 1, sha256)
    with pytest.raises(InputError, match="its checksum is another one"):
        trace.cut(size, "0" * 64)
    with pytest.raises(InputError, match="cannot be read"):
        read_trace(tmp_path / "none.csv")


def test_a_checkpoint_gives_back_every_bit(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.npz"
    arrays = {"positions": np.random.default_rng(1).normal(size=(5, 3)), "term_0.counts": np.arange(4)}
    notes = Notes(moves=3, fingerprint={"a": "b"}, trace_bytes=5, trace_sha256="c", drift="none")
    save_checkpoint(path, Checkpoint(arrays, notes))
    again = load_checkpoint(path)
    assert again.notes == notes
    assert {name: array.tobytes() for name, array in again.arrays.items()} == {
        name: array.tobytes() for name, array in arrays.items()
    }
    assert [file.name for file in tmp_path.iterdir()] == ["checkpoint.npz"]
    save_checkpoint(path, Checkpoint({"positions": np.zeros(1)}, notes))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["checkpoint-before.npz", "checkpoint.npz"]
    assert load_checkpoint(before(path)).arrays.keys() == arrays.keys()


@given(st.data())
def test_a_temperature_does_not_depend_on_where_a_run_was_stopped(data: st.DataObject) -> None:
    stage = st.fixed_dictionaries(
        {"temperature": st.floats(0, 2000), "moves": st.integers(1, 900)}, optional={"until": st.floats(0, 2000)}
    )
    tables = data.draw(st.lists(stage, min_size=1, max_size=3))
    schedule = Schedule.of(RunTable.model_validate({"schedule": tables}))
    stops = data.draw(st.lists(st.integers(0, schedule.moves - 1), max_size=5))
    for move in (*stops, 0):
        change = schedule.next_change(move)
        assert move < change <= schedule.moves
        # Nothing changes before the next change is due.
        assert schedule.temperature(move) == schedule.temperature(change - 1)
    for stage_of_run, table in zip(schedule.stages, tables, strict=True):
        assert schedule.temperature(stage_of_run.begin) == table["temperature"]
        if table["moves"] > 200:
            last = table.get("until", table["temperature"])
            assert schedule.temperature(stage_of_run.end - 1) == pytest.approx(last, abs=1e-9)
