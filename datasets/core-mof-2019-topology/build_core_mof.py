"""Build the data set `core-mof-2019-topology` on your machine, from the structures that come with the package core-mof.

Run ``pip install --no-deps core-mof==2019.1``, then
``python datasets/core-mof-2019-topology/build_core_mof.py FOLDER``. It takes hours; a run that was stopped goes on
where it was, from the catalogue beside the folder. The coverage, by status and cause, is printed; by status it stands
in the README of the release.
"""

import sys
from pathlib import Path

from carvsdb.catalogue import Catalogue
from carvsdb.cli.release import page_maker
from carvsdb.releases import BuildOptions, build_release, read_card, verify_release
from carvsdb_ingest.sources import source_named
from carvsdb_ingest.tasks.pipeline import ingest_collection


def build(folder: Path, structures: Path | None = None) -> list[tuple[str, str, int]]:
    """Write the release into a new folder and verify it; returns the coverage: status, cause and number of inputs.

    Parameters
    ----------
    folder : Path
    structures : Path, optional
        The archive or wheel of the structures, if the package is not installed.
    """
    card = read_card(Path(__file__).with_name("card.yaml"))
    with Catalogue.open(folder.with_name(f"{folder.name}.duckdb")) as catalogue:
        ingest_collection(catalogue, source_named("core-mof"), path=structures)
        build_release(catalogue, card, folder, BuildOptions(page_maker=page_maker()))
        coverage = catalogue.query(
            "SELECT status, coalesce(split_part(cause, ':', 1), '') AS cause, count(*) AS n FROM attempt "
            "GROUP BY ALL ORDER BY n DESC, status, cause"
        ).rows()
    verify_release(folder, page_maker=page_maker())
    return [(row["status"], row["cause"], row["n"]) for row in coverage]


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit("usage: python datasets/core-mof-2019-topology/build_core_mof.py FOLDER [ARCHIVE]")
    for status, cause, number in build(*map(Path, sys.argv[1:])):
        print(f"{number:7,}  {status:10}  {cause}")
