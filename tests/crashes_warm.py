"""Imported by the process that others are forked from, so that these have the kernels: they are killed while they work.

Not by the tests themselves.
"""

import tempfile
from pathlib import Path

from crashes import nets

from carvsdb.catalogue import Catalogue
from carvsdb_ingest.tasks.pipeline import ingest_files, net_files

with tempfile.TemporaryDirectory() as folder, Catalogue.in_memory() as catalogue:
    ingest_files(catalogue, net_files([nets(Path(folder) / "nets", 3)]))
