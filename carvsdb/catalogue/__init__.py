"""The catalogue: one DuckDB file of entries, their nets, their rings and their neighbours.

``storage`` opens the file, ``schema`` gives it its tables and ``migrations`` brings old ones up to date.

What goes in: ``entry`` is one analysed net, with its ``atoms`` and ``histograms``, ``refinements`` says how models were
made; ``keys`` and ``rows`` turn them into rows, ``batch`` collects them, ``labels`` settles what they are called,
``committing`` stores a batch and ``adding`` entries, a few or from a generator; ``naming`` looks their names up again.

What comes out: ``names`` finds entries, ``listing`` lists them, ``showing`` reads one back, ``searches`` chooses
vectors that may be compared, ``search_index`` holds all of them and ``filters`` says which may be found,
``neighbours`` and ``distances`` compare nets, ``environments`` nodes (with an ``environment_index``), ``duplicates``
groups, ``approximate`` is a side index, ``maps`` keeps embeddings, ``queries`` answers read-only SQL.

The file as a whole: ``checking``, ``copying``, ``exporting``, ``importing``, with ``folders`` of Parquet tables and
their ``checksums``. :class:`Catalogue` is the front of it all, with ``searching`` for what compares.
"""

from carvsdb.catalogue.adding import AddReport
from carvsdb.catalogue.answer import Answer
from carvsdb.catalogue.atoms import Atoms
from carvsdb.catalogue.catalogue import Catalogue
from carvsdb.catalogue.distances import DistanceTable
from carvsdb.catalogue.entry import Entry, SourceInfo
from carvsdb.catalogue.filters import Filters
from carvsdb.catalogue.histograms import Histogram
from carvsdb.catalogue.maps import StoredMap
from carvsdb.catalogue.refinements import RefinementRun
from carvsdb.catalogue.searches import Vectors

__all__ = [
    "AddReport",
    "Answer",
    "Atoms",
    "Catalogue",
    "DistanceTable",
    "Entry",
    "Filters",
    "Histogram",
    "RefinementRun",
    "SourceInfo",
    "StoredMap",
    "Vectors",
]
