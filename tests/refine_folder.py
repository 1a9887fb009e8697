"""A small refinement on disk: diamond silicon, and a curve of a disordered copy of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb_ingest.writers.models import write_model
from carvsdb_refine.run import prepare, read_config, run
from carvsdb_refine.scattering import neutron_f, pair_histogram, partial_distributions, scattering_lengths

EDGE = 5.431
CONFIG = """
[start]
model = "start.xyz"

[[data]]
kind = "neutron"
file = "neutron-sq.txt"
function = "S(Q)"
sigma = 0.05

[potential]
kind = "stillinger-weber"

[constraints]
hard_spheres = {"Si-Si" = 1.9}

[moves]
translation = 0.1

[run]
temperature = 600
moves = 400
seed = 7
equilibration = 100
check_every = 200
checkpoint_every = 100
trace_every = 50

[outputs]
snapshots_every = 200
"""


def silicon(cells: int = 2, jitter: float = 0.0, seed: int = 0) -> AtomicModel:
    """Return diamond silicon with displaced atoms: 8 atoms a cell."""
    corners = np.array([[0, 0, 0], [0, 2, 2], [2, 0, 2], [2, 2, 0]])
    basis = np.concatenate((corners, corners + 1)) / 4
    shifts = np.array([(u, v, w) for u in range(cells) for v in range(cells) for w in range(cells)])
    positions = (basis[None] + shifts[:, None]).reshape(-1, 3) * EDGE
    positions += np.random.default_rng(seed).normal(0, jitter, positions.shape)
    return AtomicModel(("Si",) * len(positions), positions, cells * EDGE * np.eye(3))


def write_curve(path: Path, model: AtomicModel, function: str = "S(Q)") -> None:
    """Write the neutron S(Q) or F(Q) of a model."""
    q = np.asarray(np.arange(30, 601) * 0.03, np.float64)
    partials = partial_distributions(pair_histogram(model))
    lengths = scattering_lengths(model.species)
    f = neutron_f(partials, lengths, q)
    level = float(partials.concentrations @ lengths) ** 2 / 100
    values = 1 + f / level if function == "S(Q)" else f
    path.write_text("".join(f"{x:.6f} {y:.8f}\n" for x, y in zip(q, values, strict=True)))


def make_folder(folder: Path, config: str = CONFIG, name: str = "si.toml") -> Path:
    """Write start, data and config, and return the config."""
    folder.mkdir(parents=True, exist_ok=True)
    write_model(silicon(jitter=0.05, seed=1), folder / "start.xyz")
    write_curve(folder / "neutron-sq.txt", silicon(jitter=0.12, seed=2))
    path = folder / name
    path.write_text(config)
    return path


def finished_run(folder: Path) -> Path:
    """Run the refinement of a folder to its end, and return its config."""
    config = make_folder(folder)
    run(prepare(read_config(config)))
    return config


def with_element(model: AtomicModel, symbol: str, atom: int = 0) -> AtomicModel:
    """Return a model in which one atom is of another element."""
    elements = list(model.elements)
    elements[atom] = symbol
    return replace(model, elements=tuple(elements))


def naive_distances(model: AtomicModel) -> NDArray[np.float64]:
    """Return the distance of every pair to the nearest image."""
    fractions = model.positions @ np.linalg.inv(model.cell)
    delta = fractions[:, None] - fractions
    distances = np.linalg.norm((delta - np.rint(delta)) @ model.cell, axis=2)
    return np.asarray(distances[np.triu_indices(model.n_atoms, 1)], np.float64)
