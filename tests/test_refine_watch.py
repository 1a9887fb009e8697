"""Grades along a chain: of what accepted moves changed, between two lines of the trace."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from learn_folder import CONFIG, make_folder
from program import carvsdb


def test_accepted_moves_are_graded_too(tmp_path: Path) -> None:
    # A run of a loop, to be made again with other tables.
    loop = make_folder(tmp_path / "loop", CONFIG.replace("iterations = 3", "iterations = 1"))
    assert carvsdb("refine", "learn", loop).code in (0, 8)
    config = loop.parent / "si/iteration-01/run.toml"
    text = config.read_text().replace("stop = 25.0", "stop = 1e9\nevery = 1")
    seen: dict[str, Any] = {}
    for name, trace_every in (("fine", 1), ("coarse", 100)):
        one = config.with_name(f"{name}.toml")
        moves = text.replace("trace_every = 50", f"trace_every = {trace_every}")
        one.write_text(moves.replace('folder = "run"', f'folder = "{name}"'))
        assert carvsdb("refine", "run", one).code == 0
        seen[name] = np.genfromtxt(config.with_name(name) / "trace.csv", delimiter=",", names=True)
    # Between two lines nothing is missed: what single moves led to stands on the next line.
    fine, coarse = seen["fine"], seen["coarse"]
    for first, last in pairwise(coarse["moves"].astype(int).tolist()):
        between = fine["gamma_max"][first + 1 : last + 1]
        assert coarse["gamma_max"][coarse["moves"] == last] == pytest.approx(between.max(), rel=1e-6)
    # Without it the line knows of its own model only.
    assert (coarse["gamma_max"] >= fine["gamma_max"][coarse["moves"].astype(int)] * (1 - 1e-9)).all()
    assert (coarse["gamma_max"] > fine["gamma_max"][coarse["moves"].astype(int)] * (1 + 1e-9)).any()
