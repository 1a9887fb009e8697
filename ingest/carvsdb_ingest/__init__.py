"""From files to nets, and from nets to records of the catalogue."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from carvsdb_ingest.analysis import items_of_structure as items_of_structure
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
    from carvsdb_ingest.bonds import find_bonds as find_bonds
    from carvsdb_ingest.readers.models import read_model as read_model
    from carvsdb_ingest.readers.paths import net_files as net_files
    from carvsdb_ingest.sources import source_named as source_named
    from carvsdb_ingest.tasks.attempts import to_entry as to_entry
    from carvsdb_ingest.tasks.likeness import entry_of_file as entry_of_file
    from carvsdb_ingest.tasks.likeness import similar as similar
    from carvsdb_ingest.tasks.pipeline import ingest_collection as ingest_collection
    from carvsdb_ingest.tasks.pipeline import ingest_files as ingest_files
    from carvsdb_ingest.tasks.screening import screen as screen
    from carvsdb_ingest.tasks.workers import Workers as Workers
    from carvsdb_ingest.trajectories.describing import describe_frames as describe_frames
    from carvsdb_ingest.units.found import find_units as find_units
    from carvsdb_ingest.writers.cgd import write_cgd as write_cgd
    from carvsdb_ingest.writers.models import write_model as write_model

_PUBLIC = {
    "AnalysisOptions": "carvsdb_ingest.analysis.analyse",
    "BondOptions": "carvsdb_ingest.bonds",
    "ReadOptions": "carvsdb_ingest.analysis.item",
    "Workers": "carvsdb_ingest.tasks.workers",
    "analyse": "carvsdb_ingest.analysis.analyse",
    "describe": "carvsdb_ingest.analysis.describing",
    "describe_each": "carvsdb_ingest.analysis.describing",
    "describe_frames": "carvsdb_ingest.trajectories.describing",
    "entry_of_file": "carvsdb_ingest.tasks.likeness",
    "find_bonds": "carvsdb_ingest.bonds",
    "find_units": "carvsdb_ingest.units.found",
    "ingest_collection": "carvsdb_ingest.tasks.pipeline",
    "ingest_files": "carvsdb_ingest.tasks.pipeline",
    "items_of_structure": "carvsdb_ingest.analysis",
    "net_files": "carvsdb_ingest.readers.paths",
    "read_items": "carvsdb_ingest.analysis",
    "read_model": "carvsdb_ingest.readers.models",
    "read_nets": "carvsdb_ingest.analysis",
    "read_structures": "carvsdb_ingest.analysis",
    "references": "carvsdb_ingest.analysis.references",
    "screen": "carvsdb_ingest.tasks.screening",
    "similar": "carvsdb_ingest.tasks.likeness",
    "source_named": "carvsdb_ingest.sources",
    "to_entry": "carvsdb_ingest.tasks.attempts",
    "write_cgd": "carvsdb_ingest.writers.cgd",
    "write_model": "carvsdb_ingest.writers.models",
}

__all__ = [
    "AnalysisOptions",
    "BondOptions",
    "ReadOptions",
    "Workers",
    "analyse",
    "describe",
    "describe_each",
    "describe_frames",
    "entry_of_file",
    "find_bonds",
    "find_units",
    "ingest_collection",
    "ingest_files",
    "items_of_structure",
    "net_files",
    "read_items",
    "read_model",
    "read_nets",
    "read_structures",
    "references",
    "screen",
    "similar",
    "source_named",
    "to_entry",
    "write_cgd",
    "write_model",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is asked for."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'carvsdb_ingest' has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return list(__all__)
