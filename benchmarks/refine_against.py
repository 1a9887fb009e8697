"""Moves a CPU second against those of another version of carvsdb, in the same run.

Two chains: 3,000 atoms of SiO2 against G(r) alone, one atom a move; and m1 (29,376 atoms, see ``refine.py``) with
neutron and X-ray F(Q) and ACE, accepted jointly. Each version makes the same moves, from the same seed, in a process of
its own; the processes take turns, so that whatever else the machine does falls on both alike, and the medians of the
ratios of neighbouring turns count. Both must end at the same chi² and energy.

Run ``python benchmarks/refine_against.py OTHER_PYTHON --of COMMIT -o FILE.json``, where `OTHER_PYTHON` is the
interpreter that has the other version installed.
"""

import argparse
import importlib
import json
import os
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

MOVES = {"sio2": 20_000, "m1": 1_000}
STEPS = {"sio2": 0.05, "m1": 0.1}
# A little below the shortest contacts between molecules of m1, in Å.
HARD_SPHERES = {
    "Zn-N": 1.7, "Zn-Zn": 3.0, "C-Zn": 2.2, "H-Zn": 2.1, "N-N": 2.4, "C-C": 2.5, "C-N": 2.5, "C-H": 1.8, "H-N": 1.8,
    "H-H": 1.5,
}  # fmt: skip


def found_in(name: str, *modules: str) -> Any:
    """Return what one of some modules has: versions keep things in different places."""
    for module in modules:
        try:
            return getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError):
            continue
    raise ImportError(f"no {name} in {', '.join(modules)}")


