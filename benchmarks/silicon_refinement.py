"""Amorphous silicon from a random start: data with an energy (HRMC), and data alone (RMC).

The data are the neutron F(Q) of a Wooten-Winer-Weaire network, 0.8 to 20 Å⁻¹. A random packing in the same box is
refined against them, once with the Stillinger-Weber energy, from hot to cold, and once without any energy. Aims: four
neighbours within 2.85 Å for more than 93 % of the atoms, and Rw below 5 %.

Run ``python benchmarks/silicon_refinement.py --atoms 512 --sweeps 6500 --rmc-sweeps 1500 --hot 2300 --data-energy 0.07
-o benchmarks/silicon_refinement_512.json``, or 216 atoms with ``--sweeps 3000 --rmc-sweeps 600``. One core; times
are CPU times. A sweep is as many moves as there are atoms.
"""

import argparse
import json
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.pairs import list_pairs
from carvsdb.generate import wooten_winer_weaire
from carvsdb_refine.backmap import random_packing
from carvsdb_refine.monte_carlo import (
    BOLTZMANN,
    AtomMove,
    Chain,
    ChainOptions,
    Fit,
    HardSpheres,
    ScatteringData,
)
from carvsdb_refine.potential import StillingerWeber
from carvsdb_refine.scattering import (
    DataSet,
    Scatterer,
    neutron_f,
    pair_histogram,
    partial_distributions,
    scattering_lengths,
)

BONDED = 2.85
CLOSEST = 2.0
Q_RANGE = (0.8, 20.0)


@dataclass(frozen=True)
class Schedule:
    """From hot to cold; what falls is the temperature of energy + `data_energy` times chi².

    Attributes
    ----------
    sweeps : int
        In all; nine tenths of them from `hot` to `frozen`, the rest down to `cold`.
    hot, frozen, cold : float
        Temperatures in K. They fall by the same factor from stage to stage.
    data_energy : float
        What a unit of chi² costs, in eV. The acceptance rule's f is this over kT.
    last_data_energy : float or None
        The same at `cold`, if it is to grow evenly on the way there, in logarithms.
    sigma : float
        Error of all data, in barn/sr.
    atom_step : float
        Largest step along each axis at first, in Å; steps are adapted to 40 % acceptance.
    """

    sweeps: int
    hot: float = 2500.0
    frozen: float = 900.0
    cold: float = 300.0
    data_energy: float = 0.1
    last_data_energy: float | None = None
    sigma: float = 0.004
    atom_step: float = 0.2

    def data_energy_at(self, temperature: float) -> float:
        """Return what a unit of chi² costs at a temperature, in eV."""
        if self.last_data_energy is None:
            return self.data_energy
        way = np.log(self.hot / temperature) / np.log(self.hot / self.cold)
        return float(self.data_energy * (self.last_data_energy / self.data_energy) ** way)

    def stages(self) -> list[tuple[float, int]]:
        """Return temperature and sweeps of each stage."""
        slow = np.geomspace(self.hot, self.frozen, 18)
        fast = np.geomspace(self.frozen, self.cold, 7)[1:]
        share = [(float(t), round(self.sweeps * 0.9 / len(slow))) for t in slow]
        return share + [(float(t), round(self.sweeps * 0.1 / len(fast))) for t in fast]


@dataclass
class Outcome:
    """What a refinement came to."""

    atoms: int
    moves: int
    cpu_seconds: float
    rw: float
    four_fold: float
    coordination: dict[str, float]
    angle: float
    angle_spread: float
    energy_per_atom: float
    acceptance: float
    triangles_per_atom: float
    trace: list[dict[str, float]] = field(default_factory=list)


def network(n_atoms: int, seed: int) -> AtomicModel:
    """Return a Wooten-Winer-Weaire network as silicon."""
    net = wooten_winer_weaire(n_atoms, generator=np.random.default_rng(seed)).net
    assert net.positions is not None
    assert net.cell is not None
    return AtomicModel(("Si",) * n_atoms, net.positions @ net.cell, net.cell)


def simulated_data(model: AtomicModel, sigma: float) -> DataSet:
    """Return the F(Q) of a model, its pairs counted to half its box."""
    q = np.arange(Q_RANGE[0], Q_RANGE[1] + 1e-9, 0.05)
    partials = partial_distributions(pair_histogram(model))
    lengths = scattering_lengths(partials.species)
    return DataSet("neutron", "F(Q)", q, neutron_f(partials, lengths, q), sigma=sigma, label="network")


def random_start(model: AtomicModel, rng: np.random.Generator) -> AtomicModel:
    """Return as many atoms at random in the same cell, 2.2 Å apart."""
    packed = random_packing([("Si", model.n_atoms)], cell=model.cell, contacts={"Si-Si": 2.2}, rng=rng)
    return AtomicModel(packed.model.elements, packed.model.positions, model.cell)


