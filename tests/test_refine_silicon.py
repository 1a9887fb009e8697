"""The silicon benchmark: what an energy adds to data."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from carvsdb.generate import AnnealingSchedule, SwitchingOptions, wooten_winer_weaire

BENCHMARK = Path(__file__).resolve().parents[1] / "benchmarks" / "silicon_refinement.py"


@pytest.fixture(scope="module")
def silicon() -> ModuleType:
    specification = importlib.util.spec_from_file_location("silicon_refinement", BENCHMARK)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_what_an_energy_adds_to_data(silicon: ModuleType) -> None:
    # The benchmark in small: 64 atoms, a network annealed in haste, some hundred moves an atom.
    options = SwitchingOptions(AnnealingSchedule(temperatures=(0.5, 0.35, 0.25), attempts_per_node=(30, 30, 30)))
    net = wooten_winer_weaire(64, generator=np.random.default_rng(1), options=options).net
    assert net.positions is not None
    assert net.cell is not None
    target = silicon.AtomicModel(("Si",) * 64, net.positions @ net.cell, net.cell)
    data = silicon.simulated_data(target, 0.004)
    start = silicon.random_start(target, np.random.default_rng(1))
    schedule = silicon.Schedule(150, data_energy=0.026)
    chain, outcome = silicon.refine(start, data, schedule, np.random.default_rng(2), True, False)
    _, alone = silicon.refine(start, data, schedule, np.random.default_rng(2), False, False)
    assert silicon.current_rw(chain) == outcome.rw
    # Both come near the data, one of them as silicon.
    assert outcome.rw < 0.25
    assert alone.rw < 0.1
    assert outcome.energy_per_atom < alone.energy_per_atom - 1.0
    assert outcome.four_fold > alone.four_fold + 0.1
    assert outcome.triangles_per_atom < alone.triangles_per_atom - 0.2
    assert chain.energy / 64 == pytest.approx(outcome.energy_per_atom, abs=1e-9)


@pytest.mark.slow
def test_amorphous_silicon(silicon: ModuleType) -> None:
    target = silicon.network(216, 1)
    data = silicon.simulated_data(target, 0.004)
    start = silicon.random_start(target, np.random.default_rng(1))
    schedule = silicon.Schedule(3000)
    _, outcome = silicon.refine(start, data, schedule, np.random.default_rng(1), True, False)
    _, alone = silicon.refine(start, data, silicon.Schedule(600), np.random.default_rng(1), False, False)
    # Aims are 93 % and 5 %; benchmarks/silicon_refinement_512.json says what a longer run reaches.
    assert outcome.four_fold > 0.8
    assert outcome.rw < 0.08
    assert outcome.energy_per_atom < -3.65
    assert abs(outcome.angle - 109.0) < 1.5
    # Data alone are fitted too, by something that is no silicon.
    assert alone.rw < 0.1
    assert alone.four_fold < 0.5
    assert alone.triangles_per_atom > 0.3
