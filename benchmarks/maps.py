"""Measure maps: processor seconds of a UMAP in a fresh process, by the number of nets, and what of them is what.

Each map is made in a process of its own, so that importing and compiling count. The vectors are mixtures of forty
kinds of net, with noise, all different. Run ``python benchmarks/maps.py --nets 1000 10000 100000``.
"""

import argparse
import resource
import subprocess
import sys
import time

import numpy as np
from numpy.typing import NDArray


def show(what: str, value: str) -> None:
    print(f"{what:<44} {value:>30}", flush=True)


def vectors(nets: int) -> NDArray[np.float64]:
    """Return so many normalised vectors, shape (nets, 32)."""
    rng = np.random.default_rng(0)
    kinds = rng.dirichlet(np.full(32, 0.15), 40)
    own = rng.dirichlet(np.full(32, 0.3), nets)
    mixed = 0.8 * kinds[rng.integers(0, len(kinds), nets)] + 0.2 * own
    return np.asarray(mixed / mixed.sum(axis=1, keepdims=True))


def fit(nets: int, method: str) -> None:
    """Make one map; what it took counts from the start of the process."""
    from carvsdb.compare.embedding import EmbeddingOptions, fit_embedding
    from carvsdb.compare.map_quality import trust

    some = vectors(nets)
    made = fit_embedding(some, EmbeddingOptions(method))  # type: ignore[arg-type]  # a word of the command line
    spent = time.process_time()
    trusted, among = trust(some / np.sqrt(2), made.coordinates)
    show(f"{nets:,} nets by {method}, CPU of the process", f"{spent:.1f} s")
    show("  trustworthiness (neighbours)", f"{trusted:.3f} ({among})")
    show("  most memory", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10:,.0f} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--nets", type=int, nargs="*", default=[1000, 10_000, 100_000])
    parser.add_argument("--method", default="umap", choices=["umap", "densmap", "pca"])
    parser.add_argument("--here", action="store_true", help="In this process.")
    options = parser.parse_args()
    for nets in options.nets:
        if options.here:
            fit(nets, options.method)
            continue
        began = time.perf_counter()
        command = [sys.executable, __file__, "--here", "--nets", str(nets), "--method", options.method]
        subprocess.run(command, check=True)
        show("  seconds by the clock", f"{time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
