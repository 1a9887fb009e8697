"""Many readers of one catalogue at once: every question is answered, and answered as if nobody else asked."""

import multiprocessing
import sys
from pathlib import Path

import numpy as np
import pytest
from catalogue_entries import RCSR, amorphous_entry, library_entry

from carvsdb.catalogue import Catalogue, Filters

NETS = ("dia", "lon", "sod", "pcu", "sql", "qtz", "gis", "nbo", "srs", "mtn", "lvt")
PROCESSES = 8


def _question(catalogue: Catalogue, generator: np.random.Generator) -> str:
    """Ask one of ten sorts of question and return the answer as text."""
    name = NETS[generator.integers(len(NETS))]
    match generator.integers(10):
        case 0:
            return repr(catalogue.similar(name, 3).rows())
        case 1:
            return repr(catalogue.similar(name, 3, filters=Filters(source="RCSR", min_nodes=3)).rows())
        case 2:
            return catalogue.show(name).model_dump_json()
        case 3:
            return repr(catalogue.sql(f"SELECT * FROM entry WHERE label >= '{name}' ORDER BY label").rows())
        case 4:
            return repr(catalogue.distance([name, "sod", "glass"]).matrix.tolist())
        case 5:
            return repr(catalogue.list().rows())
        case 6:
            return repr(catalogue.containing(name, within=float(generator.choice([0, 0.3]))).rows())
        case 7:
            return repr(catalogue.environments("glass").rows())
        case 8:
            return repr([answer.rows() for answer in catalogue.similar_each([name, "sod"], 2)])
        case _:
            return repr([catalogue.net(name).edges.tolist(), catalogue.duplicates("vector").rows(), len(catalogue)])


def _ask(path: Path, seed: int, number: int) -> list[str]:
    generator = np.random.default_rng(seed)
    with Catalogue.open(path, read_only=True) as catalogue:
        return [_question(catalogue, generator) for _ in range(number)]


@pytest.mark.parametrize("questions", [80, pytest.param(10_000, marks=pytest.mark.slow)])
def test_eight_processes_read_at_once(tmp_path: Path, questions: int) -> None:
    path = tmp_path / "nets.duckdb"
    with Catalogue.open(path) as catalogue:
        catalogue.add(library_entry(name, source=RCSR if name < "n" else None) for name in NETS)
        catalogue.add([amorphous_entry("glass", 1)])
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
    if sys.platform != "win32":
        multiprocessing.get_context("forkserver").set_forkserver_preload(["test_catalogue_readers"])
    each = questions // PROCESSES
    with context.Pool(PROCESSES) as pool:
        # All at once, and some seeds twice.
        asked = [(path, seed, each) for seed in (0, 0, 1, 1, 2, 3, 4, 5)]
        answers = pool.starmap(_ask, asked, chunksize=1)
    assert [len(one) for one in answers] == [each] * PROCESSES
    assert answers[0] == answers[1]
    assert answers[2] == answers[3]
    assert _ask(path, 2, min(each, 50)) == answers[4][:50]
