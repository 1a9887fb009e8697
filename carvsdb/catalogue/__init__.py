"""The catalogue: one DuckDB file of entries, their nets, their rings and their neighbours.

``storage`` opens the file and ``schema`` gives it its tables; ``entry`` is what goes in, ``keys`` and
``rows`` turn it into rows, ``adding`` stores them; ``names`` finds entries, ``showing`` reads one back,
``searches`` chooses vectors that may be compared, ``neighbours`` and ``distances`` compare them, ``maps``
keeps embeddings, ``queries`` answers read-only SQL. :class:`Catalogue` is the front of it all.
"""

from carvsdb.catalogue.adding import AddReport
from carvsdb.catalogue.answer import Answer
from carvsdb.catalogue.catalogue import Catalogue
from carvsdb.catalogue.distances import DistanceTable
from carvsdb.catalogue.entry import Entry, SourceInfo
from carvsdb.catalogue.maps import StoredMap
from carvsdb.catalogue.searches import Vectors

__all__ = [
    "AddReport",
    "Answer",
    "Catalogue",
    "DistanceTable",
    "Entry",
    "SourceInfo",
    "StoredMap",
    "Vectors",
]
