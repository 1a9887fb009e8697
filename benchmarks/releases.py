"""Measure the release of a million nets: time, peak memory and size of Parquet, DuckDB file, cards, SHA256SUMS.

The nets are those of ``benchmarks/catalogue.py``: synthetic, but with environments, vectors and symbols as real ones
have. Run ``python benchmarks/releases.py --nets 1000000``; it prints a table and removes what it made, unless ``--keep
FOLDER``, where the catalogue stays for a second run.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import yaml

from benchmarks.catalogue import batches, show
from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.file.storage import ROW_GROUP
from carvsdb.catalogue.maintenance import checksums

CARD = {
    "name": "synthetic-nets",
    "version": "1.0.0",
    "title": "Synthetic nets",
    "description": "Nets that were made up to measure how long a release takes.",
    "licence": "CC0-1.0",
    "authors": [{"name": "The carvsdb developers"}],
    "citation": {"text": "Not to be cited."},
    "sources": [{"collection": "none", "licence": "CC0-1.0"}],
    "created": "2026-11-29",
    "properties": {"carvs.sigma": {"unit": "1", "description": "Spread of the nodes"}},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nets", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="a folder, in which the catalogue stays")
    parser.add_argument("--make", type=Path, help="only make the catalogue, here")
    arguments = parser.parse_args()
    if arguments.make:
        make(arguments.make, arguments.nets)
        return
    folder = Path(tempfile.mkdtemp(prefix="carvsdb-benchmark-"))
    try:
        measure(arguments.keep or folder, folder, arguments.nets)
    finally:
        shutil.rmtree(folder)


def make(db: Path, nets: int) -> None:
    with Catalogue.open(db) as catalogue:
        for batch in batches(np.random.default_rng(0), nets, 2 * ROW_GROUP):
            catalogue.add_batch(batch)


def measure(home: Path, folder: Path, nets: int) -> None:
    db, card, release = home / "synthetic.duckdb", folder / "card.yaml", folder / "release"
    if not db.exists():  # in a process of its own: a child's peak of memory is at least what its parent had
        subprocess.run([sys.executable, __file__, "--nets", str(nets), "--make", str(db)], check=True)
    card.write_text(yaml.safe_dump(CARD), encoding="utf-8")
    show("nets", f"{nets:,}")
    show("cores; load of the machine", f"{os.cpu_count()}; {os.getloadavg()[0]:.1f}")
    began = time.perf_counter()
    command = [sys.executable, "-m", "carvsdb", "release", "build", "--db", db, "--card", card, "-o", release]
    _, status, spent = os.wait4(subprocess.Popen([str(part) for part in command]).pid, 0)
    if status:
        raise SystemExit("the release was not built")
    show("release build, wall", f"{time.perf_counter() - began:.0f} s")
    show("  processor", f"{spent.ru_utime + spent.ru_stime:.0f} s")
    show("  peak of its memory", f"{spent.ru_maxrss / 2**20:.2f} GiB")
    for path in sorted(release.iterdir(), key=lambda path: -path.stat().st_size)[:6]:
        show(f"  {path.name}", f"{path.stat().st_size / 1e6:,.0f} MB")
    began = time.perf_counter()
    wrong = checksums.differences(release, checksums.read(release), [])
    show("all SHA-256 again", f"{time.perf_counter() - began:.0f} s; {len(wrong)} wrong")


if __name__ == "__main__":
    main()
