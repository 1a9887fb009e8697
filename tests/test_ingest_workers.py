"""Who does the work, what is done again, and what is not."""

import multiprocessing
import os
import signal
import socket
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from crashes import content, nets

from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.maintenance.folders import folders_in, open_folder
from carvsdb.catalogue.maintenance.importing import import_folders
from carvsdb.errors import InputError, VerificationError
from carvsdb_ingest.analysis.analyse import AnalysisOptions
from carvsdb_ingest.tasks import worker_pool
from carvsdb_ingest.tasks.pipeline import Workers, ingest_files, net_files
from carvsdb_ingest.tasks.statuses import cause_of

SMALL = "PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n"


def test_nothing_is_analysed_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = nets(tmp_path / "nets", 12)
    (folder / "two.cgd").write_text(SMALL + SMALL.replace("1 1 0 1", "1 1 1 1"))
    files = net_files([folder])
    with Catalogue.in_memory() as catalogue:
        first = ingest_files(catalogue, files)
        assert (len(first.added), len(first.unchanged), len(first.rejected)) == (13, 1, 1)
        before = content(catalogue)

        with monkeypatch.context() as patched:
            patched.setattr(worker_pool, "FUNCTION", "nothing:may_be_analysed")
            second = ingest_files(catalogue, files)
        assert second.added == []
        assert sorted(second.unchanged) == sorted(first.added + first.unchanged)
        assert [str(error) for _, error in second.rejected] == [str(error) for _, error in first.rejected]
        assert second.by_status == first.by_status
        assert content(catalogue) == before
        other = ingest_files(catalogue, files, analysis=AnalysisOptions(max_ring_size=12))
        assert len(other.added) == 13


def test_what_was_rejected_is_tried_again_if_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    path = tmp_path / "a.cgd"
    path.write_text(SMALL)

    with Catalogue.in_memory() as catalogue:
        with monkeypatch.context() as patched:
            patched.setattr(worker_pool, "FUNCTION", "deadly_jobs:do_with_a_bug")
            ((_, error),) = ingest_files(catalogue, [path]).rejected
        assert "internal error, please report it: ZeroDivisionError: a bug" in str(error)
        assert len(ingest_files(catalogue, [path]).rejected) == 1
        assert ingest_files(catalogue, [path], retry=True).added == ["a"]
        assert ingest_files(catalogue, [path]).unchanged == ["a"]


def test_a_file_that_changed_is_another_input(tmp_path: Path) -> None:
    path = tmp_path / "a.cgd"
    path.write_text(SMALL)
    with Catalogue.in_memory() as catalogue:
        assert ingest_files(catalogue, [path]).added == ["a"]
        path.write_text(SMALL.replace("1 1 0 1", "1 1 1 1"))
        assert ingest_files(catalogue, [path]).added == ["a.cgd"]


def test_workers_and_this_process_store_the_same(tmp_path: Path) -> None:
    folder = nets(tmp_path / "nets", 40)
    files = net_files([folder])
    paths = [tmp_path / "one.duckdb", tmp_path / "many.duckdb", tmp_path / "rebuilt.duckdb"]
    shards = tmp_path / "shards"
    found = []
    for path, workers in zip(paths[:2], (Workers(1), Workers(2)), strict=True):
        with Catalogue.open(path) as catalogue:
            report = ingest_files(catalogue, files, workers=workers, shards=shards if workers.number == 2 else None)
            assert (len(report.added), len(report.unchanged), len(report.rejected)) == (36, 1, 4)
            found.append(content(catalogue))
    assert found[0] == found[1]
    n_shards = len(folders_in(shards))
    assert n_shards > 4
    with Catalogue.open(paths[2]) as catalogue:
        imported = import_folders(catalogue.storage, [shards])
        assert (imported.folders, imported.nets) == (n_shards, 36)
        assert len(catalogue) == 36
        assert ingest_files(catalogue, files).added == []


def test_shards_of_a_killed_writer_are_taken_in(tmp_path: Path) -> None:
    files = net_files([nets(tmp_path / "nets", 20)])
    shards = tmp_path / "shards"
    with Catalogue.open(tmp_path / "first.duckdb") as catalogue:
        ingest_files(catalogue, files, workers=Workers(2), shards=shards)
    damaged = folders_in(shards)[0]
    whole = (damaged / "attempt.parquet").read_bytes()
    (damaged / "attempt.parquet").write_bytes(whole[:-1] + b"?")
    with pytest.raises(VerificationError, match=r"attempt\.parquet: the SHA-256"):
        open_folder(damaged)
    # The draft of a process that is no more: no process of this machine has such a number.
    (shards / f".shard.{socket.gethostname()}-{2**22 + 1}-{0:016x}.part").mkdir()
    notes: list[str] = []
    with Catalogue.open(tmp_path / "second.duckdb") as catalogue:
        ingest_files(catalogue, files, shards=shards, note=notes.append)
        assert len(catalogue) == 18
    assert sum("written by an earlier run" in note for note in notes) == len(folders_in(shards)) - 1
    assert any("its inputs are done again" in note for note in notes)
    assert not list(shards.glob(".*"))


