"""Time the complete ring lists: against matscipy on the same graphs, on two threads, and with growing boxes.

Run ``make bench``. The inputs are the published nets of a-ZIF, a-SiO2 and a-Si (Nicholas et al., arXiv:2503.24367),
read from the folder that ``CARVSDB_SHARED`` names (default ``../shared``).

Peer: matscipy lists every shortest-path ring up to the cut-off; it runs without a limit of length where that ends
within minutes (all but a-Si). Times are CPU seconds of one thread; ours is the median of several runs after one that
is not counted. PeriodicGraphs.jl cannot be run here; its published figures are in README.
"""

import argparse
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from carvsdb.net import Adjacency, Net, supercell
from carvsdb.rings import find_rings, find_strong_rings
from carvsdb_ingest.analysis import read_nets

INPUTS = {
    # name: (file below data/amorphous-mof, cut-off, limit given to matscipy)
    "a-ZIF m1": ("zif/m1_ace_24-anneal_1500K_5ns.cgd", 27, -1),
    "a-SiO2": ("sio2/asio2-gap_22-topology.cgd", 27, -1),
    "a-Si": ("si/asi-gap_18-topology.cgd", 17, 17),
}
NODE_LINKER = "zif/m1-azif_ace_24-topology.data"


def cpu_seconds(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


def wall_seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def median(clock: Callable[[Callable[[], object]], float], call: Callable[[], object], runs: int) -> float:
    call()
    return statistics.median(clock(call) for _ in range(runs))


def matscipy_counts(net: Net, limit: int) -> dict[int, int]:
    """Count rings by size with matscipy, from the same graph."""
    from matscipy.ffi import distances_on_graph, find_sp_rings

    assert net.positions is not None
    assert net.cell is not None
    adjacency = Adjacency.of(net)
    here = np.repeat(np.arange(net.n_vertices, dtype=np.int32), np.diff(adjacency.starts))
    there = adjacency.neighbours.astype(np.int32)
    vectors = (net.positions[there] + adjacency.offsets - net.positions[here]) @ net.cell
    counts = find_sp_rings(here, there, vectors, distances_on_graph(here, there), limit)
    return {size: int(number) for size, number in enumerate(counts) if number}


def against_matscipy(folder: Path, runs: int) -> None:
    print(f"{'net':<10} {'nodes':>6} {'cut-off':>7} {'rings':>6} {'carvsdb':>9} {'matscipy':>9} {'ratio':>6}  counts")
    for name, (file, cut_off, limit) in INPUTS.items():
        net = read_nets(folder / file)[0]
        census = find_rings(net, cut_off, n_threads=1)
        ours = median(cpu_seconds, lambda net=net, cut_off=cut_off: find_rings(net, cut_off, n_threads=1), runs)  # type: ignore[misc]
        began = time.process_time()
        peer = matscipy_counts(net, limit)
        theirs = time.process_time() - began
        same = "equal" if peer == census.ring_counts else f"differ: {peer} {census.ring_counts}"
        print(
            f"{name:<10} {net.n_nodes:>6} {cut_off:>7} {census.n_rings:>6} {ours:>7.3f} s {theirs:>7.2f} s "
            f"{theirs / ours:>6.1f}  {same}",
            flush=True,
        )


def other_searches(folder: Path, runs: int) -> None:
    m1, silicon = (read_nets(folder / INPUTS[name][0])[0] for name in ("a-ZIF m1", "a-Si"))
    linkers = read_nets(folder / NODE_LINKER)[0]
    cases: dict[str, Callable[[], object]] = {
        "a-Si, rings to 27": lambda: find_rings(silicon, n_threads=1),
        "a-ZIF m1 with linkers, rings to 27": lambda: find_rings(linkers, n_threads=1),
        "a-ZIF m1, strong rings": lambda: find_strong_rings(m1, n_threads=1),
        "a-Si, strong rings": lambda: find_strong_rings(silicon, n_threads=1),
    }
    print("\nother searches, CPU seconds of one thread")
    for name, call in cases.items():
        print(f"{name:<36} {median(cpu_seconds, call, runs):>7.3f} s", flush=True)
    one = median(wall_seconds, lambda: find_rings(silicon, n_threads=1), runs)
    two = median(wall_seconds, lambda: find_rings(silicon, n_threads=2), runs)
    print(f"a-Si to 27, wall time: one thread {one:.3f} s, two threads {two:.3f} s, ratio {one / two:.2f}")


def growing_boxes(folder: Path, largest: int) -> None:
    silicon = read_nets(folder / INPUTS["a-Si"][0])[0]
    counts = find_rings(silicon, 20).ring_counts
    print("\nsupercells of a-Si, rings to 20, all cores")
    print(f"{'nodes':>8} {'wall':>8} {'CPU':>8} {'CPU/node':>10} {'peak memory':>12}  counts")
    for repeat in (1, 2, 3, 4, 5, 6):
        box = supercell(silicon, (repeat, repeat, repeat))
        if box.n_nodes > largest:
            break
        began, cpu = time.perf_counter(), time.process_time()
        census = find_rings(box, 20)
        wall, used = time.perf_counter() - began, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        scaled = {size: number * repeat**3 for size, number in counts.items()}
        same = "scale" if census.ring_counts == scaled else "DO NOT SCALE"
        per_node = used / box.n_nodes * 1e6
        print(
            f"{box.n_nodes:>8} {wall:>6.2f} s {used:>6.2f} s {per_node:>7.1f} µs {peak:>8.2f} GiB  {same}", flush=True
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="counted runs of carvsdb")
    parser.add_argument("--largest", type=int, default=150_000, help="nodes of the largest box")
    arguments = parser.parse_args()
    shared = Path(os.environ.get("CARVSDB_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    folder = shared / "data" / "amorphous-mof"
    if not folder.is_dir():
        sys.exit(f"the published nets are not at {folder}; set CARVSDB_SHARED to the folder that holds data/")
    against_matscipy(folder, arguments.runs)
    other_searches(folder, arguments.runs)
    growing_boxes(folder, arguments.largest)


if __name__ == "__main__":
    main()
