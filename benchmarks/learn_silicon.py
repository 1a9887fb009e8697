"""Silicon from nothing: a potential that learns while it refines.

The data are neutron and X-ray F(Q) of a Wooten-Winer-Weaire network, which is never read again. It is annealed longer
than by default, has the density of amorphous silicon, 0.049 atoms/Å³, and is relaxed by Stillinger-Weber: as Keating's
energy leaves it, no model can have both its F(Q) and a low energy of the labels' method. A random packing is melted,
quenched and refined against them with a potential that is fitted on the way, to Stillinger-Weber labels:
`carvsdb refine learn`.
Prints the iterations, and of the last model: the share of atoms with four neighbours within 2.85 Å, Rw, its energy
against that of the same model relaxed by the labels' method, and how far its CARVS is from that of the nearest crystal
among the nets that come with carvsdb; with ``--amorphous FILE`` also from that of a published model of amorphous
silicon (LAMMPS data, with bonds). Models go into a catalogue in the folder. Exits with 8 if it has not converged.

Run ``make demo-learn``, which has 64 atoms, or ``python benchmarks/learn_silicon.py FOLDER`` with 216.
"""

import argparse
import importlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import ase.optimize
import numpy as np
from ase import Atoms

from carvsdb.atoms.model import AtomicModel
from carvsdb.generate import AnnealingSchedule, SwitchingOptions, wooten_winer_weaire
from carvsdb_ingest.readers.models import read_model
from carvsdb_ingest.writers.models import write_model
from carvsdb_refine.learning.fit import errors_of
from carvsdb_refine.learning.frames import FitFrame
from carvsdb_refine.potential import StillingerWeber, read_ace
from carvsdb_refine.potential.calculator import PotentialCalculator
from carvsdb_refine.run import Points, calculate_scattering

# Published: 4096 atoms in 83,810 Å³, Deringer et al., J. Phys. Chem. Lett. 9, 2879 (2018).
DENSITY = 0.049
# Twenty times the switches of the default, most of them at kT where one in 300 to 3,000 is accepted.
SCHEDULE = AnnealingSchedule(
    temperatures=(1.0, 0.5, 0.45, 0.4, 0.35, 0.3, 0.25),
    attempts_per_node=(52, 1300, 2600, 3900, 3900, 2600, 1300),
)
OWN_FRAMES_EVERY = 5
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
translation = 0.05

[dynamics]
timestep = 2.0
thermostat = 50.0

[run]
seed = {seed}
data_energy = {data_energy}
equilibration = {moves}
schedule = [
    {{ engine = "dynamics", temperature = 3000, moves = {melt} }},
    {{ engine = "dynamics", temperature = 2500, until = 700, moves = {quench} }},
    {{ engine = "dynamics", temperature = 700, until = 100, moves = {cool} }},
    {{ temperature = 100, moves = {moves} }},
]
trace_every = 100
checkpoint_every = 5000

[outputs]
bonds = {{"Si-Si" = 2.85}}

[learn]
functions = {functions}
cutoff = {cutoff}
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


def network(n_atoms: int, seed: int, share: float) -> AtomicModel:
    """Return a network at the density of amorphous silicon, relaxed by Stillinger-Weber.

    It is annealed for a share of the schedule.
    """
    attempts = tuple(max(1, round(share * number)) for number in SCHEDULE.attempts_per_node)
    options = SwitchingOptions(schedule=replace(SCHEDULE, attempts_per_node=attempts))
    net = wooten_winer_weaire(n_atoms, generator=np.random.default_rng(seed), options=options).net
    assert net.positions is not None
    assert net.cell is not None
    cell = net.cell * (n_atoms / DENSITY / np.linalg.det(net.cell)) ** (1 / 3)
    return relaxed(AtomicModel(("Si",) * n_atoms, net.positions @ cell, cell))


def relaxed(model: AtomicModel) -> AtomicModel:
    """Return a model relaxed by Stillinger-Weber in its cell."""
    atoms: Any = Atoms(model.elements, positions=model.positions, cell=model.cell, pbc=True)
    atoms.calc = PotentialCalculator(StillingerWeber.silicon())
    fire: Any = ase.optimize.FIRE
    fire(atoms, logfile=None).run(fmax=0.01, steps=2000)
    return replace(model, positions=atoms.get_positions())


def errors_on_own_frames(learned: dict[str, Any]) -> dict[str, float | int | None]:
    """Return the errors of the last potential on models that its own run kept, none of which it was fitted to."""
    kept = sorted((Path(learned["potential"]).parent / "run" / "graded").glob("*.xyz"))[::OWN_FRAMES_EVERY]
    models = [read_model(path) for path in kept]
    labels = [StillingerWeber.silicon().energies_and_forces(one.elements, one.positions, one.cell) for one in models]
    frames = [
        FitFrame(path.stem, one.elements, one.positions, one.cell, float(energies.sum()), forces, None)
        for path, one, (energies, forces) in zip(kept, models, labels, strict=True)
    ]
    found = errors_of(read_ace(learned["potential"]), frames)
    return {"frames": len(frames), "energy_error": found.energy_rms, "force_error": found.force_rms}


