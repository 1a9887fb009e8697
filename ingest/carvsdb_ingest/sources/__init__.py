"""Named collections: what they are, under which licence, and how they are had. One file a collection.

``collection`` is what all have in common, ``registry`` knows them by name, ``installed`` finds what comes from PyPI.
"""

from carvsdb_ingest.sources.collection import Collection, SourceFile, SourceFiles
from carvsdb_ingest.sources.registry import SOURCES, source_named

__all__ = ["SOURCES", "Collection", "SourceFile", "SourceFiles", "source_named"]
