"""A small folder of active learning, and what its loop leaves."""

from pathlib import Path

import numpy as np
import pytest

from carvsdb.atoms.model import AtomicModel
from carvsdb_ingest.writers.models import write_model
from carvsdb_refine.active_learning import learn, read_learn_config
from carvsdb_refine.backmap import random_packing
from carvsdb_refine.run import Hooks, calculate_scattering

CONFIG = """
[start]
model = "start.xyz"
[[data]]
kind = "neutron"
file = "data.txt"
function = "F(Q)"
sigma = 0.1
beyond_box = "nothing"
[constraints]
hard_spheres = {"Si-Si" = 1.8}
[run]
schedule = [{temperature = 1500, until = 300, moves = 400}]
trace_every = 50
checkpoint_every = 100
seed = 3
[learn]
iterations = 3
functions = 30
cutoff = 3.8
most_added = 3
[[learn.initial]]
kind = "packing"
formula = "Si"
units = 24
densities = [0.05, 0.045]
number = 3
[[learn.initial]]
kind = "hot"
formula = "Si"
units = 24
density = 0.05
temperature = 2500
until = 500
steps = 100
number = 5
[labels]
method = {kind = "stillinger-weber"}
"""


def make_folder(folder: Path, text: str = CONFIG) -> Path:
    folder.mkdir(exist_ok=True)
    packed = random_packing([("Si", 24)], number_density=0.05, rng=np.random.default_rng(5)).model
    model = AtomicModel(packed.elements, packed.positions, packed.cell)
    write_model(model, folder / "start.xyz")
    curves = calculate_scattering(model).columns
    np.savetxt(folder / "data.txt", np.array(list(curves.values())).T)
    (folder / "si.toml").write_text(text)
    return folder / "si.toml"


def killed(config: Path, looks: int) -> None:
    """Begin a loop, and end it when it looks for the so-manieth time whether to stop."""
    seen = 0

    def stop() -> bool:
        nonlocal seen
        seen += 1
        return seen == looks

    with pytest.raises(KeyboardInterrupt):
        learn(read_learn_config(config), hooks=Hooks(stop=stop))


def results(config: Path) -> dict[str, bytes]:
    """Return what the loop leaves, but times and what knows its own path."""
    folder = config.parent / "si"
    names = ["frames.xyz", "iterations.csv"]
    for part in sorted(folder.glob("iteration-*")):
        names += [f"{part.name}/{name}" for name in ("potential.yaml", "run/trace.csv", "run/model.xyz")]
    return {name: (folder / name).read_bytes() for name in names}
