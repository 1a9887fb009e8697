"""A trajectory of cristobalite, 24 atoms: in frames 5 and 6 one O has left its place, and the whole drifts."""

from pathlib import Path

import numpy as np
from ase import Atoms
from ase.io import write
from ase.io.trajectory import Trajectory

N_FRAMES = 8
AWAY = (5, 6)
SIDE = 7.16


def frames() -> list[Atoms]:
    rng = np.random.default_rng(0)
    sites = np.array([[0, 0, 0], [0, 2, 2], [2, 0, 2], [2, 2, 0], [1, 1, 1], [1, 3, 3], [3, 1, 3], [3, 3, 1]]) / 4
    arms = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / 8
    oxygens = [site - arm for site in sites[4:] for arm in arms]
    crystal = Atoms("Si8O16", scaled_positions=np.vstack([sites, oxygens]) % 1, cell=[SIDE] * 3, pbc=True)
    found = []
    for number in range(N_FRAMES):
        frame: Atoms = crystal.copy()  # type: ignore[no-untyped-call]
        frame.positions += rng.normal(0, 0.03, frame.positions.shape) + number * 0.6
        if number in AWAY:
            frame.positions[8] += 1.0
        if number % 2:  # every other frame has its atoms in the cell, the others are unwrapped
            frame.wrap()  # type: ignore[no-untyped-call]
        frame.info.update(step=number * 10, time=number * 0.01, temperature=300 + number)
        found.append(frame)
    return found


def write_all(folder: Path) -> dict[str, Path]:
    """Write the trajectory in every format."""
    all_frames = frames()
    paths = {name: folder / name for name in ("run.xyz", "XDATCAR", "run.pdb", "run.traj", "run.dump")}
    write(paths["run.xyz"], all_frames, format="extxyz")
    write(paths["XDATCAR"], all_frames, format="vasp-xdatcar")
    write(paths["run.pdb"], all_frames, format="proteindatabank")
    with Trajectory(str(paths["run.traj"]), "w") as trajectory:  # type: ignore[no-untyped-call]
        for frame in all_frames:
            trajectory.write(frame)
    paths["run.dump"].write_text("".join(dump_of(number, frame) for number, frame in enumerate(all_frames)))
    return paths


def dump_of(number: int, frame: Atoms) -> str:
    head = f"ITEM: TIMESTEP\n{number * 10}\nITEM: NUMBER OF ATOMS\n24\nITEM: BOX BOUNDS pp pp pp\n" + f"0 {SIDE}\n" * 3
    rows = [
        f"{atom + 1} {1 if atom < 8 else 2} {x:.6f} {y:.6f} {z:.6f}\n" for atom, (x, y, z) in enumerate(frame.positions)
    ]
    return f"{head}ITEM: ATOMS id type xu yu zu\n{''.join(rows)}"
