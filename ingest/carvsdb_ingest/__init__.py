"""From files to nets, and from nets to records of the catalogue."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from carvsdb_ingest.analysis import read_nets as read_nets
    from carvsdb_ingest.tasks.pipeline import ingest_files as ingest_files
    from carvsdb_ingest.tasks.screening import screen as screen

_PUBLIC = {
    "ingest_files": "carvsdb_ingest.tasks.pipeline",
    "read_nets": "carvsdb_ingest.analysis",
    "screen": "carvsdb_ingest.tasks.screening",
}

__all__ = ["ingest_files", "read_nets", "screen"]


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is asked for."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'carvsdb_ingest' has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return list(__all__)
