"""a-ZIF from a random network: the published potential and the measured scattering, an annealing in 90 minutes.

A Wooten-Winer-Weaire network of 216 nodes is decorated with Zn and imidazolate, brought to the density of the published
model m1 (29,376 atoms), heated to 1500 K by the potential alone, drawn to the data, cooled, and ends as a hybrid Monte
Carlo chain. The parts are runs one after the other, made from the example a-zif; what is done is not done again, what
was killed goes on. Then the model is measured: R of neutrons and X-rays to experiment, energy beside that of m1,
coordination, grades by an active set of m1, distances of its net to those of m1 and of crystals.

The files are those of Nicholas et al., arXiv:2503.24367, in the folder that ``CARVSDB_SHARED`` names (default
``../shared``).

    python benchmarks/a_zif.py FOLDER --output benchmarks/a_zif.json
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from carvsdb.atoms.pairs import list_pairs
from carvsdb.version import VERSION
from carvsdb_ingest.readers.models import read_model

CONFIG = files("carvsdb_refine.examples").joinpath("a-zif", "a-zif.toml")
TYPES = "1=C,2=H,3=N,4=Zn"
M1 = "zif/m1-zif_ace_24-anneal_1500K_5ns.data"
DENSITY, M1_ENERGY = "0.0722485", -6.733474398079
BY_FORCES = 'engine = "dynamics"'
# Of each part: the price of chi² in eV (None: no data), and the schedule.
PARTS: dict[str, tuple[float | None, list[str]]] = {
    "1-melt": (None, [f"{BY_FORCES}, temperature = 1500, moves = 2000"]),
    "2-draw": (0.003, [f"{BY_FORCES}, temperature = 1500, moves = 3000"]),
    "3-cool": (
        0.01,
        [f"{BY_FORCES}, temperature = 1500, until = 300, moves = 5200", f"{BY_FORCES}, temperature = 300, moves = 600"],
    ),
    "4-chain": (0.01, ["temperature = 300, moves = 120000"]),
}


def carvsdb(folder: Path, *words: str) -> str:
    """Return what a command prints."""
    command = [sys.executable, "-m", "carvsdb", *words]
    return subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True).stdout


def prepare(folder: Path, shared: Path, nodes: int, seed: int) -> None:
    """Write the start, the data, the potential with an active set of m1, and the configs of all parts."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("mlips/zif-ace-24.yaml", "scattering/expt/neutron-fq.txt", "scattering/expt/xray-fq.txt"):
        shutil.copyfile(shared / name, folder / Path(name).name)
    if not (folder / "start.data").exists():
        network = ("generate", "wooten-winer-weaire", "--nodes", str(nodes), "--seed", str(seed), "-o", "net.cgd")
        carvsdb(folder, *network)
        carvsdb(folder, "refine", "backmap", "net.cgd", "--density", DENSITY, "--seed", str(seed), "-o", "start.data")
    start = "start.data"
    for part, (price, stages) in PARTS.items():
        text = re.sub(r"^(#.*\n)*", "", CONFIG.read_text(encoding="utf-8"))
        if price is None:
            text = re.sub(r"^\[\[data\]\].*?(?=^\[potential\])", "", text, flags=re.DOTALL | re.MULTILINE)
        text = re.sub(r"(?m)^data_energy = .*\n", "" if price is None else f"data_energy = {price}\n", text)
        rows = "".join(f"    {{ {stage} }},\n" for stage in stages)
        text = re.sub(r"schedule = \[\n.*?\n\]", f"schedule = [\n{rows}]", text, flags=re.DOTALL)
        text = re.sub(r"(?m)^seed = .*", f"seed = {seed}", text)
        if "dynamics" not in rows:
            # A line for each 1,000 moves, which take about as long as 100 steps.
            text = re.sub(r"(trace|checkpoint|snapshots)_every = (\d+)", r"\1_every = \g<2>0", text)
        (folder / f"{part}.toml").write_text(re.sub(r'(?m)^model = ".*"', f'model = "{start}"', text), encoding="utf-8")
        start = f"{part}/model.data"
    if not (folder / "m1.asi").exists():
        gamma = ("refine", "gamma", "start.data", "--potential", "zif-ace-24.yaml", "--types", TYPES)
        carvsdb(folder, *gamma, "--make-from", str(shared / M1), "--active-set", "m1.asi")


def coordination(path: Path, centre: str, neighbour: str, longest: float = 2.5) -> dict[str, int]:
    """Return how many centres have how many neighbours within a distance in Å."""
    model = read_model(path)
    elements = np.array(model.elements)
    pairs = list_pairs(model.positions, model.cell, longest)
    bonds = (elements[pairs.firsts] == centre) & (elements[pairs.seconds] == neighbour)
    counts = np.bincount(pairs.firsts[bonds], minlength=model.n_atoms)[elements == centre]
    numbers, times = np.unique(counts, return_counts=True)
    return {str(number): int(count) for number, count in zip(numbers, times, strict=True)}


