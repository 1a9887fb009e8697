"""Molecular dynamics, and what it needs of potentials: stress, and a calculator of ASE."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ace_potentials import KINDS, write_b_basis
from ase import Atoms
from ase.build import bulk
from program import carvsdb

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_ingest.readers.models import read_model
from carvsdb_ingest.writers.models import write_model
from carvsdb_refine.dynamics import DynamicsOptions, Trajectory
from carvsdb_refine.potential import (
    AseCalculator,
    Keating,
    LennardJones,
    LennardJonesPair,
    StillingerWeber,
    Tersoff,
    read_ace,
)
from carvsdb_refine.potential.calculator import PotentialCalculator
from carvsdb_refine.potential.terms import Potential
from carvsdb_refine.run import prepare, read_config
from carvsdb_refine.run.runner import fingerprint

CONFIG = """
[start]
model = "start.xyz"
[potential]
kind = "stillinger-weber"
[dynamics]
ensemble = "npt"
schedule = [{ temperature = 2000, steps = 60 }, { temperature = 2000, until = 300, steps = 140 }]
[run]
seed = 4
trace_every = 50
checkpoint_every = 50
[outputs]
snapshots_every = 100
"""


def silicon(repeat: int = 2, shaken: float = 0.0, seed: int = 0) -> AtomicModel:
    atoms: Any = bulk("Si", cubic=True) * (repeat, repeat, repeat)
    atoms.rattle(shaken, rng=np.random.default_rng(seed))
    return AtomicModel(tuple(atoms.get_chemical_symbols()), atoms.positions, np.array(atoms.cell))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_model(silicon(shaken=0.05), tmp_path / "start.xyz")
    (tmp_path / "si.toml").write_text(CONFIG)
    return tmp_path / "si.toml"


@pytest.mark.parametrize(
    "make",
    [StillingerWeber.silicon, Tersoff.silicon, Keating, lambda: "Bessel", lambda: "ZBL"],
)
def test_stress_is_the_slope_of_the_energy_by_strain(make: Callable[[], Any], tmp_path: Path) -> None:
    made = make()
    potential: Potential = made if isinstance(made, Potential) else read_ace(
        write_b_basis(tmp_path / "random.yaml", KINDS[made])
    )  # fmt: skip
    model = silicon(2, 0.1)
    turn = np.eye(3) + np.random.default_rng(1).normal(0, 0.02, (3, 3))
    positions, cell = model.positions @ turn, model.cell @ turn
    stress = potential.energies_forces_and_stress(model.elements, positions, cell)[2]
    step, slopes = 1e-5, np.zeros((3, 3))
    for place in np.ndindex(3, 3):
        for sign in (1, -1):
            strain = np.eye(3)
            strain[place] += sign * step
            energies = potential.energies(model.elements, positions @ strain, cell @ strain)
            slopes[place] += sign * energies.sum() / (2 * step)
    slopes /= abs(np.linalg.det(cell))
    assert np.abs(slopes).max() > 1e-3
    np.testing.assert_allclose(stress, (slopes + slopes.T) / 2, atol=1e-8)


def test_ase_asks_our_potentials() -> None:
    atoms: Any = bulk("Si", cubic=True)
    atoms.rattle(0.1, seed=1)
    potential = StillingerWeber.silicon()
    atoms.calc = PotentialCalculator(potential)
    energies, forces, stress = potential.energies_forces_and_stress(["Si"] * 8, atoms.positions, atoms.cell)
    assert atoms.get_potential_energy() == pytest.approx(energies.sum(), abs=1e-12)
    np.testing.assert_allclose(atoms.get_forces(), forces, atol=1e-12)
    np.testing.assert_allclose(atoms.get_stress(voigt=False), stress, atol=1e-12)
    # And the way back: the calculator as one of our terms.
    found = AseCalculator(atoms.calc).energies_forces_and_stress(["Si"] * 8, atoms.positions, atoms.cell)
    for ours, theirs in zip((energies, forces, stress), found, strict=True):
        np.testing.assert_allclose(theirs, ours, atol=1e-12)


def test_what_does_not_repeat_sees_no_images() -> None:
    alone: Any = Atoms("Si2", positions=[[0, 0, 0], [2.3, 0, 0]])
    slab: Any = bulk("Si", cubic=True)
    slab.pbc = (True, True, False)
    wide = slab.copy()
    wide.cell[2, 2] += 30
    for atoms in (alone, slab, wide):
        atoms.calc = PotentialCalculator(StillingerWeber.silicon())
    box = np.eye(3) * 40
    expected = StillingerWeber.silicon().energies(["Si"] * 2, alone.positions, box).sum()
    assert alone.get_potential_energy() == pytest.approx(expected, abs=1e-12)
    wide.pbc = True
    assert slab.get_potential_energy() == pytest.approx(wide.get_potential_energy(), abs=1e-12)
    with pytest.raises(NotImplementedError, match="repeat in all directions"):
        slab.get_stress()


def test_energy_is_conserved_the_better_the_shorter_the_step() -> None:
    off = []
    for timestep, steps in ((2.0, 50), (0.5, 200)):
        options = DynamicsOptions("nve", timestep)
        trajectory = Trajectory(silicon(), StillingerWeber.silicon(), options, 1000, np.random.default_rng(2))
        first = trajectory.total_energy
        farthest = 0.0
        for _ in range(10):
            trajectory.run(steps // 10)
            farthest = max(farthest, abs(trajectory.total_energy - first))
        off.append(farthest)
    # The integrator is of second order.
    assert off[1] < off[0] / 8
    assert off[0] < 1e-3 * 64


def test_baths_hold_temperature_and_pressure() -> None:
    options = DynamicsOptions("npt", 2.0, thermostat=50.0, barostat=200.0, pressure=5.0)
    trajectory = Trajectory(silicon(), StillingerWeber.silicon(), options, 400, np.random.default_rng(3))
    trajectory.run(400)
    temperatures, pressures, volumes = [], [], []
    for _ in range(100):
        trajectory.run(10)
        temperatures.append(trajectory.kinetic_temperature)
        pressures.append(trajectory.pressure)
        volumes.append(trajectory.model.volume)
    assert np.mean(temperatures) == pytest.approx(400, rel=0.08)
    assert np.mean(pressures) == pytest.approx(5.0, abs=0.7)
    # The bulk modulus of this potential is 101 GPa (Cowley, Phys. Rev. Lett. 60, 2379 (1988)).
    assert np.mean(volumes) / silicon().volume == pytest.approx(1 - 5 / 101, abs=0.012)


def test_killed_anywhere_it_ends_the_same(folder: Path) -> None:
    assert carvsdb("refine", "dynamics", folder).code == 0
    made = folder.parent / "si-dynamics"
    names = ("trace.csv", "model.xyz", "result.json", "snapshots/0000000100.xyz")
    whole = {name: (made / name).read_bytes() for name in names}
    (made / "checkpoint-before.npz").replace(made / "checkpoint.npz")
    for name in names[1:3]:
        (made / name).unlink()
    assert carvsdb("refine", "dynamics", folder, "--resume").code == 0
    assert {name: (made / name).read_bytes() for name in names} == whole
    trace = whole["trace.csv"].decode().splitlines()
    assert [line.split(",")[:2] for line in trace[1:]] == [
        ["0", "2000.0"], ["50", "2000.0"], ["100", "2000.0"], ["150", "2000.0"], ["200", "300.0"],
    ]  # fmt: skip
    assert carvsdb("refine", "dynamics", folder).code == 7
    stands = carvsdb("refine", "status", made)
    assert "finished, 200 of 200" in stands.out
    assert carvsdb("refine", "report", folder, "--folder", made, "--no-rings").code == 0


def test_a_melt_beside_a_refinement_of_the_same_config(folder: Path) -> None:
    data, start = folder.parent / "f.csv", folder.parent / "start.xyz"
    assert carvsdb("refine", "calculate", start, "--function", "F(Q)", "-o", data).code == 0
    folder.write_text(
        CONFIG.replace("seed = 4", "seed = 4\nmoves = 50")
        + '[[data]]\nkind = "neutron"\nfile = "f.csv"\nfunction = "F(Q)"\nsigma = 0.01\nbeyond_box = "nothing"\n'
    )
    moved, melted = (carvsdb("refine", what, folder, "--json").json for what in ("run", "dynamics"))
    assert moved["data"][0]["rw"] < 0.05 < melted["data"][0]["rw"]
    assert moved["energy_per_atom"] < melted["energy_per_atom"] - 0.01
    # What moves the atoms is no part of what older checkpoints know.
    assert not {"[dynamics]"} & set(fingerprint(prepare(read_config(folder))))


def test_fixed_atoms_stay(folder: Path) -> None:
    folder.write_text(CONFIG.replace('"npt"', '"nvt"') + "[constraints]\nfixed_atoms = [0, 5]\n")
    assert carvsdb("refine", "dynamics", folder).code == 0
    before, after = (read_model(folder.parent / name) for name in ("start.xyz", "si-dynamics/model.xyz"))
    moved = np.abs(after.positions - before.positions).max(axis=1)
    assert moved[[0, 5]].max() == 0
    assert np.delete(moved, [0, 5]).min() > 0


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (("[potential]\nkind = \"stillinger-weber\"", "[potential]\nkind = \"none\""), 3, "needs forces"),
        (("[run]", "[constraints]\nfixed_atoms = [1]\n[run]"), 3, "fixed cannot follow"),
        (("schedule", "steps = 5\nschedule"), 3, "in place of temperature and steps"),
        (("ensemble = \"npt\"", "ensemble = \"npt\"\ntimestep = 200.0"), 3, "take a shorter timestep"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_a_sentence(folder: Path, change: tuple[str, str], code: int, said: str) -> None:
    folder.write_text(CONFIG.replace(*change))
    done = carvsdb("refine", "dynamics", folder)
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err


def test_isotopes_of_hydrogen_have_their_masses(tmp_path: Path) -> None:
    grid: Any = 3.0 * np.stack(np.meshgrid(*[np.arange(2)] * 3), axis=-1).reshape(-1, 3)
    model = AtomicModel(("H", "D", "T", "H", "H", "H", "H", "H"), grid, 6 * np.eye(3))
    potential = LennardJones({"H-H": LennardJonesPair(0.001, 2.0)}, 2.9)
    trajectory = Trajectory(model, potential, DynamicsOptions("nve"), 300, np.random.default_rng(0))
    assert trajectory._atoms.get_masses()[:3] == pytest.approx([1.008, 2.014, 3.016], abs=1e-3)
    trajectory.run(2)
    assert trajectory.model.elements == model.elements


def test_a_potential_without_stress_moves_no_cell() -> None:
    class NoStress(PotentialCalculator):
        implemented_properties = ("energy", "forces")

    term = AseCalculator(NoStress(StillingerWeber.silicon()), "no stress")
    Trajectory(silicon(1), term, DynamicsOptions("nvt"), 300, np.random.default_rng(0)).run(2)
    with pytest.raises(InputError, match="gives no stress"):
        Trajectory(silicon(1), term, DynamicsOptions("npt"), 300, np.random.default_rng(0))
