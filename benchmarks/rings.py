"""Time the complete ring list against matscipy's, on the same graphs, in the same run, one thread each.

Run ``make bench``. The inputs are the published nets of a-ZIF and a-Si (Nicholas et al., arXiv:2503.24367), read
from the folder that ``CARVSDB_SHARED`` names (default ``../shared``). Both programs list every shortest-path ring up to
the cut-off; matscipy runs without a limit of length where that ends within minutes (all but a-Si). Times are
CPU seconds; ours is the median of several runs after one that is not counted.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from matscipy.ffi import distances_on_graph, find_sp_rings

from carvsdb.net import Adjacency, Net
from carvsdb.rings import find_rings
from carvsdb_ingest.readers import read_nets

INPUTS = {
    # name: (file below data/amorphous-mof, cut-off, limit given to matscipy)
    "a-ZIF m1": ("zif/m1_ace_24-anneal_1500K_5ns.cgd", 27, -1),
    "a-SiO2": ("sio2/asio2-gap_22-topology.cgd", 27, -1),
    "a-Si": ("si/asi-gap_18-topology.cgd", 17, 17),
}


def cpu_seconds(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


def matscipy_counts(net: Net, limit: int) -> dict[int, int]:
    """Count rings by size with matscipy, from the same graph."""
    assert net.positions is not None
    assert net.cell is not None
    adjacency = Adjacency.of(net)
    here = np.repeat(np.arange(net.n_vertices, dtype=np.int32), np.diff(adjacency.starts))
    there = adjacency.neighbours.astype(np.int32)
    vectors = (net.positions[there] + adjacency.offsets - net.positions[here]) @ net.cell
    counts = find_sp_rings(here, there, vectors, distances_on_graph(here, there), limit)
    return {size: int(number) for size, number in enumerate(counts) if number}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="counted runs of carvsdb")
    parser.add_argument("--only", choices=INPUTS, help="one input")
    arguments = parser.parse_args()
    shared = Path(os.environ.get("CARVSDB_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    folder = shared / "data" / "amorphous-mof"
    if not folder.is_dir():
        sys.exit(f"the published nets are not at {folder}; set CARVSDB_SHARED to the folder that holds data/")
    print(f"{'net':<10} {'nodes':>6} {'cut-off':>7} {'rings':>6} {'carvsdb':>9} {'matscipy':>9} {'ratio':>6}  counts")
    for name, (file, cut_off, limit) in INPUTS.items():
        if arguments.only not in (None, name):
            continue
        net = read_nets(folder / file)[0]
        census = find_rings(net, cut_off, n_threads=1)
        ours = statistics.median(
            cpu_seconds(lambda net=net, cut_off=cut_off: find_rings(net, cut_off, n_threads=1))  # type: ignore[misc]
            for _ in range(arguments.runs)
        )
        peer: dict[int, int] = {}
        theirs = cpu_seconds(lambda net=net, peer=peer, limit=limit: peer.update(matscipy_counts(net, limit)))  # type: ignore[misc]
        same = "equal" if peer == census.ring_counts else f"differ: {peer} {census.ring_counts}"
        print(
            f"{name:<10} {net.n_nodes:>6} {cut_off:>7} {census.n_rings:>6} {ours:>7.2f} s {theirs:>7.2f} s "
            f"{theirs / ours:>6.1f}  {same}",
            flush=True,
        )


if __name__ == "__main__":
    main()
