"""From nets to files: one file a format."""

from carvsdb_ingest.writers.cgd import write_cgd

__all__ = ["write_cgd"]
