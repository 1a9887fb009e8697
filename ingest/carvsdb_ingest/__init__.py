"""From files to nets, and from nets to records of the catalogue."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from carvsdb_ingest.analysis import read_items as read_items
    from carvsdb_ingest.analysis import read_nets as read_nets
    from carvsdb_ingest.analysis import read_structures as read_structures
    from carvsdb_ingest.analysis.analyse import AnalysisOptions as AnalysisOptions
    from carvsdb_ingest.analysis.analyse import analyse as analyse
    from carvsdb_ingest.analysis.describing import describe as describe
    from carvsdb_ingest.analysis.describing import describe_each as describe_each
    from carvsdb_ingest.analysis.item import ReadOptions as ReadOptions
    from carvsdb_ingest.analysis.references import references as references
    from carvsdb_ingest.bonds import BondOptions as BondOptions
    from carvsdb_ingest.sources import source_named as source_named
    from carvsdb_ingest.tasks.likeness import similar as similar
    from carvsdb_ingest.tasks.pipeline import ingest_collection as ingest_collection
    from carvsdb_ingest.tasks.pipeline import ingest_files as ingest_files
    from carvsdb_ingest.tasks.screening import screen as screen
    from carvsdb_ingest.trajectories.describing import describe_frames as describe_frames
    from carvsdb_ingest.units.found import find_units as find_units

_PUBLIC = {
    "AnalysisOptions": "carvsdb_ingest.analysis.analyse",
    "BondOptions": "carvsdb_ingest.bonds",
    "ReadOptions": "carvsdb_ingest.analysis.item",
    "analyse": "carvsdb_ingest.analysis.analyse",
    "describe": "carvsdb_ingest.analysis.describing",
    "describe_each": "carvsdb_ingest.analysis.describing",
    "describe_frames": "carvsdb_ingest.trajectories.describing",
    "find_units": "carvsdb_ingest.units.found",
    "ingest_collection": "carvsdb_ingest.tasks.pipeline",
    "ingest_files": "carvsdb_ingest.tasks.pipeline",
    "read_items": "carvsdb_ingest.analysis",
    "read_nets": "carvsdb_ingest.analysis",
    "read_structures": "carvsdb_ingest.analysis",
    "references": "carvsdb_ingest.analysis.references",
    "screen": "carvsdb_ingest.tasks.screening",
    "similar": "carvsdb_ingest.tasks.likeness",
    "source_named": "carvsdb_ingest.sources",
}

__all__ = [
    "AnalysisOptions",
    "BondOptions",
    "ReadOptions",
    "analyse",
    "describe",
    "describe_each",
    "describe_frames",
    "find_units",
    "ingest_collection",
    "ingest_files",
    "read_items",
    "read_nets",
    "read_structures",
    "references",
    "screen",
    "similar",
    "source_named",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is asked for."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'carvsdb_ingest' has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return list(__all__)
