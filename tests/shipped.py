"""Files of what ships or can be made here, for tests that need no published inputs."""

from pathlib import Path

import numpy as np

from carvsdb.generate import AnnealingSchedule, SwitchingOptions, wooten_winer_weaire
from carvsdb_ingest.writers import write_cgd
from carvsdb_refine.backmap.node_net import net_named


def net_file(folder: Path, name: str) -> Path:
    """Write a net of the library or of the archive of names, in a primitive cell, as CGD."""
    path = folder / f"{name}.cgd"
    write_cgd(net_named(name), path)
    return path


def glass_file(folder: Path) -> Path:
    """Write a small amorphous network."""
    short = SwitchingOptions(AnnealingSchedule(temperatures=(0.5,), attempts_per_node=(20,)))
    path = folder / "glass.cgd"
    made = wooten_winer_weaire(64, generator=np.random.default_rng(1), options=short)
    write_cgd(made.net, path, kind="generated")
    return path
