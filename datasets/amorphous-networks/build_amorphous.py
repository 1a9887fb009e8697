"""Build the data set `amorphous-networks` from a clone of the paper's repository.

Run ``git clone https://github.com/tcnicholas/amorphous-mof``, then
``python datasets/amorphous-networks/build_amorphous.py amorphous-mof FOLDER``. The repository states no licence, so the
release holds derived values only.
"""

import sys
from pathlib import Path

from carvsdb.catalogue import Catalogue
from carvsdb.cli.release import page_maker
from carvsdb.releases import BuildOptions, build_release, read_card, verify_release
from carvsdb_ingest.sources import source_named
from carvsdb_ingest.tasks.pipeline import ingest_collection


def build(clone: Path, folder: Path) -> None:
    """Write the release into a new folder and verify it; a run that was stopped goes on where it was."""
    card = read_card(Path(__file__).with_name("card.yaml"))
    with Catalogue.open(folder.with_name(f"{folder.name}.duckdb")) as catalogue:
        ingest_collection(catalogue, source_named("amorphous-mof"), path=clone)
        build_release(catalogue, card, folder, BuildOptions(page_maker=page_maker()))
    verify_release(folder, page_maker=page_maker())


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python datasets/amorphous-networks/build_amorphous.py CLONE FOLDER")
    build(Path(sys.argv[1]), Path(sys.argv[2]))
