"""carvsdb: the topology database of crystalline and amorphous framework materials.

The floors; a module imports only from floors below its own::

    carvsdb.cli                                the command line
    carvsdb.releases, carvsdb_refine           data sets that others cite; models from scattering data
    carvsdb.explorer                           a catalogue, or a net, as one offline page
    carvsdb_ingest                             files to nets, and nets to records
    carvsdb.catalogue                          the DuckDB catalogue
    carvsdb.plots                              figures from arrays
    carvsdb.generate                           amorphous networks
    carvsdb.topology, carvsdb.compare          keys and names; distances, neighbours, embeddings
    carvsdb.rings                              rings, CARVS, symbols
    carvsdb.net, carvsdb.atoms                 periodic graphs; atoms in a cell
    carvsdb_schemas                            what a record is
    carvsdb.compiled                           how kernels are compiled
    carvsdb.kernel_cache, carvsdb.atomic_write where machine code is kept; files that appear whole or not at all
    carvsdb.errors, carvsdb.version

Examples
--------
>>> from carvsdb import find_rings, library
>>> find_rings(library.load("sod")).carvs()
<Carvs {4(2).6(4).12(32)}, rings up to 27, observed>
>>> from carvsdb import identify
>>> identify(library.load("dia")).names
('dia',)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from carvsdb.catalogue import Catalogue as Catalogue
    from carvsdb.catalogue import Filters as Filters
    from carvsdb.compare.vectors import CarvsVectors as CarvsVectors
    from carvsdb.net import Net as Net
    from carvsdb.net import library as library
    from carvsdb.rings import Carvs as Carvs
    from carvsdb.rings import find_rings as find_rings
    from carvsdb.topology import identify as identify
    from carvsdb_ingest.analysis import read_nets as read_nets
    from carvsdb_ingest.analysis.describing import describe as describe
    from carvsdb_ingest.tasks.likeness import similar as similar
    from carvsdb_ingest.tasks.pipeline import ingest_files as ingest_files
    from carvsdb_ingest.tasks.screening import screen as screen
    from carvsdb_ingest.trajectories.describing import describe_frames as describe_frames

_PUBLIC = {
    "Carvs": ("carvsdb.rings", "Carvs"),
    "CarvsVectors": ("carvsdb.compare.vectors", "CarvsVectors"),
    "Catalogue": ("carvsdb.catalogue", "Catalogue"),
    "Filters": ("carvsdb.catalogue", "Filters"),
    "Net": ("carvsdb.net", "Net"),
    "describe": ("carvsdb_ingest.analysis.describing", "describe"),
    "describe_frames": ("carvsdb_ingest.trajectories.describing", "describe_frames"),
    "find_rings": ("carvsdb.rings", "find_rings"),
    "identify": ("carvsdb.topology", "identify"),
    "ingest_files": ("carvsdb_ingest.tasks.pipeline", "ingest_files"),
    "library": ("carvsdb.net.library", None),
    "read_nets": ("carvsdb_ingest.analysis", "read_nets"),
    "screen": ("carvsdb_ingest.tasks.screening", "screen"),
    "similar": ("carvsdb_ingest.tasks.likeness", "similar"),
}

__all__ = [
    "Carvs",
    "CarvsVectors",
    "Catalogue",
    "Filters",
    "Net",
    "describe",
    "describe_frames",
    "find_rings",
    "identify",
    "ingest_files",
    "library",
    "read_nets",
    "screen",
    "similar",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is asked for."""
    if name == "__version__":
        return import_module("carvsdb.version").VERSION
    if name not in _PUBLIC:
        raise AttributeError(f"module 'carvsdb' has no attribute {name!r}")
    module, attribute = _PUBLIC[name]
    loaded = import_module(module)
    return loaded if attribute is None else getattr(loaded, attribute)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
