"""Time canonical keys, and compare every net of the RCSR with isomorphic forms of it (supercells, other numbers).

Run ``make bench``. The inputs are the CGD files of the wheel of pormake, which
``pip download --no-deps pormake==0.2.3`` fetches (give its path), and disordered cells made here. Times are wall-clock
milliseconds of one thread after one net that is not counted: everything from the net as it is read to its key,
orbits included.
"""

import argparse
import importlib.util
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from carvsdb.errors import CarvsdbError
from carvsdb.net import Net, components, library, relabel, shift, supercell
from carvsdb.topology import identify, key_of
from carvsdb.topology.archive import shipped

BUILD = Path(__file__).resolve().parents[1] / "datasets" / "rcsr-archive" / "build.py"


def rcsr_nets(wheel: Path) -> dict[str, Net]:
    """Read the nets of the wheel with the script that builds the archive."""
    specification = importlib.util.spec_from_file_location("build_archive", BUILD)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    nets: dict[str, Net] = module.nets_of_wheel(wheel)[0]
    return nets


def download(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "pormake==0.2.3", "-d", str(folder)]
    subprocess.run(command, check=True)
    return next(folder.glob("pormake-*.whl"))


def dressed(net: Net, generator: np.random.Generator) -> Net:
    """Return a net in other numbers, representatives and lattice vectors, and in twice the cell."""
    larger = supercell(net, np.roll([2, 1, 1], int(generator.integers(3)))) if net.n_vertices < 1000 else net
    moved = shift(larger, generator.integers(-2, 3, (larger.n_vertices, 3)))
    mixed = relabel(moved, generator.permutation(larger.n_vertices))
    basis = np.eye(3, dtype=np.int64)
    for _ in range(4):
        row, other = generator.choice(3, 2, replace=False)
        basis[row] += int(generator.integers(-1, 2)) * basis[other]
    rows = mixed.edges.astype(np.int64)
    rows[:, 2:] = rows[:, 2:] @ basis
    return Net.from_edges(rows, mixed.n_vertices)


def disordered(repeats: int, generator: np.random.Generator) -> Net:
    """Return a 4-coordinated net without symmetry: a cell of dia in which pairs of bonds have changed partners."""
    net = supercell(library.load("dia"), (repeats, repeats, repeats))
    rows = net.edges.astype(np.int64)
    for _ in range(2 * net.n_vertices):
        middle = rows[generator.integers(len(rows))].copy()
        src, dst, offset = middle[0], middle[1], middle[2:]
        one = generator.choice(np.flatnonzero((rows[:, :2] == src).any(1)))
        other = generator.choice(np.flatnonzero((rows[:, :2] == dst).any(1)))
        if one == other or (rows[one] == middle).all() or (rows[other] == middle).all():
            continue
        far, far_offset = (rows[one, 1], rows[one, 2:]) if rows[one, 0] == src else (rows[one, 0], -rows[one, 2:])
        end, end_offset = (
            (rows[other, 1], rows[other, 2:]) if rows[other, 0] == dst else (rows[other, 0], -rows[other, 2:])
        )
        if src != end and dst != far:
            rows[one], rows[other] = [src, end, *(offset + end_offset)], [dst, far, *(far_offset - offset)]
    return Net.from_edges(rows, net.n_vertices)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", nargs="?", type=Path, help="wheel of pormake; downloaded if it is not given")
    parser.add_argument("--skip-dresses", action="store_true", help="times only")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        nets = rcsr_nets(arguments.wheel or download(Path(folder)))
    identify(library.load("dia"))
    seconds: list[tuple[float, str]] = []
    keys: dict[str, str] = {}
    for name, net in nets.items():
        began = time.perf_counter()
        try:
            keys[name] = key_of(net)
        except CarvsdbError as error:
            print(f"no key: {name}: {error}")
        seconds.append((time.perf_counter() - began, name))
    times = 1e3 * np.array([second for second, _ in seconds])
    print(f"{len(keys)} of {len(nets)} nets keyed, {len(set(keys.values()))} keys")
    print(f"ms a net: mean {times.mean():.1f}, median {np.median(times):.1f}, 99 % {np.percentile(times, 99):.1f}")
    print("slowest:", ", ".join(f"{name} {1e3 * second:.0f} ms" for second, name in sorted(seconds)[:-6:-1]))
    archive = shipped()
    wrong = [name for name, key in keys.items() if name not in archive.names_of(key)]
    print(f"names that the shipped archive does not give back: {wrong or 'none'}")
    generator = np.random.default_rng(0)
    for repeats in (8, 13):
        net = disordered(repeats, generator)
        largest = max(components(net), key=lambda component: len(component.vertices))
        began = time.perf_counter()
        found = identify(net)
        spent = time.perf_counter() - began
        print(f"disordered cell of {len(largest.vertices)} vertices: {found.status} in {spent:.2f} s")
    if not arguments.skip_dresses:
        changed = [name for name, key in keys.items() if key_of(dressed(nets[name], generator)) != key]
        print(f"keys that change with relabelling, shift, GL(3, Z) and doubling: {changed or 'none'}")
        if changed or wrong:
            sys.exit(1)


if __name__ == "__main__":
    main()
