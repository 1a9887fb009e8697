"""SHA256SUMS of a release; see :mod:`carvsdb.catalogue.checksums`."""

from carvsdb.catalogue.checksums import FILE, digest, files_in, read, write

__all__ = ["FILE", "digest", "files_in", "read", "write"]
