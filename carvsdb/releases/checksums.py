"""SHA256SUMS of a release; see :mod:`carvsdb.catalogue.maintenance.checksums`."""

from carvsdb.catalogue.maintenance.checksums import FILE, digest, files_in, read, write

__all__ = ["FILE", "digest", "files_in", "read", "write"]
