"""Time rings that are kept from frame to frame against a search of each frame; in each they must be equal.

The frames are nets of a published a-ZIF (m1 of Nicholas et al., arXiv:2503.24367), read from the folder that
``CARVSDB_SHARED`` names (default ``../shared``). In each frame 1 % of its bonds between nodes change: half of them are
broken, and their linkers go to a node two bonds away. The next frame goes on from there.

Times are CPU seconds of one thread; a search gives counts by node and size, too, as the kept rings do. `describe` is
what `carvsdb describe` does with a net: rings, symbols, shells and key. With ``--search-every N`` each N-th frame is
searched and compared, the last one too: rings are kept from frame to frame, so what went wrong in one is still there.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from changing_nets import switched

from carvsdb.net import Net
from carvsdb.rings import RingCensus, find_rings
from carvsdb.rings.kept import KeptRings
from carvsdb_ingest.analysis import read_items
from carvsdb_ingest.analysis.analyse import AnalysisOptions, analyse

FILE = "data/amorphous-mof/zif/m1-azif_ace_24-topology.data"
CUT_OFF = 27


def search(net: Net) -> RingCensus:
    return find_rings(net, CUT_OFF, n_threads=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--search-every", type=int, default=1)
    asked = parser.parse_args()
    (item,) = read_items(Path(os.environ.get("CARVSDB_SHARED", "../shared")) / FILE)
    net, rng = item.net, np.random.default_rng(asked.seed)
    n_bonds = int(np.count_nonzero(net.degrees()[~net.is_node] == 2))
    kept = KeptRings(search, CUT_OFF)
    kept.counts(net)
    kept.counts(switched(net, 1, rng))  # compiled, and distances filled
    search(net).carvs()
    began = time.process_time()
    analyse(item, AnalysisOptions(max_ring_size=CUT_OFF))
    began = time.process_time()
    analyse(item, AnalysisOptions(max_ring_size=CUT_OFF))
    described = time.process_time() - began
    ours, theirs = [], []
    for frame in range(asked.frames):
        net = switched(net, n_bonds // 200, rng)
        began = time.process_time()
        counts = kept.counts(net)
        counts.carvs()
        ours.append(time.process_time() - began)
        is_last = frame + 1 == asked.frames
        if (frame + 1) % asked.search_every and not is_last:
            continue
        began = time.process_time()
        census = search(net)
        census.carvs()
        theirs.append(time.process_time() - began)
        if counts.ring_counts != census.ring_counts or not np.array_equal(counts.node_counts, census.node_counts):
            raise SystemExit(f"frame {frame}: kept rings differ from those of a search")
        if len(theirs) % 20 == 0 or is_last:
            own, other = np.mean(ours), np.mean(theirs)
            print(
                f"{frame + 1:>5} frames of {net.n_nodes} nodes, {len(theirs)} searched, equal in all: kept {own:.4f} s "
                f"a frame, searched {other:.4f} s ({other / own:.1f} times), described at first {described:.3f} s "
                f"({described / own:.1f} times); {kept.searched} searched as a whole",
                flush=True,
            )


if __name__ == "__main__":
    main()
