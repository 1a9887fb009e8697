"""From nets to files: one file a format."""

from carvsdb_ingest.writers.cgd import write_cgd
from carvsdb_ingest.writers.rings import write_rings

__all__ = ["write_cgd", "write_rings"]
