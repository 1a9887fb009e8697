"""Whoever waits for compiling knows it, also where another process compiles; and what compiling is."""

import logging
import os
import queue
import subprocess
import sys
from pathlib import Path

import pytest

from carvsdb_ingest.tasks.isolated_process import Answer, IsolatedProcess

COMPILES = """
import logging


def two():
    for name in ("first", "second"):
        logging.getLogger("carvsdb.compiled").info("compiling %s", name)
        yield name
"""


def test_what_a_worker_compiles_is_told_to_the_one_who_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "compiles.py").write_text(COMPILES)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    answers: queue.Queue[Answer] = queue.Queue()
    with caplog.at_level(logging.INFO, "carvsdb.compiled"):
        process = IsolatedProcess("compiles:two", answers)
        try:
            process.ask()
            heard = [answers.get(timeout=30) for _ in range(4)]
        finally:
            process.end()
    assert [(one.kind, one.value) for one in heard] == [
        ("ready", None),
        ("part", "first"),
        ("part", "second"),
        ("end", None),
    ]
    assert [record.getMessage() for record in caplog.records] == ["compiling first", "compiling second"]


KERNELS = """
import sys
import numpy as np
from carvsdb.compiled import compiled, compiled_part, inlined


@inlined
def more(number: int) -> int:
    return number + 1


@compiled_part
def longer(array, room):
    larger = np.zeros(more(room), array.dtype)
    for index in range(len(array)):
        larger[index] = array[index]
    return larger


@compiled
def grown(array, times):
    array = longer(array, 7)
    for _ in range(times):
        array = longer(array, 20)
    return array


@compiled
def last(array):
    return longer(array, 3)[3] + grown(array, 1)[2]


answer = grown(np.arange(3), 2).tolist() if sys.argv[1] == "grown" else int(last(np.arange(3)))
part = vars(longer).get("dispatcher")
print(answer, *("not asked",) if part is None else (len(part.overloads), sum(part.stats.cache_hits.values())))
"""


def test_a_part_is_compiled_once_and_kept_for_other_kernels(tmp_path: Path) -> None:
    program = tmp_path / "kernels.py"
    program.write_text(KERNELS)
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "code")}

    def run(name: str) -> str:
        command = [sys.executable, str(program), name]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()

    grown = [0, 1, 2, *[0] * 18]
    # One version for two constants and a variable; what Python calls is loaded alone; another kernel takes the part.
    assert run("grown") == f"{grown} 1 0"
    assert run("grown") == f"{grown} not asked"
    assert run("last") == "2 1 1"
    assert run("last") == "2 not asked"


def test_without_compiling_nothing_is_done_by_halves() -> None:
    command = [sys.executable, "-m", "carvsdb", "describe", __file__]
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == (
        "kernels run as machine code only, and NUMBA_DISABLE_JIT forbids to compile it; unset NUMBA_DISABLE_JIT\n"
    )
