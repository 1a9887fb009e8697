"""Amorphous SiO2 with labels of a machine-learned potential: a potential that learns while it refines.

The data are neutron and X-ray F(Q) simulated from a published model (5,184 atoms; Erhard et al. 2022,
doi:10.1038/s41524-022-00768-w), which is never read again. A random packing of 72 atoms is refined against them with a
potential that is fitted on the way to labels by CHGNet (doi:10.1038/s42256-023-00716-3), whose weights come with the
package `chgnet` from PyPI: the extra `mlip`.

    pip install "carvsdb[mlip]"
    python benchmarks/learn_silica.py FOLDER --model asio2.data --output benchmarks/learn_silica.json
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from carvsdb.atoms.model import AtomicModel
from carvsdb.version import VERSION
from carvsdb_ingest.readers.models import read_model
from carvsdb_ingest.writers.models import write_model
from carvsdb_refine.backmap import random_packing
from carvsdb_refine.run import Points, calculate_scattering

CALCULATOR = "chgnet.model.dynamics:CHGNetCalculator"
CONFIG = files("carvsdb_refine.examples").joinpath("silica", "silica.toml")


def coordination(model: AtomicModel, centre: str, neighbour: str, longest: float = 2.0) -> dict[str, int]:
    """Return how many centres have how many neighbours."""
    elements = np.array(model.elements)
    fractions = model.positions @ np.linalg.inv(model.cell)
    apart = fractions[elements == centre][:, None] - fractions[elements == neighbour][None]
    distances = np.linalg.norm((apart - np.rint(apart)) @ model.cell, axis=2)
    numbers, counts = np.unique((distances < longest).sum(axis=1), return_counts=True)
    return {str(number): int(count) for number, count in zip(numbers, counts, strict=True)}


def prepare(folder: Path, source: Path, units: int, seed: int) -> None:
    """Write data, start and config."""
    target = read_model(source)
    density = target.number_density
    for kind in ("neutron", "xray"):
        curves = calculate_scattering(target, ["F(Q)"], kind, Points(0.8, 20.0, 0.05)).columns
        np.savetxt(folder / f"{kind}.txt", np.array(list(curves.values())).T)
    atoms = [("Si", units), ("O", 2 * units)]
    packed = random_packing(atoms, number_density=density, rng=np.random.default_rng(seed)).model
    write_model(AtomicModel(packed.elements, packed.positions, packed.cell), folder / "start.xyz")
    (folder / "silica.toml").write_text(CONFIG.read_text(encoding="utf-8"), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path, required=True, help="the published a-SiO2, as LAMMPS data")
    parser.add_argument("--units", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    if not (given.folder / "silica.toml").exists():
        prepare(given.folder, given.model, given.units, given.seed)
    began, cpu = time.monotonic(), os.times()
    command = [sys.executable, "-m", "carvsdb", "refine", "learn", str(given.folder / "silica.toml"), "--json"]
    done = subprocess.run([*command, "--allow-calculator", CALCULATOR], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in (0, 8):
        raise SystemExit(done.returncode)
    learned: dict[str, Any] = json.loads(done.stdout)
    model, spent = read_model(learned["model"]), os.times()
    children = spent.children_user + spent.children_system - cpu.children_user - cpu.children_system
    found = {
        "what": "a-SiO2 from a random packing, labels by CHGNet",
        "atoms": model.n_atoms,
        "converged": learned["converged"],
        "cause": learned["cause"],
        "seconds": round(time.monotonic() - began, 1),
        "cpu_seconds": round(children, 1),
        "versions": {"carvsdb": VERSION, "chgnet": version("chgnet"), "torch": version("torch")},
        "python": platform.python_version(),
        "silicon_by_oxygen": coordination(model, "Si", "O"),
        "oxygen_by_silicon": coordination(model, "O", "Si"),
        "iterations": learned["iterations"],
    }
    print(json.dumps({name: value for name, value in found.items() if name != "iterations"}, indent=1))
    if given.output:
        given.output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    raise SystemExit(done.returncode)


if __name__ == "__main__":
    main()
