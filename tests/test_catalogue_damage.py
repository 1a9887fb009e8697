"""Flipped bits: of a catalogue, of a backup, of an export. No answer changes without a word."""

import multiprocessing
import random
import shutil
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb
import pytest
from catalogue_entries import RCSR, amorphous_entry, chain_entry, library_entry
from program import carvsdb

from carvsdb import Catalogue
from carvsdb.errors import CarvsdbError

NETS = ("dia", "lon", "sod", "pcu", "sql", "qtz", "gis")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("damage") / "nets.duckdb"
    with Catalogue.open(path) as catalogue:
        catalogue.add(library_entry(name, source=RCSR) for name in NETS)
        catalogue.add([amorphous_entry("glass", 1), amorphous_entry("glass2", 2), chain_entry()])
    return path


def answers(path: Path) -> str:
    with Catalogue.open(path, read_only=True) as catalogue:
        return repr(
            (
                catalogue.list().rows(),
                catalogue.similar("glass", k=5).rows(),
                catalogue.show("sod").model_dump(),
                catalogue.net("qtz").edges.tolist(),
                catalogue.containing("dia", within=0.2).rows(),
                catalogue.query("SELECT sum(multiplicity) AS n FROM net_environment").rows(),
            )
        )


def ask_again_and_again(path: Path, left: list[tuple[int, int]], pipe: Connection) -> None:
    """Flip bits one after another and answer."""
    whole = path.read_bytes()
    copy = path.with_suffix(".flip")
    for place, bit in left:
        copy.write_bytes(flipped(whole, place, bit))
        try:
            pipe.send(answers(copy))
        except (CarvsdbError, duckdb.Error) as error:
            pipe.send(error.__class__)


def places(whole: bytes, number: int, seed: int) -> list[tuple[int, int]]:
    """Choose bytes and bits, every other one where something is written."""
    generator = random.Random(seed)
    written = [place for place in range(len(whole)) if whole[place]]
    chosen = (generator.choice(written) if one % 2 else generator.randrange(len(whole)) for one in range(number))
    return [(place, generator.randrange(8)) for place in chosen]


def flipped(whole: bytes, place: int, bit: int) -> bytes:
    damaged = bytearray(whole)
    damaged[place] ^= 1 << bit
    return bytes(damaged)


@pytest.mark.parametrize("flips", [20, pytest.param(100, marks=pytest.mark.slow)])
def test_of_a_catalogue(made: Path, tmp_path: Path, flips: int) -> None:
    path = Path(shutil.copy(made, tmp_path / "nets.duckdb"))
    right = answers(path)
    context = multiprocessing.get_context("spawn")
    left = places(path.read_bytes(), flips, seed=3)
    counted: Counter[str] = Counter()
    while left:
        # In a process of its own: a damaged file may end DuckDB, which is a report, too.
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=ask_again_and_again, args=(path, left, there))
        process.start()
        there.close()
        while left:
            place, bit = left.pop(0)
            try:
                now = here.recv()
            except EOFError:
                counted["ended"] += 1
                break
            if isinstance(now, str):
                assert now == right, f"bit {bit} of byte {place} changed an answer"
            counted["same" if isinstance(now, str) else "reported"] += 1
        process.join()
    print(dict(counted))
    assert counted["reported"] > 0


@pytest.mark.parametrize("flips", [20, pytest.param(100, marks=pytest.mark.slow)])
def test_of_a_backup(made: Path, tmp_path: Path, flips: int) -> None:
    copy = tmp_path / "copy.duckdb"
    assert carvsdb("db", "backup", copy, "--db", made).code == 0
    whole = copy.read_bytes()
    for place, bit in places(whole, flips, seed=1):
        copy.write_bytes(flipped(whole, place, bit))
        assert carvsdb("db", "verify", "--backup", copy).code == 8, (place, bit)
    copy.write_bytes(whole)
    assert carvsdb("db", "verify", "--backup", copy).code == 0


@pytest.mark.parametrize("flips", [20, pytest.param(100, marks=pytest.mark.slow)])
def test_of_an_export(made: Path, tmp_path: Path, flips: int) -> None:
    folder = tmp_path / "tables"
    carvsdb("db", "export", folder, "--db", made)
    files = sorted(folder.iterdir())
    generator = random.Random(2)
    for _ in range(flips):
        path = generator.choice(files)
        whole = path.read_bytes()
        path.write_bytes(flipped(whole, generator.randrange(len(whole)), generator.randrange(8)))
        done = carvsdb("db", "import", folder, "--db", tmp_path / "again.duckdb")
        assert done.code == 8, (path.name, done)
        path.write_bytes(whole)
    assert carvsdb("db", "import", folder, "--db", tmp_path / "again.duckdb").code == 0
