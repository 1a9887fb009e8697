"""The structures that a loop begins with."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_ingest.readers.models import read_model, read_models
from carvsdb_refine.active_learning.config_file import LearnFile
from carvsdb_refine.backmap import random_packing
from carvsdb_refine.backmap.amounts import atoms_of_formula
from carvsdb_refine.dynamics import DynamicsOptions, Trajectory
from carvsdb_refine.potential.terms import Potential
from carvsdb_schemas.learning import CrystalTable, FramesTable, HotTable, PackingTable


def initial_structures(
    file: LearnFile, method: Potential, stop: Callable[[], bool] = lambda: False
) -> list[tuple[AtomicModel, str]]:
    """Return the structures of ``[[learn.initial]]``, each with where it comes from; the same for the same seed.

    Parameters
    ----------
    file : LearnFile
        The loop.
    method : Potential
        What hot runs are made by.
    stop : callable
        Whether to give up, with KeyboardInterrupt.

    Raises
    ------
    InputError
        If a file cannot be read, atoms cannot be packed, or the method fails in a hot run.
    """
    found: list[tuple[AtomicModel, str]] = []
    for place, table in enumerate(file.config.learn.initial):
        generator = np.random.default_rng([file.config.learn.seed, place])
        match table:
            case PackingTable():
                packed = (_packed(table, number, generator) for number in range(table.number))
                found += [(model, f"packing {number}") for number, model in enumerate(packed, 1)]
            case CrystalTable():
                crystal = read_model(file.resolve(table.file))
                found += [
                    (_shaken(crystal, table, number, generator), f"{Path(table.file).name}, shaken {number + 1}")
                    for number in range(table.number)
                ]
            case HotTable():
                try:
                    models = _hot(table, method, generator, stop)
                except InputError as error:
                    where = f"[[learn.initial]] {place + 1}, a hot run"
                    raise InputError(f"{where}: {error.message}", path=file.path, hint=error.hint) from error
                found += [(model, f"hot run, {number}") for number, model in enumerate(models)]
            case FramesTable():
                frames = read_models(file.resolve(table.file))
                found += [(model, f"{Path(table.file).name}#{number}") for number, model in enumerate(frames, 1)]
    return found


def _packed(table: PackingTable, number: int, generator: np.random.Generator) -> AtomicModel:
    atoms = atoms_of_formula(table.formula, table.units)
    density = table.densities[number % len(table.densities)]
    try:
        packed = random_packing(list(atoms.items()), number_density=density, rng=generator)
    except InputError as error:
        raise InputError(f"[[learn.initial]]: {error.message}", hint=error.hint) from None
    return replace(packed.model, molecule_ids=None)


def _hot(
    table: HotTable, method: Potential, generator: np.random.Generator, stop: Callable[[], bool]
) -> list[AtomicModel]:
    packing = PackingTable(kind="packing", formula=table.formula, units=table.units, densities=[table.density])
    start = _packed(packing, 0, generator)
    options = DynamicsOptions("nvt", table.timestep, thermostat=20 * table.timestep)
    last = table.temperature if table.until is None else table.until
    trajectory = Trajectory(start, method, options, table.temperature, generator)
    found = [start]
    for part in range(1, table.number + 1):
        trajectory.temperature = table.temperature + (last - table.temperature) * (part - 1) / max(1, table.number - 1)
        for _ in range(max(1, table.steps // table.number)):
            if stop():
                raise KeyboardInterrupt
            trajectory.run(1)
        found.append(replace(trajectory.model, molecule_ids=None))
    return found


def _shaken(crystal: AtomicModel, table: CrystalTable, number: int, generator: np.random.Generator) -> AtomicModel:
    strain = np.eye(3) + generator.normal(0, table.strain, (3, 3))
    shaken = table.shaken[number % len(table.shaken)]
    places = crystal.positions @ strain + generator.normal(0, shaken, crystal.positions.shape)
    return replace(crystal, positions=places, cell=crystal.cell @ strain, molecule_ids=None, images=None)