def carvsdb(*arguments: str | Path, where: Path) -> Any:
    """Run a command in a folder and return its JSON."""
    command = [sys.executable, "-m", "carvsdb", *map(str, arguments), "--json"]
    done = subprocess.run(command, cwd=where, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def distances(model: Path, amorphous: Path | None) -> dict[str, Any]:
    """Return how far the CARVS of a model is from those of the nearest crystals, and of an amorphous model."""
    rule = ("--bonds", "Si-Si=2.85")
    with tempfile.TemporaryDirectory() as name:
        where = Path(name)
        nearest = carvsdb("similar", model, "-k", "10", "--kind", "crystalline", *rule, where=where)["hits"]
        found: dict[str, Any] = {
            "crystals": [{key: hit[key] for key in ("label", "distance", "noise")} for hit in nearest]
        }
        if amorphous is not None:
            asked = carvsdb("distance", model, amorphous, "--types", "1=Si", *rule, where=where)
            found |= {"amorphous": asked["matrix"][0][1], "amorphous_noise": asked["noise"][0][1]}
    return found


def about_network(target: AtomicModel, amorphous: Path | None) -> dict[str, Any]:
    """Return how good a network is, in a file that is gone before the loop begins."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name) / "network.xyz"
        write_model(target, place)
        found: dict[str, Any] = silicon.describe(target)
        return found | {"energy_per_atom": silicon.energy_per_atom(target), "distances": distances(place, amorphous)}


def cpu_of_children() -> float:
    """Return the CPU seconds of all commands that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def told_distances(found: dict[str, Any]) -> str:
    """Return a sentence about distances."""
    crystal = found["crystals"][0]
    said = f"CARVS {crystal['distance']:.3f} ± {crystal['noise']:.3f} from the nearest crystal, {crystal['label']}"
    if "amorphous" in found:
        said += f", {found['amorphous']:.3f} ± {found['amorphous_noise']:.3f} from the published model"
    return said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--atoms", type=int, default=216)
    parser.add_argument("--melt", type=int, default=1_500, help="Steps of 2 fs.")
    parser.add_argument("--quench", type=int, default=20_000, help="Steps from 2500 to 700 K.")
    parser.add_argument("--cool", type=int, default=2_500, help="Steps from 700 to 100 K.")
    parser.add_argument("--moves", type=int, default=5_000, help="Of single atoms, at the end.")
    parser.add_argument("--functions", type=int, default=60)
    parser.add_argument("--cutoff", type=float, default=4.0, help="in Å; Stillinger-Weber reaches 3.77")
    parser.add_argument("--data-energy", type=float, default=0.03, help="What a unit of chi² costs, in eV.")
    parser.add_argument("--sigma", type=float, default=0.01, help="of the neutron data; three times of the X-rays'")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--amorphous", type=Path, metavar="FILE", help="A published model, to compare with.")
    parser.add_argument("--anneal", type=float, default=1.0, metavar="SHARE", help="Of the network's switches.")
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    amorphous = None if given.amorphous is None else given.amorphous.resolve()
    config, of_network = folder / "silicon.toml", folder / "network.json"
    if not config.exists():
        began = time.process_time()
        target = network(given.atoms, given.seed, given.anneal)
        told = {"cpu_seconds": round(time.process_time() - began, 1)} | about_network(target, amorphous)
        of_network.write_text(json.dumps(told), encoding="utf-8")
        for kind in ("neutron", "xray"):
            curves = calculate_scattering(target, ["F(Q)"], kind, Points(0.8, 20.0, 0.05)).columns
            np.savetxt(folder / f"{kind}.txt", np.array(list(curves.values())).T)
        write_model(silicon.random_start(target, np.random.default_rng(given.seed)), folder / "start.xyz")
        about = {
            name: getattr(given, name) for name in ("seed", "melt", "quench", "cool", "moves", "functions", "cutoff")
        }
        about |= {"data_energy": given.data_energy, "sigma_neutron": given.sigma, "sigma_xray": 3 * given.sigma}
        config.write_text(CONFIG.format(**about), encoding="utf-8")
    began, before = time.monotonic(), cpu_of_children()
    catalogue = ("--db", str(folder / "catalogue.duckdb"), "--label", "learned-silicon")
    command = [sys.executable, "-m", "carvsdb", "refine", "learn", str(config), "--json", *catalogue]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in (0, 8):
        raise SystemExit(done.returncode)
    learned = json.loads(done.stdout)
    spent = cpu_of_children() - before
    model = read_model(learned["model"])
    seen = silicon.describe(model)
    energy = silicon.energy_per_atom(model)
    last = learned["iterations"][-1]
    found: dict[str, Any] = {
        "atoms": model.n_atoms,
        "converged": learned["converged"],
        "cause": learned["cause"],
        "seconds": round(time.monotonic() - began, 1),
        "cpu_seconds": round(spent, 1),
        "rw": last["rw"],
        "four_fold": seen["four_fold"],
        "coordination": seen["coordination"],
        "gamma_max": last["gamma_max"],
        "own_frames": errors_on_own_frames(learned),
        "energy_per_atom": energy,
        "above_relaxed": energy - silicon.energy_per_atom(relaxed(model)),
        "entries": learned["entries"],
        "lineage_steps": len(carvsdb("show", "learned-silicon", "--lineage", *catalogue[:2], where=folder)["steps"]),
        "distances": distances(Path(learned["model"]), amorphous),
        "network": json.loads(of_network.read_text(encoding="utf-8")) if of_network.exists() else None,
        "iterations": learned["iterations"],
    }
    own = found["own_frames"]
    print(
        f"{len(learned['iterations'])} iterations in {found['seconds']:.0f} s; gamma at most {last['gamma_max']:.2f}; "
        f"{100 * seen['four_fold']:.1f} % four-fold; Rw {last['rw']:.4f}; {energy:.4f} eV/atom by the labels' method, "
        f"{1000 * found['above_relaxed']:.0f} meV/atom above the same model relaxed by it; on models of its own run "
        f"{own['energy_error']:.2f} meV/atom, {own['force_error']:.0f} meV/Å; {told_distances(found['distances'])}"
    )
    if given.output:
        given.output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    raise SystemExit(done.returncode)


if __name__ == "__main__":
    main()