def grades(path: Path) -> dict[str, dict[str, float]]:
    """Return medians and high percentiles of the grades of each element, and how many atoms are above 5."""
    model, lines = read_model(path), path.read_text(encoding="utf-8").splitlines()
    elements, found = np.array(model.elements), np.array([float(line.split()[-1]) for line in lines[2:]])
    answer = {}
    for symbol in np.unique(elements).tolist():
        own = found[elements == symbol]
        median, high, largest = np.percentile(own, [50, 99, 100])
        answer[symbol] = {
            "median": float(f"{median:.4g}"),
            "99 %": float(f"{high:.4g}"),
            "largest": float(f"{largest:.4g}"),
            "above 5": int((own > 5).sum()),
            "atoms": len(own),
        }
    return answer


def score(folder: Path, part: str) -> dict[str, Any]:
    """Return how well the last model of a part does, with data."""
    text = (folder / f"{next(reversed(PARTS))}.toml").read_text(encoding="utf-8")
    name = f"score-{part}"
    model = "start.data" if part == "start" else f"{part}/model.data"
    (folder / f"{name}.toml").write_text(re.sub(r'(?m)^model = ".*"', f'model = "{model}"', text), encoding="utf-8")
    answer = json.loads(carvsdb(folder, "refine", "score", f"{name}.toml", "--json"))
    graded = f"{name}-gamma.xyz"
    asked = ("--potential", "zif-ace-24.yaml", "--active-set", "m1.asi", "--types", TYPES, "-o", graded, "--force")
    carvsdb(folder, "refine", "gamma", model, *asked)
    fits = {data["kind"]: data for data in answer["data"]}
    return {
        "energy_per_atom": answer["energy_per_atom"],
        "energy_by_element": answer["energy_by_element"],
        "above_m1_meV": round(1000 * (answer["energy_per_atom"] - M1_ENERGY), 2),
        "R_N": fits["neutron"]["rw"],
        "R_X": fits["xray"]["rw"],
        "R_N_cut": fits["neutron"]["fitted"]["rw"],
        "R_X_cut": fits["xray"]["fitted"]["rw"],
        "zn_by_n": coordination(folder / model, "Zn", "N"),
        "n_by_zn": coordination(folder / model, "N", "Zn"),
        "gamma": grades(folder / graded),
    }


def distances(folder: Path, shared: Path) -> dict[str, float]:
    """Return the topological distance of the last model's net to each published net."""
    database = folder / "nets.duckdb"
    if not database.exists():
        carvsdb(folder, "ingest", *map(str, sorted((shared / "zif").glob("*.cgd"))), "--db", str(database))
    model = f"{next(reversed(PARTS))}/model.data"
    bonds = ("--types", TYPES, "--bonds", "Zn-N=2.5", "--clustering", "node-linker", "--label", "a-zif")
    carvsdb(folder, "ingest", model, *bonds, "--db", str(database))
    names = sorted(path.stem for path in (shared / "zif").glob("*.cgd"))
    answer = json.loads(carvsdb(folder, "distance", "a-zif", *names, "--db", str(database), "--json"))
    return dict(zip(answer["labels"][1:], answer["matrix"][0][1:], strict=True))


def main() -> None:
    """Prepare, run what is left, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--nodes", type=int, default=216)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    shared = (Path(os.environ.get("CARVSDB_SHARED", "../shared")) / "data/amorphous-mof").resolve()
    prepare(options.folder, shared, options.nodes, options.seed)
    parts, traces = {}, {}
    for part in PARTS:
        place = options.folder / part
        if not (place / "result.json").exists():
            carvsdb(options.folder, "refine", "resume" if place.exists() else "run", f"{part}.toml")
        timing = json.loads((place / "timing.json").read_text(encoding="utf-8"))
        parts[part] = {"steps": timing["moves"], "seconds": round(timing["seconds"])} | score(options.folder, part)
        lines = np.genfromtxt(place / "trace.csv", delimiter=",", names=True)
        kept = [
            name
            for name in ("moves", "temperature", "energy_per_atom", "rw_1", "rw_2", "gamma_max", "gamma_median")
            if name in (lines.dtype.names or ())
        ]
        traces[part] = {name: [float(f"{value:.5g}") for value in lines[name]] for name in kept}
    answer = {
        "what": "a-ZIF from a random network, by the published potential and the measured scattering",
        "atoms": read_model(options.folder / "start.data").n_atoms,
        "seed": options.seed,
        "version": VERSION,
        "minutes": round(sum(part["seconds"] for part in parts.values()) / 60, 1),
        "m1_energy_per_atom": M1_ENERGY,
        "start": score(options.folder, "start"),
        "parts": parts,
        "distances_of_nets": distances(options.folder, shared),
        "traces": traces,
    }
    print(json.dumps({name: value for name, value in answer.items() if name != "traces"}, indent=1))
    if options.output:
        options.output.write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
