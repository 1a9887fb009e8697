"""Whether a net is taken for a crystal or for a glass, where its file does not say."""

from pathlib import Path

import numpy as np

from carvsdb.net import Net, library
from carvsdb.net.transforms import supercell
from carvsdb.rings import find_rings_within_budget
from carvsdb_ingest import read_nets
from carvsdb_ingest.analysis.analyse import guess_kind


def kind_of(net: Net) -> str:
    return guess_kind(find_rings_within_budget(net, 12).node_counts)


def test_amorphous_silicon_is_no_crystal(shared: Path) -> None:
    (net,) = read_nets(shared / "data" / "amorphous-mof" / "si" / "asi-gap_18-topology.cgd")
    assert kind_of(net) == "amorphous"


def test_a_crystal_that_lacks_atoms_stays_one() -> None:
    whole = supercell(library.load("dia"), np.diag([8, 8, 8]))
    kept = np.random.default_rng(1).random(whole.n_vertices) > 0.05
    edges = whole.edges[kept[whole.edges[:, :2]].all(axis=1)].copy()
    edges[:, :2] = (np.cumsum(kept) - 1)[edges[:, :2]]
    net = Net(edges, np.ones(len(edges), np.int32), np.ones(int(kept.sum()), bool))
    assert net.n_nodes > 900
    assert kind_of(net) == "crystalline"