def silica() -> Any:
    """Return 3,000 atoms of a random SiO2, at the density of the glass."""
    generator = np.random.default_rng(5)
    edge = (3000 / 0.0662) ** (1 / 3)
    places = np.stack(np.meshgrid(*[np.arange(15)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)[:3000] / 15 * edge
    places = places + generator.normal(0, 0.4, places.shape)
    elements = np.array(["Si"] * 1000 + ["O"] * 2000)
    generator.shuffle(elements)
    model = found_in("AtomicModel", "carvsdb.atoms.model", "carvsdb_refine.model.atomic_model")
    return model(tuple(elements.tolist()), places, edge * np.eye(3))


def chain_of_silica() -> Any:
    mc: Any = importlib.import_module("carvsdb_refine.monte_carlo")
    sc: Any = importlib.import_module("carvsdb_refine.scattering")
    model = silica()
    partials = sc.partial_distributions(sc.pair_histogram(model))
    measured = sc.neutron_g(partials, sc.scattering_lengths(partials.species)) * 0.9
    data = sc.DataSet("neutron", "G(r)", partials.distances, measured, sigma=0.01)
    options = mc.ChainOptions(temperature=300.0, check_every=0)
    terms = mc.ScatteringData((mc.Fit(data),))
    return mc.Chain(model, (), terms, [mc.AtomMove(STEPS["sio2"])], (), options, np.random.default_rng(1))


def chain_of_m1() -> Any:
    mc: Any = importlib.import_module("carvsdb_refine.monte_carlo")
    sc: Any = importlib.import_module("carvsdb_refine.scattering")
    read_ace = found_in("read_ace", "carvsdb_refine.potential")
    read_model = found_in("read_model", "carvsdb_ingest.readers.models", "carvsdb_refine.model")
    folder = Path(os.environ.get("CARVSDB_SHARED", "../shared")) / "data/amorphous-mof"
    neutron = sc.read_data(folder / "scattering/expt/neutron-fq.txt", "neutron", sigma=0.006)
    xray = sc.read_data(folder / "scattering/expt/xray-fq.txt", "xray", sigma=0.006, scale=None)
    how: dict[str, Any] = {"beyond_box": "nothing"}
    if "bin_correction" in sc.Scatterer.__dataclass_fields__:
        how["bin_correction"] = False
    fits = (
        mc.Fit(neutron, sc.Scatterer(deuterium=0.933, **how)),
        mc.Fit(xray, sc.Scatterer(form_factors="cromer-mann", **how)),
    )
    return mc.Chain(
        read_model(folder / "zif/m1-zif_ace_24-anneal_1500K_5ns.data"),
        [read_ace(folder / "mlips/zif-ace-24.yace")],
        mc.ScatteringData(fits),
        [mc.RigidMove(STEPS["m1"], 5.0)],
        [mc.HardSpheres(HARD_SPHERES)],
        mc.ChainOptions(temperature=300.0, acceptance="joint", check_every=0),
        np.random.default_rng(1),
    )


def serve(name: str) -> None:
    """Make moves whenever a line comes in, and say what they took."""
    chain = {"sio2": chain_of_silica, "m1": chain_of_m1}[name]()
    chain.run(50)
    print("ready", flush=True)
    for line in sys.stdin:
        moves = int(line)
        began = time.process_time()
        chain.run(moves)
        seconds = time.process_time() - began
        energy = float(chain.energy) if name == "m1" else 0.0
        accepted = chain.counts[0].accepted
        print(json.dumps({"seconds": seconds, "chi2": chain.chi2, "energy": energy, "accepted": accepted}), flush=True)


def compare(name: str, pythons: list[str], rounds: int) -> dict[str, Any]:
    """Let the versions take turns."""
    # Threads of a library would count as CPU time of the moves.
    single = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    pipes = [
        subprocess.Popen(
            [python, __file__, "--serve", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            env=single,
        )
        for python in pythons
    ]
    for pipe in pipes:
        assert pipe.stdout is not None
        assert pipe.stdout.readline().strip() == "ready"
    turns: list[list[dict[str, float]]] = []
    for _ in range(rounds):
        turn = []
        for pipe in pipes:
            assert pipe.stdin is not None
            assert pipe.stdout is not None
            pipe.stdin.write(f"{MOVES[name] // rounds}\n")
            turn.append(json.loads(pipe.stdout.readline()))
        turns.append(turn)
    for pipe in pipes:
        pipe.communicate()
    last = turns[-1]
    apart = {key: abs(last[0][key] - last[1][key]) / max(abs(last[0][key]), 1) for key in ("chi2", "energy")}
    if last[0]["accepted"] != last[1]["accepted"] or max(apart.values()) > 1e-9:
        raise SystemExit(f"{name}: the versions do not make the same chain: {last}")
    each = MOVES[name] // rounds
    rates = [statistics.median(each / turn[index]["seconds"] for turn in turns) for index in range(2)]
    ratio = statistics.median(turn[1]["seconds"] / turn[0]["seconds"] for turn in turns)
    found = {"moves_per_cpu_second": rates[0], "of_the_other": rates[1], "ratio": ratio, "chi2_apart": apart["chi2"]}
    print(f"{name}: {rates[0]:.0f} moves a CPU second, the other version {rates[1]:.0f}, ratio {ratio:.2f}", flush=True)
    return found | {"moves": each * rounds, "accepted": last[0]["accepted"], "energy_apart": apart["energy"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("other", nargs="?", help="the interpreter of the other version")
    parser.add_argument("--serve", choices=list(MOVES), help=argparse.SUPPRESS)
    parser.add_argument("--only", choices=list(MOVES), help="one of the chains")
    parser.add_argument("--of", default="", help="what the other version is, such as a commit; kept with the result")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("-o", "--output", type=Path, help="where the result goes, as JSON")
    given = parser.parse_args()
    if given.serve:
        serve(given.serve)
        return
    if given.other is None:
        parser.error("the interpreter of the other version is missing")
    pythons = [sys.executable, given.other]
    names = [given.only] if given.only else list(MOVES)
    found = {name: compare(name, pythons, given.rounds) for name in names}
    if given.output is not None:
        about = {"what": "moves a CPU second, against another version in the same run", "other": given.of}
        about["date"] = datetime.now(UTC).date().isoformat()
        given.output.write_text(json.dumps(about | found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
