"""Structures of CoRE MOF 2019-ASR as the package core-mof ships them, and what becomes of them here.

``python tests/core_mof.py`` writes the regression table again, ``tests/reference/core-mof-200.tsv``.
"""

import os
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
import pytest

from carvsdb.errors import InputError, NoNetError
from carvsdb.topology import Identity, identify
from carvsdb_ingest.bonds import find_bonds
from carvsdb_ingest.clustering import cluster
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.cif.cif import read_cif

TABLE = Path(__file__).parent / "reference" / "core-mof-200.tsv"
N_STRUCTURES, N_CHOSEN, SEED = 12_020, 200, 2019
COLUMNS = ("refcode", "status", "cause", "names", "key", "infinite units")


@dataclass(frozen=True, slots=True)
class Found:
    """The status of a structure: a row of the table, and its identity if it has a net."""

    row: tuple[str, ...]
    identity: Identity | None


def archive() -> Path | None:
    """Return the archive of CIF files, or None if core-mof is not installed."""
    try:
        return Path(str(distribution("core-mof").locate_file("CoRE_MOF/data/2019-ASR.tar.xz")))
    except PackageNotFoundError:
        return None


def installed_archive() -> Path:
    """Return the archive; without it the test is skipped, under CI it fails."""
    path = archive()
    if path is None:
        sentence = "CoRE MOF is not installed: pip install --no-deps core-mof==2019.1"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    return path


@cache
def _contents(path: Path) -> dict[str, bytes]:
    """Read all files of the archive: 263 MB, which take longer to expand than to keep for the next test."""
    contents: dict[str, bytes] = {}
    with tarfile.open(path) as tar:
        for member in tar:
            if member.isfile() and member.name.endswith(".cif"):
                stream = tar.extractfile(member)
                assert stream is not None
                contents[Path(member.name).stem] = stream.read()
    return contents


def read_archive(path: Path, wanted: Iterable[str], seed: int = SEED) -> dict[str, bytes]:
    """Read the CIF files of a random choice (seeded), then of the refcodes wanted.

    A refcode stands for the first file that begins with it: ``FAWCEN`` for ``FAWCEN_SL``.
    """
    contents = _contents(path)
    refcodes = sorted(contents)
    chosen = sorted(np.random.default_rng(seed).choice(len(refcodes), N_CHOSEN, replace=False).tolist())
    assert len(refcodes) == N_STRUCTURES
    first = [refcodes[index] for index in chosen]
    found = {refcode: contents[refcode] for refcode in first}
    for refcode in wanted:
        file = refcode if refcode in contents else next(one for one in refcodes if one.startswith(f"{refcode}_"))
        found[refcode] = contents[file]
    return found


def find(refcode: str, content: bytes) -> Found:
    """Name the net of a structure in the single-node clustering."""
    try:
        (structure,) = read_cif(TextFile.decode(content, f"{refcode}.cif"))
        clustered = cluster(structure, find_bonds(structure), "single-node")
    except NoNetError as error:
        return Found((refcode, error.status, error.cause, "", "", ""), None)
    except InputError as error:
        return Found((refcode, "error", str(error), "", "", ""), None)
    found = identify(clustered.net)
    infinite = next((one for one in clustered.quality if one.startswith("infinite")), "")
    kind = infinite.split(",")[0].removeprefix("infinite ")
    row = (refcode, found.status, found.cause or "", found.name or "", found.short_id or "", kind)
    return Found(row, found)


def main() -> None:
    """Write the table."""
    path = archive()
    if path is None:
        raise SystemExit("core-mof is not installed: pip install --no-deps core-mof==2019.1")
    rows = [find(*one).row for one in list(read_archive(path, ()).items())[:N_CHOSEN]]
    TABLE.write_text("\n".join("\t".join(row) for row in [COLUMNS, *rows]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