def refine(
    start: AtomicModel, data: DataSet, schedule: Schedule, rng: np.random.Generator, with_energy: bool, report: bool
) -> tuple[Chain, Outcome]:
    """Refine a start against data, with the Stillinger-Weber energy or without any."""
    chain = Chain(
        start,
        [StillingerWeber.silicon()] if with_energy else [],
        ScatteringData((Fit(data, Scatterer(beyond_box="nothing")),)),
        [AtomMove(schedule.atom_step)],
        [HardSpheres({"Si-Si": CLOSEST})],
        ChainOptions(temperature=schedule.hot, equilibration=10**12, check_every=0),
        rng,
    )
    trace = []
    clock = time.process_time()
    for temperature, sweeps in schedule.stages():
        chain.temperature = temperature
        factor = schedule.data_energy_at(temperature) / (BOLTZMANN * temperature)
        chain.options = replace(chain.options, chi2_factor=factor)
        before = chain.counts[0]
        chain.run(sweeps * start.n_atoms)
        seen = describe(chain.model)
        trace.append(
            {
                "temperature": round(chain.temperature, 1),
                "energy_per_atom": round(energy_per_atom(chain.model), 4),
                "rw": round(current_rw(chain), 4),
                "four_fold": round(seen["four_fold"], 4),
                "acceptance": round((chain.counts[0].accepted - before.accepted) / (sweeps * start.n_atoms), 3),
            }
        )
        if report:
            print(trace[-1], f"{time.process_time() - clock:.0f} s", flush=True)
    seconds = time.process_time() - clock
    drift = chain.check()
    assert drift.wrong_counts == 0
    assert drift.energies < 1e-7
    seen = describe(chain.model)
    return chain, Outcome(
        atoms=start.n_atoms,
        moves=chain.n_moves,
        cpu_seconds=round(seconds, 1),
        rw=current_rw(chain),
        energy_per_atom=energy_per_atom(chain.model),
        acceptance=chain.counts[0].acceptance,
        trace=trace,
        **seen,
    )


def current_rw(chain: Chain) -> float:
    """Return Rw of the data, as the chain holds it."""
    assert chain.data is not None
    return chain.data.scores()[0].rw


def energy_per_atom(model: AtomicModel) -> float:
    """Return the Stillinger-Weber energy in eV per atom."""
    return float(StillingerWeber.silicon().energies(model.elements, model.positions, model.cell).mean())


def describe(model: AtomicModel) -> dict[str, Any]:
    """Return coordination, angles at bonded atoms and three-membered rings."""
    pairs = list_pairs(model.positions, model.cell, BONDED)
    degrees = np.bincount(pairs.firsts, minlength=model.n_atoms)
    angles: list[NDArray[np.float64]] = []
    triangles = 0
    starts = np.concatenate([[0], np.cumsum(degrees)])
    for atom in range(model.n_atoms):
        bonds = pairs.vectors[starts[atom] : starts[atom + 1]]
        unit = bonds / np.linalg.norm(bonds, axis=1, keepdims=True)
        first, second = np.triu_indices(len(bonds), 1)
        angles.append(np.degrees(np.arccos(np.clip((unit[first] * unit[second]).sum(axis=1), -1, 1))))
        triangles += int((np.linalg.norm(bonds[first] - bonds[second], axis=1) < BONDED).sum())
    joined = np.concatenate(angles) if angles else np.zeros(0)
    return {
        "four_fold": float(np.mean(degrees == 4)),
        "coordination": {str(k): round(float(np.mean(degrees == k)), 4) for k in np.unique(degrees).tolist()},
        "angle": float(joined.mean()),
        "angle_spread": float(joined.std()),
        "triangles_per_atom": triangles / 3 / model.n_atoms,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--atoms", type=int, default=512)
    parser.add_argument("--sweeps", type=int, default=4000)
    parser.add_argument("--rmc-sweeps", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data-energy", type=float, default=Schedule(1).data_energy)
    parser.add_argument("--last-data-energy", type=float)
    parser.add_argument("--hot", type=float, default=Schedule(1).hot)
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    target = network(given.atoms, given.seed)
    data = simulated_data(target, Schedule(1).sigma)
    start = random_start(target, np.random.default_rng(given.seed))
    found: dict[str, Any] = {"seed": given.seed, "network": describe(target)}
    found["network"]["energy_per_atom"] = energy_per_atom(target)
    found["start"] = describe(start)
    print(found, flush=True)
    for name, sweeps in (("hrmc", given.sweeps), ("rmc", given.rmc_sweeps)):
        if sweeps:
            schedule = Schedule(
                sweeps, given.hot, data_energy=given.data_energy, last_data_energy=given.last_data_energy
            )
            rng = np.random.default_rng(given.seed)
            _, outcome = refine(start, data, schedule, rng, with_energy=name == "hrmc", report=True)
            found[name] = {"schedule": asdict(schedule), **asdict(outcome)}
            print(name, {key: value for key, value in found[name].items() if key != "trace"}, flush=True)
    if given.output:
        given.output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
