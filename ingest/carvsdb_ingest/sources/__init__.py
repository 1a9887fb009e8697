"""Named collections: what they are, under which licence, and how their nets are had. One file a collection."""

from carvsdb_ingest.sources.collection import Collection
from carvsdb_ingest.sources.registry import SOURCES, source_named

__all__ = ["SOURCES", "Collection", "source_named"]
