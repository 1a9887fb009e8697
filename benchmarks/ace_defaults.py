"""How much a unit of l and a further factor count towards the degree of a function, chosen on training frames alone.

The frames are those of ``ace_fit.py``: 72 of silicon by Stillinger-Weber, drawn into three parts, each held out once.
The 24 test frames are not read. What is compared are root mean squares over all frames when they were held out, of
energies (meV/atom) and forces (meV/Å); the best has the smallest product of the two over the sizes at which it was
tried, all of them.

Run ``python benchmarks/ace_defaults.py FOLDER/train.xyz -o benchmarks/ace_defaults.json --sizes 110``, then with
``--sizes 383 --angular-weights 0.8 1.1 --rank-steps 3 4.5``, which adds to the file. Labels by Stillinger-Weber are
three-body energies, so larger steps, which leave higher ranks out, are not tried: other materials need them.
"""

import argparse
import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from carvsdb_refine.learning.basis import BasisLimits
from carvsdb_refine.learning.data_set import DataSet
from carvsdb_refine.learning.fit import fit_potential
from carvsdb_refine.learning.frames import FitFrame, read_frames
from carvsdb_refine.learning.new_potential import NewPotential

PARTS = 3


def held_out_errors(frames: list[FitFrame], limits: BasisLimits) -> tuple[float, float]:
    """Return the errors of energies and forces of all frames, each by a fit without its part."""
    order = np.random.default_rng(0).permutation(len(frames))
    squares = np.zeros(2)
    for part in range(PARTS):
        out = set(order[part::PARTS].tolist())
        training = tuple(frame for place, frame in enumerate(frames) if place not in out)
        data = DataSet(training, tuple(frames[place] for place in sorted(out)))
        errors = fit_potential(NewPotential(5.0, limits), data).held_out
        assert errors is not None
        assert errors.energy_rms is not None
        assert errors.force_rms is not None
        squares += np.array([errors.energy_rms, errors.force_rms]) ** 2 * len(out)
    energy, force = np.sqrt(squares / len(frames)).tolist()
    return energy, force


def best(found: dict[str, Any]) -> dict[str, Any]:
    """Return the settings with the smallest product of errors over all sizes, of those tried at each."""
    scores: dict[tuple[float, float], list[float]] = {}
    for entries in found.values():
        for one in entries:
            place = (one["angular_weight"], one["rank_step"])
            scores.setdefault(place, []).append(float(np.log(one["energy_rms"] * one["force_rms"])))
    tried = {place: sum(some) for place, some in scores.items() if len(some) == len(found)}
    angular_weight, rank_step = min(tried, key=tried.__getitem__)
    return {"angular_weight": angular_weight, "rank_step": rank_step}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("training", type=Path)
    parser.add_argument("--sizes", type=int, nargs="*", default=[110, 383])
    parser.add_argument("--angular-weights", type=float, nargs="*", default=[0.8, 1.1, 1.5, 2.0])
    parser.add_argument("--rank-steps", type=float, nargs="*", default=[0.0, 1.5, 3.0, 4.5])
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    found = json.loads(given.output.read_text())["sizes"] if given.output.exists() else {}
    frames = list(read_frames(given.training, 5.0).frames)
    for size in given.sizes:
        entries = []
        for angular_weight, rank_step in product(given.angular_weights, given.rank_steps):
            limits = BasisLimits(functions=size, angular_weight=angular_weight, rank_step=rank_step)
            energy, force = held_out_errors(frames, limits)
            about = {"angular_weight": angular_weight, "rank_step": rank_step}
            entries.append(about | {"energy_rms": round(energy, 4), "force_rms": round(force, 3)})
            print(size, entries[-1], flush=True)
        found[str(size)] = entries
        result = {"frames": len(frames), "parts": PARTS, "sizes": found, "best": best(found)}
        given.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(result["best"])


if __name__ == "__main__":
    main()
