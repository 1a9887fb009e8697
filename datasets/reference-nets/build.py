"""Build the data set `reference-nets` from the nets that carvsdb bundles.

Run ``python datasets/reference-nets/build.py FOLDER``; the same version of carvsdb writes the same bytes.
"""

import sys
from pathlib import Path

from carvsdb.catalogue import Catalogue
from carvsdb.releases import build_release, read_card, verify_release
from carvsdb_ingest.sources import source_named
from carvsdb_ingest.tasks.pipeline import ingest_collection


def build(folder: Path) -> None:
    """Write the release into a new folder and verify it."""
    card = read_card(Path(__file__).with_name("card.yaml"))
    with Catalogue.in_memory() as catalogue:
        report = ingest_collection(catalogue, source_named("reference-nets"))
        if report.rejected:
            raise report.rejected[0][1]
        build_release(catalogue, card, folder)
    verify_release(folder)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python datasets/reference-nets/build.py FOLDER")
    build(Path(sys.argv[1]))
