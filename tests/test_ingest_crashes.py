"""Killed at any moment, out of disk, in each other's way: nothing acknowledged is lost, nothing is half there."""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from crashes import comparable, content, context, ingest, kill_at_random, labels, nets, seconds_undisturbed

from carvsdb.catalogue import Catalogue
from carvsdb.errors import RefusedError
from carvsdb_ingest.tasks.pipeline import Workers, ingest_files, net_files

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and /proc of Linux")

NETS, BROKEN = 60, 5


def kills(few: int, many: int, share: float) -> list[Any]:
    """Return how often to kill: a few times, often if it may be slow, a share of what the environment asks for."""
    asked = os.environ.get("CARVSDB_CRASH_POINTS")
    return [round(int(asked) * share)] if asked else [few, pytest.param(many, marks=pytest.mark.slow)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return nets(tmp_path_factory.mktemp("crash") / "nets", NETS)


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What a run that nobody kills leaves, and how long it takes here and now."""

    content: dict[str, list[Any]]
    seconds: float


@pytest.fixture(scope="module")
def undisturbed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    db = tmp_path_factory.mktemp("undisturbed") / "nets.duckdb"
    seconds = seconds_undisturbed(db, folder, 1)
    with Catalogue.open(db) as catalogue:
        return Undisturbed(content(catalogue), seconds)


def finish(db: Path, folder: Path, workers: int, undisturbed: Undisturbed) -> None:
    """Run once more; then everything is there, as if nothing had happened."""
    with Catalogue.open(db) as catalogue:
        report = ingest_files(catalogue, net_files([folder]), workers=Workers(workers))
        assert report.files == NETS + 1
        assert len(report.rejected) == BROKEN
        found = content(catalogue)
        for table, rows in undisturbed.content.items():
            assert comparable(table, found[table]) == comparable(table, rows), table
    drafts = list(db.with_name(db.name + ".shards").glob(".*.part")) if workers > 1 else []
    assert not drafts
    labels(db)


@pytest.mark.parametrize("points", kills(3, 12, 0.8))
def test_one_process_is_killed(folder: Path, tmp_path: Path, undisturbed: Undisturbed, points: int) -> None:
    db = tmp_path / "nets.duckdb"
    # Each run goes on where the last was killed, once the process of its own that reads the nets has started.
    stored = kill_at_random(db, folder, points, seed=1, workers=1, longest=undisturbed.seconds)
    assert stored
    print(f"{points} kills of one process, {len(stored)} entries stored by then")
    finish(db, folder, 1, undisturbed)


@pytest.mark.parametrize("points", kills(2, 6, 0.2))
def test_writer_and_workers_are_killed(folder: Path, tmp_path: Path, undisturbed: Undisturbed, points: int) -> None:
    db = tmp_path / "nets.duckdb"
    stored = kill_at_random(db, folder, points, seed=2, workers=2, longest=undisturbed.seconds)
    print(f"{points} kills of writers and workers, {len(stored)} entries stored by then")
    finish(db, folder, 2, undisturbed)


@pytest.mark.parametrize("size", [3_000_000, 5_000])
def test_the_disk_is_full(folder: Path, tmp_path: Path, size: int, undisturbed: Undisturbed) -> None:
    db = tmp_path / "nets.duckdb"
    Catalogue.open(db).close()
    process = context().Process(target=ingest, args=(db, folder, 1, db.stat().st_size + size))
    process.start()
    process.join(300)
    assert process.exitcode in (0, 7)
    stored = labels(db)
    finish(db, folder, 1, undisturbed)
    assert stored <= labels(db)


def _hold(db: Path, holding: Path) -> None:
    with Catalogue.open(db):
        holding.touch()
        time.sleep(120)


@pytest.mark.parametrize("read_only", [True, False])
def test_while_somebody_writes(folder: Path, tmp_path: Path, read_only: bool) -> None:
    db = tmp_path / "nets.duckdb"
    Catalogue.open(db).close()
    holding = tmp_path / "holding"
    process = context().Process(target=_hold, args=(db, holding))
    process.start()
    try:
        deadline = time.monotonic() + 60
        while not holding.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        with pytest.raises(RefusedError) as refused:
            Catalogue.open(db, read_only=read_only)
        sentence = str(refused.value)
    finally:
        process.kill()
        process.join()
    assert f"in use by process {process.pid}" in sentence
    assert "carvsdb db snapshot" in sentence
