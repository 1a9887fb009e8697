"""What watching costs a chain: moves per second of m1 with and without the grades of what accepted moves change.

Model m1 (29,376 atoms), the measured neutron and X-ray F(Q) and the potential zif-ace-24 (Nicholas et al.,
arXiv:2503.24367), read from the folder that ``CARVSDB_SHARED`` names (default ``../shared``); the active set is made of
m1. Blocks of moves with and without take turns in one chain, at 300 K with steps of 0.07 Å and 3.5°, energy first. The
grades are worked out on a second core: so three ratios are told, of time by the clock, of the CPU time of the chain's
own thread, and of the CPU time of all threads, which is what a machine without a free core sees.

    python benchmarks/watch.py -o benchmarks/watch.json
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

from carvsdb.version import VERSION
from carvsdb_ingest.readers.models import read_model
from carvsdb_refine.learning.active_set import choose_active_set
from carvsdb_refine.learning.projections import Projector
from carvsdb_refine.potential import AcePotential
from carvsdb_refine.run import prepare, read_config
from carvsdb_refine.run.assemble import begin_chain
from carvsdb_refine.run.watch import Watch

CONFIG = """
[start]
model = "{folder}/zif/m1-zif_ace_24-anneal_1500K_5ns.data"
types = {{1 = "C", 2 = "H", 3 = "N", 4 = "Zn"}}
molecules = "file"
[[data]]
kind = "neutron"
file = "{folder}/scattering/expt/neutron-fq.txt"
function = "F(Q)"
deuterium = 0.933
sigma = 0.004
[[data]]
kind = "xray"
file = "{folder}/scattering/expt/xray-fq.txt"
function = "F(Q)"
sigma = 0.004
scale = "free"
form_factors = "cromer-mann"
[potential]
kind = "ace"
file = "{folder}/mlips/zif-ace-24.yaml"
[constraints]
hard_spheres = {{"Zn-N" = 1.7, "Zn-Zn" = 3.0, "H-H" = 1.5}}
[moves]
translation = 0.07
rotation = 3.5
[run]
seed = 1
acceptance = "energy first"
"""
# Moves between two times at which what was shown is graded, as a run does it.
CHUNK = 20


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", type=int, default=30, help="of each kind")
    parser.add_argument("--moves", type=int, default=100, help="of a block")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    folder = (Path(os.environ.get("CARVSDB_SHARED", "../shared")) / "data/amorphous-mof").resolve()
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "m1.toml"
        path.write_text(CONFIG.format(folder=folder), encoding="utf-8")
        setup = prepare(read_config(path))
    assert isinstance(setup.potential, AcePotential)
    projector = Projector(setup.potential.form, setup.potential.name)
    model = read_model(folder / "zif/m1-zif_ace_24-anneal_1500K_5ns.data", {1: "C", 2: "H", 3: "N", 4: "Zn"})
    rows = projector.values(projector.element_indices(model.elements), model.positions, model.cell)
    watch = Watch(
        projector, choose_active_set(setup.potential.elements, projector.n_functions, lambda: [rows]), 5.0, None, 1
    )
    run = begin_chain(setup)
    run.temperature = 300.0

    def block(watched: bool) -> None:
        run.show_to(watch if watched else None)
        for _ in range(options.moves // CHUNK):
            run.make(CHUNK)
            if watched:
                watch.grade_beside()
        if watched:
            watch.arrays()

    spent = {name: [0.0, 0.0] for name in ("clock", "chain's thread", "all threads")}
    accepted = [0, 0]
    clocks = (time.perf_counter, time.thread_time, time.process_time)
    with watch.one_thread():
        block(False)
        block(True)
        for _ in range(options.blocks):
            for watched in (False, True):
                before, began = run.chain.n_accepted, [clock() for clock in clocks]
                block(watched)
                for times, clock, since in zip(spent.values(), clocks, began, strict=True):
                    times[watched] += clock() - since
                accepted[watched] += run.chain.n_accepted - before
    moves = options.blocks * options.moves
    answer = {
        "what": "moves per second of m1 with the grades of what accepted moves change, and without",
        "moves": moves,
        "accepted": {"without": accepted[0], "with": accepted[1]},
        "moves_per_second": {
            name: {"without": round(moves / times[0], 1), "with": round(moves / times[1], 1)}
            for name, times in spent.items()
        },
        "lost": {name: round(1 - times[0] / times[1], 3) for name, times in spent.items()},
        "largest_grade": round(float(watch.arrays()["watch"][0]), 3),
        "cores": os.cpu_count(),
        "load": [round(one, 1) for one in os.getloadavg()],
        "version": VERSION,
    }
    text = json.dumps(answer, indent=1)
    print(text)
    if options.output:
        options.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
