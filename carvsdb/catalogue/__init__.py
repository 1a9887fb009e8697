"""The catalogue: one DuckDB file of entries, their nets, their rings and their neighbours.

================  ==========================================================================================
`catalogue`       :class:`Catalogue`, the front of it all, with ``similarity_methods`` for what compares
`file/`           the file, its tables, migrations
`records/`        one analysed net, one refinement run, and the rows that they are
`storing/`        putting entries in, whole or not at all
`questions/`      finding, listing, showing, filters, duplicates, SQL
`similarity/`     vectors that may be compared, neighbours, distances, environments, maps
`maintenance/`    checking, copies, export and import
================  ==========================================================================================
"""

from carvsdb.catalogue.catalogue import Catalogue
from carvsdb.catalogue.questions.answer import Answer
from carvsdb.catalogue.records.entry import Entry, SourceInfo
from carvsdb.catalogue.records.refinement_run import RefinementRun
from carvsdb.catalogue.similarity.comparable import Vectors
from carvsdb.catalogue.similarity.distances import DistanceTable
from carvsdb.catalogue.similarity.stored_map import StoredMap
from carvsdb.catalogue.storing.adding import AddReport
from carvsdb_schemas.filters import Filters

__all__ = [
    "AddReport",
    "Answer",
    "Catalogue",
    "DistanceTable",
    "Entry",
    "Filters",
    "RefinementRun",
    "SourceInfo",
    "StoredMap",
    "Vectors",
]
