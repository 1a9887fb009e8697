"""Build the data set `reference-nets` from the archive of names that comes with carvsdb.

Run ``python datasets/reference-nets/build.py`` to build the copy that comes with carvsdb anew, or with a folder to
build it there. Beside the nets of the archive stand the continuous random networks that carvsdb makes itself. All of it
takes 6.5 CPU minutes. The same code writes the same bytes, on machines that round alike: the random networks come of a
relaxation.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from carvsdb.catalogue import Catalogue
from carvsdb.catalogue import reference_nets as shipped
from carvsdb.cli.release import page_maker
from carvsdb.releases import BuildOptions, build_release, read_card, verify_release
from carvsdb.rings import DEFAULT_CUT_OFF
from carvsdb_ingest.analysis.analyse import AnalysisOptions
from carvsdb_ingest.analysis.item import NetItem
from carvsdb_ingest.sources import Collection, source_named
from carvsdb_ingest.tasks.pipeline import Workers, ingest_collection

SHIPPED = BuildOptions(database=False, nets=False, neighbours=True, page=False)
"""What comes with carvsdb: the tables, which are also what the other files are made of, and the nearest nets."""

STRONG_CUT_OFFS = {"tps": 20, "tpt": 10, "tpt-a": 20}
"""Nets whose strong rings are not searched to the usual size: that was given up after 20 s of one core."""

RELEASE = Path(shipped.__file__).with_name("release")


def build(folder: Path, options: BuildOptions | None = None) -> None:
    """Write the release into a new folder and verify it."""
    card = read_card(Path(__file__).with_name("card.yaml"))
    options = options or BuildOptions(page_maker=page_maker())
    with tempfile.TemporaryDirectory() as scratch, Catalogue.open(Path(scratch, "nets.duckdb")) as catalogue:
        for source in (source_named("reference-nets"), source_named("random-networks")):
            _ingest(catalogue, source, AnalysisOptions())
            for cut_off in sorted({*STRONG_CUT_OFFS.values(), DEFAULT_CUT_OFF}):
                _ingest(catalogue, _searched_to(cut_off, source), AnalysisOptions(cut_off, ring_kind="strong"))
        build_release(catalogue, card, folder, options)
    verify_release(folder)


def _searched_to(cut_off: int, source: Collection) -> Collection:
    """Return the nets whose strong rings are searched to a size."""

    def items() -> Iterator[NetItem]:
        return (item for item in source.items() if STRONG_CUT_OFFS.get(item.label, DEFAULT_CUT_OFF) == cut_off)

    return replace(source, items=items)


def _ingest(catalogue: Catalogue, source: Collection, analysis: AnalysisOptions) -> None:
    report = ingest_collection(catalogue, source, analysis=analysis, workers=Workers(2))
    if report.rejected:
        raise report.rejected[0][1]


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit("usage: python datasets/reference-nets/build.py [FOLDER]")
    if len(sys.argv) == 2:
        build(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as made:
            build(Path(made, "release"), SHIPPED)
            shutil.rmtree(RELEASE, ignore_errors=True)
            shutil.copytree(Path(made, "release"), RELEASE)
