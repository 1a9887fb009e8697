"""Grades along a chain: of what accepted moves changed, and proposals would, between two lines of the trace."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from learn_folder import CONFIG, make_folder
from numpy.typing import NDArray
from program import carvsdb

from carvsdb_refine.potential.ace.bound import BoundAce
from carvsdb_refine.potential.terms import BoundEnergy
from carvsdb_refine.run import Hooks, prepare, read_config, resume, run
from carvsdb_refine.run.assemble import begin_chain
from carvsdb_refine.run.watch import Watch


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the config of a loop's run, to be made again with other tables."""
    loop = make_folder(tmp_path_factory.mktemp("watch") / "loop", CONFIG.replace("iterations = 3", "iterations = 1"))
    assert carvsdb("refine", "learn", loop).code in (0, 8)
    return loop.parent / "si/iteration-01/run.toml"


def _changed(config: Path, name: str, watch: str, trace_every: int, more: str = "") -> Path:
    """Return a config of another name, with other keys in [watch]."""
    one = config.with_name(f"{name}.toml")
    text = config.read_text().replace("stop = 25.0", watch).replace("trace_every = 50", f"trace_every = {trace_every}")
    one.write_text(text.replace('folder = "run"', f'folder = "{name}"') + more)
    return one


def _trace(config: Path) -> NDArray[Any]:
    return np.genfromtxt(config.with_suffix("") / "trace.csv", delimiter=",", names=True)


def test_accepted_moves_are_graded_too(config: Path) -> None:
    seen: dict[str, Any] = {}
    for name, trace_every in (("fine", 1), ("coarse", 100)):
        one = _changed(config, name, "stop = 1e9\nevery = 1", trace_every)
        assert carvsdb("refine", "run", one).code == 0
        seen[name] = _trace(one)
    # Between two lines nothing is missed: what single moves led to stands on the next line.
    fine, coarse = seen["fine"], seen["coarse"]
    for first, last in pairwise(coarse["moves"].astype(int).tolist()):
        between = fine["gamma_max"][first + 1 : last + 1]
        assert coarse["gamma_max"][coarse["moves"] == last] == pytest.approx(between.max(), rel=1e-6)
    # Without it the line knows of its own model only.
    assert (coarse["gamma_max"] >= fine["gamma_max"][coarse["moves"].astype(int)] * (1 - 1e-9)).all()
    assert (coarse["gamma_max"] > fine["gamma_max"][coarse["moves"].astype(int)] * (1 + 1e-9)).any()


@pytest.mark.parametrize("acceptance", ["energy first", "data first"])
def test_proposals_have_the_grades_of_a_whole_evaluation(config: Path, acceptance: str) -> None:
    more = "\n[moves]\nvolume = 0.02\nweights = { volume = 0.2 }\n"
    one = _changed(config, f"proposed-{acceptance[:4]}", "stop = 1e9\nproposals = 1\nselect = 0.5", 50, more)
    one.write_text(
        one.read_text().replace("[run]", f'[run]\nacceptance = "{acceptance}"').replace("select = 5.0\n", "")
    )
    setup = prepare(read_config(one))
    run(setup)
    chain, watch = begin_chain(setup), Watch.of(setup)
    whole, kinds = [np.zeros(0)], set()

    def look(bound: BoundEnergy) -> None:
        assert isinstance(bound, BoundAce)
        if bound.proposed is None:
            return
        atoms, _ = bound.proposed
        pending = chain.chain._pending
        assert pending is not None
        positions = chain.chain.configuration.positions.copy()
        positions[pending.proposal.atoms] = pending.proposal.positions
        cell = chain.chain.configuration.cell if pending.proposal.cell is None else pending.proposal.cell
        rows = watch.projector.values(bound.elements, positions, cell)
        whole[-1] = np.append(whole[-1], watch.active_set.grades(rows, bound.elements)[atoms])
        kinds.add(pending.proposal.cell is None)

    for move in range(200):
        if move % 50 == 0:
            whole.append(np.zeros(0))
        chain.temperature = 1500 - (1500 - 300) * (move // 100) / 3
        chain.chain.step(look)
    trace = _trace(one)
    assert kinds == {True, False}
    for line, grades in enumerate(whole[1:], 1):
        assert trace["gamma_max_proposed"][line] == pytest.approx(grades.max(), rel=1e-9)
        assert trace["atoms_above_select_proposed"][line] == (grades > 0.5).sum()


def test_an_interrupted_run_ends_with_the_same_grades(config: Path) -> None:
    traces = []
    for name, calls in (("whole", 10**9), ("parts", 7)):
        one = _changed(config, name, "stop = 1e9\nevery = 1\nproposals = 3", 100)
        setup, left = prepare(read_config(one)), [calls]

        def stop(left: list[int] = left) -> bool:
            left[0] -= 1
            return left[0] < 0

        try:
            run(setup, Hooks(stop=stop))
        except KeyboardInterrupt:
            resume(setup)
        traces.append((one.with_suffix("") / "trace.csv").read_bytes())
    assert traces[0] == traces[1]
