"""Amorphous or crystalline, where nobody says: by how many nodes have an environment of their own."""

from pathlib import Path

import numpy as np
import pytest

from carvsdb.net import Net, library, supercell
from carvsdb_ingest.analysis import read_items
from carvsdb_ingest.analysis.analyse import AnalysisOptions, analyse, guess_kind
from carvsdb_ingest.writers.cgd import write_cgd

OPTIONS = AnalysisOptions(max_ring_size=8)


def test_silicon_of_few_ring_sizes_is_amorphous(shared: Path) -> None:
    (item,) = read_items(shared / "data" / "amorphous-mof" / "si" / "asi-gap_18-topology.cgd")
    found = analyse(item, OPTIONS)
    _, numbers = np.unique(found.census.node_counts, axis=0, return_counts=True)
    assert (numbers == 1).sum() < len(found.census.node_counts) / 2, "ring counts alone would call it crystalline"
    assert guess_kind(found) == "amorphous"


@pytest.mark.parametrize(("name", "times"), [("dia", 5), ("mtn", 2)])
def test_a_large_cell_with_a_vacancy_is_crystalline(name: str, times: int, tmp_path: Path) -> None:
    net = supercell(library.load(name), (times, times, times))
    kept = net.edges[(net.edges[:, :2] != net.n_vertices - 1).all(axis=1)]
    damaged = Net.from_edges(kept, net.n_vertices - 1, name=name)
    assert damaged.n_vertices >= 100
    write_cgd(damaged, tmp_path / "damaged.cgd")
    (item,) = read_items(tmp_path / "damaged.cgd")
    assert guess_kind(analyse(item, OPTIONS)) == "crystalline"
