"""Silicon from nothing: a potential that learns while it refines.

The data are neutron and X-ray F(Q) of a Wooten-Winer-Weaire network, which is never read again. A random packing is
refined against them with a potential that is fitted on the way, to Stillinger-Weber labels: `carvsdb refine learn`.
Prints the iterations, and of the last model: the share of atoms with four neighbours within 2.85 Å, Rw, and its energy
against that of the same model relaxed by the labels' method. Exits with 8 if the loop has not converged.

Run ``make demo-learn``, which has 64 atoms, or ``python benchmarks/learn_silicon.py FOLDER`` with 216.
"""

import argparse
import importlib
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import ase.optimize
import numpy as np
from ase import Atoms

from carvsdb.atoms.model import AtomicModel
from carvsdb_ingest.readers.models import read_model
from carvsdb_ingest.writers.models import write_model
from carvsdb_refine.potential import StillingerWeber
from carvsdb_refine.potential.calculator import PotentialCalculator
from carvsdb_refine.run import Points, calculate_scattering

# Beside this file.
silicon: Any = importlib.import_module("silicon_refinement")
CONFIG = """\
[start]
model = "start.xyz"

[[data]]
kind = "neutron"
file = "neutron.txt"
function = "F(Q)"
sigma = {sigma_neutron}
beyond_box = "nothing"

[[data]]
kind = "xray"
file = "xray.txt"
function = "F(Q)"
sigma = {sigma_xray}
beyond_box = "nothing"

[constraints]
hard_spheres = {{"Si-Si" = 1.9}}

[moves]
translation = 0.2

[run]
seed = {seed}
equilibration = {moves}
schedule = [{{ temperature = {hot}, until = 300, moves = {moves} }}]
trace_every = 200
checkpoint_every = 5000

[learn]
functions = {functions}
iterations = 8
seed = {seed}

[[learn.initial]]
kind = "packing"
formula = "Si"
units = 32
densities = [0.045, 0.05, 0.055]
number = 6

[[learn.initial]]
kind = "hot"
formula = "Si"
units = 64
density = 0.05
temperature = 3500
until = 800
steps = 2000
number = 20

[labels]
method = {{ kind = "stillinger-weber" }}
"""


def relaxed(model: AtomicModel) -> float:
    """Return the energy of a model in eV per atom, relaxed by Stillinger-Weber in its cell."""
    atoms: Any = Atoms(model.elements, positions=model.positions, cell=model.cell, pbc=True)
    atoms.calc = PotentialCalculator(StillingerWeber.silicon())
    fire: Any = ase.optimize.FIRE
    fire(atoms, logfile=None).run(fmax=0.01, steps=1000)
    return float(atoms.get_potential_energy()) / model.n_atoms


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--atoms", type=int, default=216)
    parser.add_argument("--moves", type=int, default=200_000)
    parser.add_argument("--functions", type=int, default=150)
    parser.add_argument("--hot", type=float, default=2500.0)
    parser.add_argument("--sigma", type=float, default=0.05, help="of the neutron data; three times of the X-rays'")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    folder = given.folder
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "silicon.toml"
    if not config.exists():
        target = silicon.network(given.atoms, given.seed)
        for kind in ("neutron", "xray"):
            curves = calculate_scattering(target, ["F(Q)"], kind, Points(0.8, 20.0, 0.05)).columns
            np.savetxt(folder / f"{kind}.txt", np.array(list(curves.values())).T)
        write_model(silicon.random_start(target, np.random.default_rng(given.seed)), folder / "start.xyz")
        about = {"seed": given.seed, "moves": given.moves, "functions": given.functions, "hot": given.hot}
        about |= {"sigma_neutron": given.sigma, "sigma_xray": 3 * given.sigma}
        config.write_text(CONFIG.format(**about), encoding="utf-8")
    began = time.monotonic()
    command = [sys.executable, "-m", "carvsdb", "refine", "learn", str(config), "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in (0, 8):
        raise SystemExit(done.returncode)
    learned = json.loads(done.stdout)
    model = read_model(learned["model"])
    seen = silicon.describe(model)
    energy = silicon.energy_per_atom(model)
    last = learned["iterations"][-1]
    found = {
        "atoms": model.n_atoms,
        "converged": learned["converged"],
        "cause": learned["cause"],
        "seconds": round(time.monotonic() - began, 1),
        "rw": last["rw"],
        "four_fold": seen["four_fold"],
        "coordination": seen["coordination"],
        "gamma_max": last["gamma_max"],
        "energy_per_atom": energy,
        "above_relaxed": energy - relaxed(model),
        "iterations": learned["iterations"],
    }
    print(
        f"{len(learned['iterations'])} iterations in {found['seconds']:.0f} s; gamma at most {last['gamma_max']:.2f}; "
        f"{100 * seen['four_fold']:.1f} % four-fold; Rw {last['rw']:.4f}; {energy:.4f} eV/atom by the labels' method, "
        f"{1000 * found['above_relaxed']:.0f} meV/atom above the same model relaxed by it"
    )
    if given.output:
        given.output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    raise SystemExit(done.returncode)


if __name__ == "__main__":
    main()
