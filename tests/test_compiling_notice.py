"""Whoever waits for compiling knows it, also where another process compiles."""

import logging
import queue
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
