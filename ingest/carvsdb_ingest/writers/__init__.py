"""From nets to files: one file a format."""

from carvsdb_ingest.writers.cgd import write_cgd
from carvsdb_ingest.writers.rings import write_rings
from carvsdb_ingest.writers.topocif import write_topocif

__all__ = ["write_cgd", "write_rings", "write_topocif"]
