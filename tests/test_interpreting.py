"""Small nets need no machine code: their kernels are interpreted, with the same answers."""

import copy
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from carvsdb import interpreting
from carvsdb.compiled import Kernel, compiled, compiled_if_much, compiled_part, take_steps
from carvsdb.net import Net, library
from carvsdb.topology import identify
from carvsdb_ingest.analysis.analyse import AnalysisOptions, analyse
from carvsdb_ingest.analysis.item import NetItem

MACHINES: dict[Any, Kernel[..., Any]] = {}


def same(first: Any, second: Any) -> bool:
    if type(first) is not type(second):
        return False
    if isinstance(first, tuple):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, np.ndarray):
        return first.dtype == second.dtype and np.array_equal(first, second)
    return bool(first == second)


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Do what kernels do in both ways, and count it; return how often which kernel did."""
    calls: Counter[str] = Counter()
    interpreted = interpreting.interpreted

    def both(kernel: Kernel[..., Any], arguments: tuple[Any, ...], most: int) -> Any:
        others = copy.deepcopy(arguments)
        answer = interpreted(kernel, arguments, 300_000)
        if answer is not interpreting.TOO_MUCH:
            machine = MACHINES.setdefault(kernel, Kernel(kernel.py_func))
            assert same(answer, machine(*others)), kernel
            calls[kernel.py_func.__qualname__] += 1
        assert same(arguments, others), kernel  # arrays are changed in their places, or not at all
        return answer

    monkeypatch.setattr(interpreting, "interpreted", both)
    monkeypatch.setattr("carvsdb.compiled.interpreting.steps_left", lambda *_: 1)
    monkeypatch.setattr("carvsdb.compiled.is_running", lambda: False)
    for module in [module for name, module in sys.modules.items() if name.startswith("carvsdb.")]:
        for kernel in vars(module).values():
            if isinstance(kernel, Kernel):
                monkeypatch.setattr(kernel, "_entries", ())
    return calls


def item_of(net: Net) -> NetItem:
    return NetItem(net, "", "net", 0, 0, "as given", "edges")


def test_interpreted_kernels_answer_as_machine_code(compared: Counter[str]) -> None:
    for name in ("dia", "qtz", "tbo", "srs", "hcb"):
        analyse(item_of(library.load(name)))
    square = [(0, 2, 0, 0, 0), (1, 2, 0, 0, 0), (0, 3, 0, 0, 0), (1, 3, 1, 0, 0), (0, 4, 0, 0, 0), (1, 4, 0, 1, 0)]
    analyse(item_of(Net.from_edges(square, 5, is_node=[True, True, False, False, False])))
    # Of a molecule all vertices are at one place, which makes numberings branch.
    assert identify(Net.from_edges([(one, (one + 1) % 6, 0, 0, 0) for one in range(6)])).status
    assert {name for name, number in compared.items() if number} >= {
        *("rings_from_roots", "distance_tables", "_shells", "_shortest_cycles", "_count", "_smallest"),
        *("_numbered_edges", "approach_laplacian", "translation_onto", "number_from", "roots_of"),
    }


@pytest.mark.parametrize("seed", range(5))
def test_random_nets(seed: int, compared: Counter[str]) -> None:
    generator = np.random.default_rng(seed)
    ends = generator.permutation(np.repeat(np.arange(6), 3 + seed % 2)).reshape(-1, 2)
    ends = ends[ends[:, 0] != ends[:, 1]]
    net = Net.from_edges(np.column_stack([ends, generator.integers(-1, 2, (len(ends), 3))]), 6)
    analyse(item_of(net), AnalysisOptions(max_ring_size=8))
    assert compared["rings_from_roots"]


@compiled_part
def _longer(values: Any) -> Any:
    made = np.zeros(len(values) + 1, np.int64)
    for place in range(len(values)):
        made[place] = values[place]
    return made


def stepping(values: Any, table: Any, times: int) -> Any:
    """Write into arrays, then go on for long, without `range`."""
    values[0] = 7
    table[1, 0] = 7.5
    for number in range(len(values)):
        values[number] += number
    count = 0
    while count < times:
        count += 1
        if count % 10 == 0:
            take_steps(10)
    return _longer(values), count


@pytest.mark.parametrize("times", [0, 50, 100])
def test_what_takes_too_long_has_done_nothing(times: int) -> None:
    kernel: Any = compiled_if_much(stepping)
    values, table = np.arange(5), np.zeros((2, 2))
    answer = interpreting.interpreted(kernel, (values, table, times), 100)
    if times == 100:
        assert answer is interpreting.TOO_MUCH
        assert kernel.steps == 100
        assert values.tolist() == list(range(5))
        assert not table.any()
    else:
        assert answer[0].tolist() == [7, 2, 4, 6, 8, 0]
        assert answer[1] == times
        assert values.tolist() == [7, 2, 4, 6, 8]
        assert table[1, 0] == 7.5


def test_machine_code_goes_on_where_steps_are_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreting._RUN, "is_allowed", True)
    monkeypatch.setattr(interpreting._RUN, "spent", 0)
    monkeypatch.setattr(interpreting, "MOST_STEPS", 60)
    monkeypatch.setattr("carvsdb.compiled.keep_codes", lambda *_: None)
    kernel: Any = compiled_if_much(stepping)
    monkeypatch.setattr(kernel, "_was_kept", False)
    for times, entries in ((0, 0), (100, 1), (0, 1)):
        values = np.arange(5)
        found, count = kernel(values, np.zeros((2, 2)), times)
        assert (found.tolist(), count) == ([7, 2, 4, 6, 8, 0], times)
        assert len(kernel._entries) == entries


@pytest.mark.parametrize(
    ("values", "possible"),
    [
        (np.arange(5), True),
        (np.arange(5, dtype=np.int32), True),
        (np.arange(10)[::2], False),
        (np.arange(5).astype(">i8"), False),
        (np.arange(5, dtype=np.uint64), False),
        (np.zeros(100_000), False),
    ],
)
def test_which_arrays_become_lists(values: Any, possible: bool) -> None:
    assert interpreting.is_possible(((values, 3), 2)) == possible


def test_when_kernels_are_interpreted(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel: Any = compiled_if_much(stepping)
    monkeypatch.setattr(interpreting._RUN, "spent", 1000)
    monkeypatch.setattr(interpreting._RUN, "is_allowed", True)
    kernel.steps = 100
    assert interpreting.steps_left(kernel, False) == interpreting.MOST_STEPS - 1000
    assert interpreting.steps_left(kernel, True) == interpreting.MOST_STEPS_OF_ONE - 100
    with interpreting.no_interpreting():
        assert interpreting.steps_left(kernel, False) == 0
    plain: Any = compiled(stepping)
    monkeypatch.setattr(interpreting, "interpreted", lambda *_: pytest.fail("compiled kernels are never interpreted"))
    monkeypatch.setattr("carvsdb.compiled.keep_codes", lambda *_: None)
    plain(np.arange(5), np.zeros((2, 2)), 0)


def test_a_small_net_is_described_without_compiling(tmp_path: Path) -> None:
    (tmp_path / "dia.cgd").write_text(
        "PERIODIC_GRAPH\nNAME dia\nEDGES\n1 2 0 0 0\n1 2 1 0 0\n1 2 0 1 0\n1 2 0 0 1\nEND\n"
    )
    program = (
        "import sys\n"
        "from carvsdb.cli.main import _run\n"
        "code = _run(['describe', 'dia.cgd'])\n"
        'sys.exit(f\'{code} {[one for one in ("numba", "llvmlite") if one in sys.modules]}\')\n'
    )
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "code"), "NUMBA_FRESH": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stderr == "0 []\n"
    assert "[6(2).6(2).6(2).6(2).6(2).6(2)]" in done.stdout
    assert not (tmp_path / "code").exists()
