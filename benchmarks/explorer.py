"""Measure the explorer: sizes of its file, how long it takes to make and to open, and how long a frame takes.

The nets are those of ``catalogue.py``; without structures, since all of them have the same edges. Frames are drawn by
the processor (SwiftShader) in a headless Chromium, 1,200 by 800 pixels, read back: a graphics card is much faster. Run
``python benchmarks/explorer.py --nets 1000 10000 100000``, or ``--page map.html`` for a page that is there.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from carvsdb.catalogue import Catalogue
from carvsdb.explorer import ExplorerOptions, write_explorer

# The synthetic catalogue, and the browser of the tests.
sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests")]


def show(what: str, value: str) -> None:
    print(f"{what:<44} {value:>30}", flush=True)


def make(nets: int, folder: Path) -> Path:
    """Write the page of so many synthetic nets."""
    from benchmarks.catalogue import batches

    page = folder / f"{nets}.html"
    with Catalogue.open(folder / f"{nets}.duckdb") as catalogue:
        for batch in batches(np.random.default_rng(0), nets, nets):
            catalogue.add_batch(batch)
        began, spent = time.perf_counter(), time.process_time()
        report = write_explorer(catalogue, page, ExplorerOptions(method="pca", structures=False))
    show("made in", f"{time.perf_counter() - began:.1f} ({time.process_time() - spent:.1f}) s")
    show("map, bytes a net, unpacked", f"{report.map_bytes_a_point:.0f}")
    for part, size in report.sizes.items():
        show(f"  {part}", f"{size:,} bytes")
    return page


def look(page: Path, folder: Path) -> None:
    """Open a page and measure it."""
    from browser import browser

    with browser(folder) as here:
        ready = here.open(page, seconds=300)
        show("ready (map drawn, labels searchable) after", f"{ready:.0f} ms")
        # How long all points took, and so how many are drawn while it moves, is known some time after they were drawn.
        here.ask("new Promise((done) => setTimeout(done, 2000))")
        # By turns, so that the load of the machine is the same for both; in the page, as one frame follows another.
        turns = here.ask("Array.from({length: 17}, () => [page.frame(), page.movingFrame()])")[2:]
        for what, frames in zip(("at rest", "while it moves"), zip(*turns, strict=True), strict=True):
            show(f"a frame {what}, median (longest)", f"{statistics.median(frames):.0f} ({max(frames):.0f}) ms")
        show("points drawn while it moves", f"{here.ask('(page.movingFrame(), page.drawn())'):,}")
        for what, row in (("first entry opened", "0"), ("another entry opened", "page.rows() - 1")):
            timed = f"const began = performance.now(); await page.open({row}); return performance.now() - began"
            show(what, f"{here.ask(f'(async () => {{ {timed}; }})()'):.0f} ms")
        began = time.perf_counter()
        here.run(
            "const by = document.getElementById('colour-by'); by.value = 'density';"
            "by.dispatchEvent(new Event('change'));"
        )
        here.ask("page.frame()")
        show("coloured by another column", f"{1000 * (time.perf_counter() - began):.0f} ms")
        here.assert_quiet(page)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--nets", type=int, nargs="*", default=[1000, 10_000, 100_000])
    parser.add_argument("--page", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        for page in options.page:
            print(f"\n{page}: {page.stat().st_size:,} bytes")
            (Path(name) / page.stem).mkdir()
            look(page.absolute(), Path(name) / page.stem)
        for nets in [] if options.page else options.nets:
            print(f"\n{nets:,} nets")
            folder = Path(name) / str(nets)
            folder.mkdir()
            look(make(nets, folder), folder)


if __name__ == "__main__":
    main()