def test_what_hangs_crashes_or_fills_the_memory_is_known_exactly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = nets(tmp_path / "nets", 12)
    for name in ("hang", "crash", "once", "memory", "unsent", "unread"):
        (folder / "3" / f"{name}.cgd").write_text(SMALL + f"# {name}\n")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    monkeypatch.setattr(worker_pool, "FUNCTION", "deadly_jobs:do_or_die")
    with Catalogue.open(tmp_path / "a.duckdb") as catalogue:
        report = ingest_files(catalogue, net_files([folder]), workers=Workers(2), time_limit=4)
        assert len(report.added) == 12
    causes = {Path(path).stem: cause_of(error) for path, error in report.rejected}
    assert list(causes.values()).count("bad input") == 1
    assert {name: cause for name, cause in causes.items() if cause != "bad input"} == {
        "hang": "time limit",
        "crash": "crashed",
        "memory": "memory limit",
        "unsent": "internal error",
        "unread": "internal error",
    }
    assert list(causes) == sorted(causes, key=lambda stem: [p.stem for p in net_files([folder])].index(stem))


@pytest.mark.parametrize("arguments", [(0,), (1, "threads"), (1, "dask"), (1, "local", "tcp://localhost:1")])
def test_bad_workers(arguments: tuple[object, ...]) -> None:
    with pytest.raises(InputError):
        Workers(*arguments)  # type: ignore[arg-type]


def _on_a_cluster(folder: Path, db: Path, queue: "multiprocessing.Queue[tuple[int, int, int]]") -> None:
    local_cluster: Any = import_module("distributed").LocalCluster
    with local_cluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        if (folder / "kill").exists():
            first = next(iter(cluster.workers.values()))
            os.kill(first.process.pid, signal.SIGKILL)
            time.sleep(0.1)
        with Catalogue.open(db) as catalogue:
            report = ingest_files(
                catalogue, net_files([folder]), workers=Workers(None, "dask", cluster.scheduler_address)
            )
            queue.put((len(report.added), len(report.rejected), len(catalogue.sql("FROM shard"))))


@pytest.mark.parametrize("killed", [pytest.param(False, marks=pytest.mark.slow), True])
def test_on_a_dask_cluster(tmp_path: Path, killed: bool) -> None:
    folder = nets(tmp_path / "nets", 30)
    if killed:
        (folder / "kill").touch()
    # In a process of its own, which may be noisy: clusters warn when workers die.
    spawn = multiprocessing.get_context("spawn")
    queue: multiprocessing.Queue[tuple[int, int, int]] = spawn.Queue()
    process = spawn.Process(target=_on_a_cluster, args=(folder, tmp_path / "nets.duckdb", queue))
    process.start()
    try:
        report = queue.get(timeout=150)
    finally:
        process.join(20)
        process.kill()
    assert report[:2] == (27, 3)
    assert report[2] > 1


def test_relative_paths_follow_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is kept for the next input must not read a file of the folder that it started in."""
    for number, edges in enumerate((" 1 1 1 0 0\n 1 1 0 1 0\n", " 1 1 1 0 0\n 1 1 0 1 0\n 1 1 0 0 1\n")):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "net.cgd").write_text(f"PERIODIC_GRAPH\nEDGES\n{edges}END\n")
        monkeypatch.chdir(folder)
        with Catalogue.in_memory() as catalogue:
            assert ingest_files(catalogue, [Path("net.cgd")], time_limit=60).rejected == []
            assert catalogue.net("net").n_edges == 2 + number


@pytest.mark.parametrize("workers", [1, 2])
def test_a_process_that_one_input_filled_does_not_do_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    folder = nets(tmp_path / "nets", 30)
    for place in (0, 3, 6):
        (folder / f"{place}" / "full.cgd").write_text(SMALL + f"# {place}\n")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    monkeypatch.setattr(worker_pool, "FUNCTION", "deadly_jobs:do_or_die")
    with Catalogue.open(tmp_path / "a.duckdb") as catalogue:
        report = ingest_files(catalogue, net_files([folder]), workers=Workers(workers), time_limit=60)
    causes = [(Path(path).stem, cause_of(error)) for path, error in report.rejected]
    assert [cause for stem, cause in causes if stem == "full"] == ["memory limit"] * 3
    assert [(stem, cause) for stem, cause in causes if stem != "full" and cause != "bad input"] == []
    assert len(report.added) == 27
