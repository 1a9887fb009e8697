"""How long atoms take to become nets: CPU seconds by step, for files of all formats.

``python benchmarks/structures.py`` prints a table. Inputs are the published ones (CARVSDB_SHARED, else ../shared).
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from carvsdb.atoms.structure import Structure
from carvsdb_ingest.analysis import read_structures
from carvsdb_ingest.analysis.tolerance import WiderTolerance
from carvsdb_ingest.bonds import BondOptions, Bonds, find_bonds
from carvsdb_ingest.clustering import Clustered, cluster
from carvsdb_ingest.geometry import local_geometry

FILES = {
    "amorphous-mof/zif/m1-zif_ace_24-anneal_1500K_5ns.data": BondOptions(pairs=(("Zn", "N", 2.5),)),
    "cells/zif4-272.xyz": BondOptions(),
    "cifs/ZIF-8.cif": BondOptions(),
    "cifs/ABW.cif": BondOptions(),
}
REPEATS = 5


def timed(work: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    """Return what some work gives, and the fewest CPU seconds of several times."""
    best = float("inf")
    for _ in range(REPEATS):
        began = time.process_time()
        found = work(*arguments)
        best = min(best, time.process_time() - began)
    return found, best


def widened(structure: Structure, bonds: Bonds, clustered: Clustered, options: BondOptions) -> list[str]:
    """Say whether a wider tolerance gives another net."""
    return WiderTolerance(structure, bonds, [clustered.clustering], options).sentences(clustered)


def main() -> None:
    """Time each step for each file."""
    folder = Path(os.environ.get("CARVSDB_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"
    print(f"{'file':42} {'atoms':>6} {'read':>8} {'bonds':>8} {'cluster':>8} {'wider':>8} {'geometry':>8}")
    for name, options in FILES.items():
        (structure, *_), read = timed(read_structures, folder / name)
        bonds, find = timed(find_bonds, structure, options)
        clustered, gather = timed(cluster, structure, bonds, "node-linker")
        _, wider = timed(widened, structure, bonds, clustered, options)
        _, describe = timed(local_geometry, structure, bonds, clustered)
        steps = "".join(f" {seconds:8.4f}" for seconds in (read, find, gather, wider, describe))
        print(f"{Path(name).name:42} {structure.n_atoms:6}{steps}")


if __name__ == "__main__":
    main()
