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

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from carvsdb.catalogue.catalogue import Catalogue as Catalogue
    from carvsdb.catalogue.questions.answer import Answer as Answer
    from carvsdb.catalogue.records.entry import Entry as Entry
    from carvsdb.catalogue.records.entry import SourceInfo as SourceInfo
    from carvsdb.catalogue.records.refinement_run import RefinementRun as RefinementRun
    from carvsdb.catalogue.similarity.comparable import Vectors as Vectors
    from carvsdb.catalogue.similarity.distances import DistanceTable as DistanceTable
    from carvsdb.catalogue.similarity.stored_map import StoredMap as StoredMap
    from carvsdb.catalogue.storing.adding import AddReport as AddReport
    from carvsdb_schemas.filters import Filters as Filters

_PUBLIC = {
    "AddReport": "carvsdb.catalogue.storing.adding",
    "Answer": "carvsdb.catalogue.questions.answer",
    "Catalogue": "carvsdb.catalogue.catalogue",
    "DistanceTable": "carvsdb.catalogue.similarity.distances",
    "Entry": "carvsdb.catalogue.records.entry",
    "Filters": "carvsdb_schemas.filters",
    "RefinementRun": "carvsdb.catalogue.records.refinement_run",
    "SourceInfo": "carvsdb.catalogue.records.entry",
    "StoredMap": "carvsdb.catalogue.similarity.stored_map",
    "Vectors": "carvsdb.catalogue.similarity.comparable",
}

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


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is asked for: a list of labels needs DuckDB alone."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'carvsdb.catalogue' has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)
