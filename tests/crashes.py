"""Ingestion that is killed again and again, and what must hold whenever it is.

``CARVSDB_CRASH_POINTS=200 pytest tests/test_ingest_crashes.py`` kills it more often than the few times by default.
"""

import contextlib
import multiprocessing
import os
import random
import resource
import signal
import time
from multiprocessing.context import ForkServerContext
from multiprocessing.synchronize import Event as EventType
from pathlib import Path
from typing import Any

from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.maintenance.checking import check_catalogue
from carvsdb.errors import CarvsdbError
from carvsdb_ingest.tasks import run
from carvsdb_ingest.tasks.pipeline import Workers, ingest_files, net_files
from carvsdb_schemas.tables import ALL_TABLES

NOT_COMPARED = {"schema_info": (), "shard": (), "attempt": ("seconds",), "carvs": ("seconds",)}
"""What differs from run to run."""


def context() -> ForkServerContext:
    """Return a way to start processes that have everything imported already."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(["carvsdb_ingest.tasks.pipeline", "crashes", "kills_warm"])
    return found


def nets(folder: Path, number: int) -> Path:
    """Write small nets that all differ, some of them with a label in common, and some that cannot be read."""
    folder.mkdir()
    for one in range(number):
        place = folder / f"{one % 7}"
        place.mkdir(exist_ok=True)
        edges = ["1 1 1 0 0", "1 1 0 1 0", "1 2 0 0 0", "2 2 1 0 0", "2 2 0 1 0"]
        text = "PERIODIC_GRAPH\nEDGES\n" + "".join(f" {edge}\n" for edge in edges) + f"END\n# {one}\n"
        (place / f"n{one // 5}-{one % 5}.cgd").write_text("broken" if one % 11 == 5 else text)
    (folder / "same.cgd").write_text((folder / "0" / "n0-0.cgd").read_text())
    return folder


def ingest(
    db: Path, folder: Path, workers: int, file_size: int | None = None, at_work: EventType | None = None
) -> None:
    """Ingest a folder, as the process that will be killed does it."""
    run.COMMIT_SECONDS = 0.02
    if file_size is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
    try:
        with Catalogue.open(db) as catalogue:
            if at_work is not None:
                at_work.set()
            ingest_files(catalogue, net_files([folder]), workers=Workers(workers))
    except CarvsdbError as error:
        raise SystemExit(error.exit_code) from None


def content(catalogue: Catalogue) -> dict[str, list[Any]]:
    """Return all that does not depend on when it was done."""
    tables = {}
    for model in ALL_TABLES:
        name = str(model.__tablename__)
        if name in ("schema_info", "shard"):
            continue
        hidden = NOT_COMPARED.get(name, ())
        excluded = f" EXCLUDE ({', '.join(hidden)})" if hidden else ""
        tables[name] = catalogue.sql(f"SELECT *{excluded} FROM {name} ORDER BY ALL").rows()
    return tables


def comparable(table: str, rows: list[Any]) -> list[str]:
    """Leave out what may differ from run to run."""
    if table == "attempt":  # one note is enough for files with the same bytes
        return sorted({repr((row["task"], row["item"], row["status"], row["structure_id"])) for row in rows})
    if table == "structure":  # which of two files with one name comes first, and so has its label
        rows = [{**row, "label": row["label"].split(".")[0].split("~")[0], "file": None} for row in rows]
    return sorted(map(repr, rows))


def labels(db: Path) -> set[str]:
    """Return what is stored, after checking that all of it is whole."""
    if not db.exists():
        return set()
    with Catalogue.open(db) as catalogue:
        assert check_catalogue(catalogue.storage, sample=0).problems == ()
        return {row["label"] for row in catalogue.list().rows()}


def seconds_undisturbed(db: Path, folder: Path, workers: int) -> float:
    """Return how long a whole run takes here and now."""
    began = time.monotonic()
    process = context().Process(target=ingest, args=(db, folder, workers))
    process.start()
    process.join(300)
    assert process.exitcode == 0
    return time.monotonic() - began


def kill_at_random(db: Path, folder: Path, points: int, seed: int, *, workers: int, longest: float) -> set[str]:
    """Start the ingestion and kill it, so often; what was stored once must stay stored."""
    generator = random.Random(seed)
    stored: set[str] = set()
    for point in range(points):
        at_work = context().Event()
        process = context().Process(target=ingest, args=(db, folder, workers, None, at_work))
        process.start()
        if point % 5:  # every fifth is killed while it starts, opens the catalogue or makes it
            assert at_work.wait(120)
        time.sleep(generator.uniform(0, longest))
        victims = [process.pid] if workers == 1 else _victims(process.pid, generator)
        for victim in victims:
            with contextlib.suppress(ProcessLookupError):
                assert victim is not None
                os.kill(victim, signal.SIGKILL)
        process.join(120)
        assert process.exitcode is not None, f"point {point} hangs"
        now = labels(db)
        assert stored <= now, f"point {point} lost {sorted(stored - now)}"
        stored = now
    return stored


def _victims(pid: int | None, generator: random.Random) -> list[int | None]:
    """Choose the writer, one worker, or all."""
    workers: list[int | None] = [child for child in _children(pid) if "isolated_process" in _command(child)]
    choice = generator.choice(["writer", "worker", "all"])
    if choice == "worker" and workers:
        return [generator.choice(workers)]
    return [pid] if choice == "writer" else [pid, *workers]


def _children(pid: int | None) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in text.split()]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
