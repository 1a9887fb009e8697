"""Killed at a random moment, every command leaves the state before or after it, no process, and can be run again."""

import sys
from collections.abc import Iterator

import pytest
from kills import KILLED, Bench

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and /proc of Linux")

ALL = 200
FEW = ("merge", "import", "export", "snapshot", "refine run")
"""One of each kind: one transaction, several, a folder, a file, a run. `test_ingest_crashes` kills the ingestion."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    bench = Bench(tmp_path_factory.mktemp("kills"))
    yield bench
    print(f"{bench.kills} kills, {bench.undone} before the command had ended; all gone after {bench.worst:.2f} s")


@pytest.mark.parametrize("name", FEW)
def test_a_killed_command(bench: Bench, name: str) -> None:
    bench.kill(name, 0)


@pytest.mark.slow
@pytest.mark.parametrize("name", KILLED)
def test_a_command_that_is_killed_often(bench: Bench, name: str) -> None:
    for seed in range(1000, 1000 + ALL // len(KILLED)):
        bench.kill(name, seed)
