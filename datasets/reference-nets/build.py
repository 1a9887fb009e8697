"""Build the data set `reference-nets` from the archive of names that comes with carvsdb.

Run ``python datasets/reference-nets/build.py`` to build the copy that comes with carvsdb anew, or with a folder to
build it there. Rings and strong rings of all nets take some minutes; the same version of carvsdb writes the same bytes.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from carvsdb.catalogue import Catalogue
from carvsdb.catalogue import reference_nets as shipped
from carvsdb.releases import BuildOptions, build_release, read_card, verify_release
from carvsdb_ingest.analysis.analyse import AnalysisOptions
from carvsdb_ingest.sources import source_named
from carvsdb_ingest.tasks.pipeline import Workers, ingest_collection

SHIPPED = BuildOptions(database=False, nets=False)
"""What comes with carvsdb: the tables, which are also what the other files are made of."""

RELEASE = Path(shipped.__file__).with_name("release")


def build(folder: Path, options: BuildOptions | None = None) -> None:
    """Write the release into a new folder and verify it."""
    card = read_card(Path(__file__).with_name("card.yaml"))
    with tempfile.TemporaryDirectory() as scratch, Catalogue.open(Path(scratch, "nets.duckdb")) as catalogue:
        for ring_kind in ("ring",):
            report = ingest_collection(
                catalogue,
                source_named("reference-nets"),
                analysis=AnalysisOptions(ring_kind=ring_kind),
                workers=Workers(2),
            )
            if report.rejected:
                raise report.rejected[0][1]
        build_release(catalogue, card, folder, options)
    verify_release(folder)


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
