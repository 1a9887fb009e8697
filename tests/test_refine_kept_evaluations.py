"""Evaluations that a run keeps for its report: taken where nothing has changed, made anew where anything has."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from refine_folder import CONFIG, finished_run, silicon

from carvsdb_refine.potential.terms import Potential
from carvsdb_refine.report.make import current_model, make_report
from carvsdb_refine.run import Setup, evaluate, prepare, read_config
from carvsdb_refine.run.folder import RunFolder


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the config of a finished run."""
    return finished_run(tmp_path_factory.mktemp("kept"))


def asked(setup: Setup) -> tuple[Setup, list[str]]:
    """Return a setup that notes when its potential is asked for."""
    asks: list[str] = []
    read = setup.read_potential
    assert read is not None

    def noted(read: Callable[[], Potential] = read) -> Potential:
        asks.append("asked")
        return read()

    return replace(setup, read_potential=noted), asks


def test_a_run_keeps_the_evaluation_of_its_last_model(finished: Path) -> None:
    setup, asks = asked(prepare(read_config(finished)))
    folder = RunFolder(setup.file.outputs)
    model = current_model(setup, folder)
    kept = evaluate(setup, model, folder.evaluation)
    assert not asks
    made = evaluate(setup, model)
    assert asks
    assert made.energies is not None
    assert kept.energies is not None
    assert kept.energies.tobytes() == made.energies.tobytes()
    assert kept.partials.values.tobytes() == made.partials.values.tobytes()
    assert kept.curves[0].tobytes() == made.curves[0].tobytes()


def test_reports_read_no_potential_twice(finished: Path, tmp_path: Path) -> None:
    setup, asks = asked(prepare(read_config(finished), reads_potential=False))
    make_report(setup, tmp_path / "one.html", rings=False)
    assert asks == ["asked"]  # of the start, which is kept from now on
    make_report(setup, tmp_path / "two.html", rings=False)
    assert asks == ["asked"]


def test_what_has_changed_is_made_anew(finished: Path, tmp_path: Path) -> None:
    config = CONFIG.replace('kind = "stillinger-weber"', 'kind = "tersoff"')
    changed = finished.with_name("changed.toml")
    changed.write_text(config)
    wide = finished.with_name("wide.toml")
    wide.write_text(CONFIG.replace("seed = 7", "seed = 7\nbin_width = 0.03"))
    setup = prepare(read_config(finished))
    start = setup.model
    moved = replace(start, positions=start.positions + np.eye(3)[0] * 1e-12)
    kept = tmp_path / "evaluation.npz"
    for other, model in (
        (setup, moved),
        (prepare(read_config(changed)), start),
        (prepare(read_config(wide)), start),
        (setup, silicon(3, jitter=0.05)),
    ):
        evaluate(setup, start, kept)
        noting, asks = asked(other)
        found, expected = evaluate(noting, model, kept), evaluate(other, model)
        assert asks
        assert found.energies is not None
        assert expected.energies is not None
        assert np.array_equal(found.energies, expected.energies)
        assert np.array_equal(found.partials.values, expected.partials.values)


def test_a_damaged_file_is_made_anew(finished: Path, tmp_path: Path) -> None:
    setup, asks = asked(prepare(read_config(finished)))
    kept = tmp_path / "evaluation.npz"
    whole = evaluate(setup, setup.model, kept)
    content = kept.read_bytes()
    for number, damaged in enumerate((content[:-100], content.replace(b"energies", b"energiez"), b"", b"PK"), 2):
        kept.write_bytes(damaged)
        assert np.array_equal(evaluate(setup, setup.model, kept).partials.values, whole.partials.values)
        assert len(asks) == number
        assert kept.read_bytes() == content
