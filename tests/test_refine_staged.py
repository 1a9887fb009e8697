"""Runs of several parts, and atoms that move by forces and follow data."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from program import carvsdb

from carvsdb.atoms.model import AtomicModel
from carvsdb_ingest.writers.models import write_model
from carvsdb_refine.backmap import random_packing
from carvsdb_refine.dynamics import DynamicsOptions, Trajectory
from carvsdb_refine.monte_carlo import Fit, ScatteringData
from carvsdb_refine.monte_carlo.data.data_forces import DataForces
from carvsdb_refine.potential import StillingerWeber
from carvsdb_refine.run import Hooks, calculate_scattering, prepare, read_config, resume, run
from carvsdb_refine.run.followed_data import FollowedData
from carvsdb_refine.scattering import DataSet, Scatterer

CONFIG = """
[start]
model = "start.xyz"
[[data]]
kind = "neutron"
file = "data.txt"
function = "F(Q)"
sigma = 0.05
beyond_box = "nothing"
[potential]
kind = "stillinger-weber"
[constraints]
hard_spheres = {"Si-Si" = 1.6}
[moves]
translation = 0.1
[dynamics]
timestep = 1.0
[run]
data_energy = 0.05
schedule = [
    { engine = "dynamics", temperature = 2000, until = 900, moves = 150 },
    { temperature = 900, until = 600, moves = 300 },
    { engine = "dynamics", temperature = 600, moves = 50 },
    { temperature = 300, moves = 100 },
]
equilibration = 200
seed = 7
trace_every = 50
checkpoint_every = 70
"""


def packed(formula: list[tuple[str, int]], seed: int = 5) -> AtomicModel:
    model = random_packing(formula, number_density=0.05, rng=np.random.default_rng(seed)).model
    return AtomicModel(model.elements, model.positions, model.cell)


def curve_of(model: AtomicModel, kind: str) -> tuple[Any, Any]:
    q, values = list(calculate_scattering(model, ["F(Q)"], kind).columns.values())[:2]
    return np.asarray(q), np.asarray(values)


def fits(model: AtomicModel, scale: float | None = 1.0) -> list[Fit]:
    found = []
    for kind in ("neutron", "xray"):
        q, values = curve_of(model, kind)
        data = DataSet(kind, "F(Q)", q, values, sigma=0.05, scale=scale, label=kind)
        found.append(Fit(data, Scatterer(beyond_box="nothing")))
    return found


@pytest.mark.parametrize("scale", [1.0, None])
def test_forces_of_data_are_slopes_of_chi2(scale: float | None) -> None:
    target, model = packed([("Si", 10), ("O", 20)]), packed([("Si", 10), ("O", 20)], 8)
    turn = np.array([[1.0, 0.1, 0.0], [0.0, 1.0, 0.2], [0.0, 0.0, 1.0]])
    skewed = AtomicModel(model.elements, model.positions @ turn, model.cell @ turn)
    of = DataForces(skewed, fits(target, scale))
    _, forces = of.chi2_and_forces(skewed.positions)
    step = 1e-6
    for atom, axis in ((0, 0), (7, 1), (29, 2)):
        ends = []
        for sign in (1, -1):
            places = skewed.positions.copy()
            places[atom, axis] += sign * step
            ends.append(of.chi2_and_forces(places)[0])
        assert forces[atom, axis] == pytest.approx(-(ends[0] - ends[1]) / 2 / step, rel=1e-4, abs=1e-2)
    np.testing.assert_allclose(forces.sum(axis=0), 0, atol=1e-8 * np.abs(forces).max())
    # A chain counts a pair in one bin instead of two.
    chi2 = ScatteringData(tuple(fits(target, scale))).bind(skewed).chi2
    assert of.chi2_and_forces(skewed.positions)[0] == pytest.approx(chi2, rel=0.02)


def test_energy_and_data_together_are_conserved() -> None:
    target, start = packed([("Si", 32)]), packed([("Si", 32)], 9)
    followed = FollowedData(StillingerWeber.silicon(), DataForces(start, fits(target)), 0.05)
    trajectory = Trajectory(start, followed, DynamicsOptions("nve", 0.25), 600.0, np.random.default_rng(1))
    trajectory.run(20)
    before, share = trajectory.total_energy, followed.data_share
    trajectory.run(200)
    assert abs(followed.data_share - share) > 1.0
    assert trajectory.total_energy == pytest.approx(before, abs=0.02 * abs(followed.data_share - share))


def make_folder(folder: Path, text: str = CONFIG) -> Path:
    folder.mkdir(exist_ok=True)
    target = packed([("Si", 32)])
    write_model(packed([("Si", 32)], 6), folder / "start.xyz")
    np.savetxt(folder / "data.txt", np.array(curve_of(target, "neutron")).T)
    (folder / "si.toml").write_text(text)
    return folder / "si.toml"


def left(config: Path) -> dict[str, bytes]:
    return {name: (config.parent / "si" / name).read_bytes() for name in ("trace.csv", "model.xyz")}


def test_a_run_of_parts_goes_on_anywhere_and_ends_the_same(tmp_path: Path) -> None:
    config = make_folder(tmp_path / "whole")
    done = carvsdb("refine", "run", config, "--json")
    assert done.code == 0
    assert done.json["moves"] == 600
    assert done.json["tried"] == {"molecule": 400}
    trace = np.genfromtxt(tmp_path / "whole/si/trace.csv", delimiter=",", names=True)
    tried = dict(zip(trace["moves"].tolist(), trace["tried_molecule"].tolist(), strict=True))
    assert [tried[moves] for moves in (0, 100, 150, 300, 450, 500, 600)] == [0, 0, 0, 150, 300, 300, 400]
    # Atoms settle from close contacts.
    assert trace["energy_per_atom"][-1] < trace["energy_per_atom"][0] - 0.5
    # The page shows the model of the last part's checkpoint.
    assert carvsdb("refine", "report", config, "-o", tmp_path / "page.html").code == 0
    whole = left(config)
    # In the first part, where parts meet, and in the last one.
    for place, looks in enumerate((4, 9, 27)):
        other = make_folder(tmp_path / f"killed-{place}")
        seen = 0

        def stop(looks: int = looks) -> bool:
            nonlocal seen
            seen += 1
            return seen == looks

        with pytest.raises(KeyboardInterrupt):
            run(prepare(read_config(other)), Hooks(stop=stop))
        resume(prepare(read_config(other)))
        assert left(other) == whole


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('kind = "stillinger-weber"', 'kind = "none"'), "needs forces"),
        (("timestep = 1.0", 'ensemble = "npt"'), "a cell that stays"),
        (("seed = 7", "seed = 7\nchi2_factor = 1.0"), "in place of chi2_factor"),
        (("temperature = 300,", "temperature = 0,"), "above 0 K"),
        (('engine = "dynamics", temperature = 600', 'engine = "md", temperature = 600'), "'monte-carlo' or 'dynamics'"),
    ],
)
def test_what_cannot_be_is_a_sentence(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    done = carvsdb("refine", "run", make_folder(tmp_path / "bad", CONFIG.replace(*change)))
    assert done.code == 3
    assert said in done.err
