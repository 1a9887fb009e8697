"""Nets that no material has: each ends with an answer or a cause, in bounded work and time, and the others go on."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from program import carvsdb

from carvsdb.cli.time_limit import each_within, within
from carvsdb.errors import InputError, RingBudgetError, TimeLimitError
from carvsdb.net import Net, relabel
from carvsdb.rings import (
    coordination_sequences,
    point_symbols,
    point_symbols_within_budget,
)
from carvsdb.topology import Archive, Identity, identify
from carvsdb_ingest.analysis.analyse import prepare

SQUARE = "PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n"


def test_what_is_late_is_an_error_and_the_next_goes_on() -> None:
    def items() -> Iterator[int | TimeLimitError]:
        for number in range(3):
            try:
                while number == 1:
                    time.sleep(0.01)
                yield number
            except TimeLimitError as error:
                yield error

    first, late, last = each_within(items(), "nets.arc", 0.2)
    assert (first, last) == (0, 2)
    assert str(late).startswith("nets.arc: took longer than 0.2 s, the time limit")


def test_a_generator_that_is_late_is_the_last() -> None:
    def items() -> Iterator[int]:
        yield 0
        while True:
            time.sleep(0.01)

    first, late = each_within(items(), "nets.arc", 0.2)
    assert first == 0
    assert isinstance(late, TimeLimitError)


def test_who_catches_the_first_error_hears_a_second() -> None:
    def stubborn() -> None:
        with within("net.cgd", 0.1):
            try:
                while True:
                    time.sleep(0.01)
            except TimeLimitError:
                while True:
                    time.sleep(0.01)

    with pytest.raises(TimeLimitError):
        stubborn()


def test_an_end_inside_a_compiled_function_is_still_the_time_limit() -> None:
    def boxed() -> None:
        try:
            while True:
                time.sleep(0.01)
        except TimeLimitError as error:  # as numba does with what is raised while it makes a named tuple
            raise SystemError("returned a result with an exception set") from error

    with pytest.raises(TimeLimitError, match=r"took longer than 0\.1 s"), within("net.cgd", 0.1):
        boxed()


def test_what_is_in_time_is_not_disturbed() -> None:
    for _ in range(3):
        with within("net.cgd", 0.3):
            time.sleep(0.15)
    time.sleep(0.4)


def test_a_kernel_that_does_not_return_ends_with_the_command() -> None:
    # A call that no exception interrupts stands for it: one of the C library, which starts again after a signal.
    program = (
        "import ctypes, time\n"
        "from carvsdb.cli.time_limit import within\n"
        "with within('net.cgd', 0.2, grace=1.0):\n"
        "    ctypes.CDLL(None).sleep(100)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=90)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("net.cgd: took longer than 0.2 s")
    assert done.stderr.count("\n") == 1


def test_describe_goes_on_after_a_net_that_is_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(net: Net, archive: Archive | None) -> Identity:
        while net.name == "late":
            time.sleep(0.01)
        return identify(net, archive)

    prepare()
    monkeypatch.setattr("carvsdb_ingest.analysis.searching.identify", slow)
    (tmp_path / "a.cgd").write_text(SQUARE.replace("EDGES", "NAME late\nEDGES") + SQUARE)
    (tmp_path / "b.cgd").write_text(SQUARE)
    done = carvsdb("describe", tmp_path, "--time-limit", "3", "--format", "jsonl")
    assert done.code == 6
    assert [one["label"] for one in done.json_lines] == ["a#2", "b"]
    assert "a.cgd: took longer than 3 s, the time limit; --time-limit of describe" in done.err


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf"])
def test_a_time_limit_of_describe_is_a_number_of_seconds(tmp_path: Path, seconds: str) -> None:
    (tmp_path / "net.cgd").write_text(SQUARE)
    done = carvsdb("describe", tmp_path / "net.cgd", "--time-limit", seconds)
    assert (done.code, done.out) == (3, "")
    assert "must be a number of seconds above 0" in done.err


def random_net(n_vertices: int, degree: int) -> Net:
    """Join vertices at random, each with so many edge ends, into the cells around."""
    generator = np.random.default_rng(1)
    ends = generator.permutation(np.repeat(np.arange(n_vertices), degree)).reshape(-1, 2)
    ends = ends[ends[:, 0] != ends[:, 1]]
    return Net.from_edges(np.column_stack([ends, generator.integers(-1, 2, (len(ends), 3))]), n_vertices)


def test_point_symbols_are_searched_as_far_as_they_end(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules[point_symbols.__module__]
    monkeypatch.setattr(module, "_LEAST_ROWS", 1_000_000)
    monkeypatch.setattr(module, "_ROWS_A_VERTEX", 0)
    # A search of 27 edges would meet 3^25 images, more than its table has bits to number.
    net = random_net(400, 4)
    with pytest.raises(RingBudgetError, match="shortest cycles of up to 27 edges are too far to search"):
        point_symbols(net)
    symbols, longest = point_symbols_within_budget(net)
    assert 3 <= longest < 27
    assert symbols == point_symbols(net, longest)


def test_a_time_limit_comes_through_point_symbols() -> None:
    net = random_net(2000, 3)
    with pytest.raises(TimeLimitError), within("net.cgd", 0.3, grace=30.0):
        point_symbols(net, 18)  # a minute


def test_shells_that_do_not_end_are_found_wherever_they_are() -> None:
    wild = random_net(400, 6).edges
    chains = [(vertex, vertex, 0, 0, 1) for vertex in range(400, 2000)]
    net = relabel(Net.from_edges([*wild.tolist(), *chains], 2000), np.roll(np.arange(2000), 100))
    with pytest.raises(InputError, match="no net of a material"):
        coordination_sequences(net)


def test_a_net_that_cannot_be_analysed_is_named(tmp_path: Path) -> None:
    rows = [f"{a + 1} {b + 1} {u} {v} {w}" for a, b, u, v, w in random_net(400, 6).edges.tolist()]
    (tmp_path / "net.cgd").write_text("\n".join(["PERIODIC_GRAPH", "EDGES", *rows, "END", ""]))
    done = carvsdb("describe", tmp_path / "net.cgd", "--json")
    assert done.code == 3
    assert done.json["error"]["item"] == str(tmp_path / "net.cgd")
    assert done.err.startswith(f"{tmp_path / 'net.cgd'}: more than 500000 images lie within")
