"""carvsdb: the topology database of crystalline and amorphous framework materials.

What to begin with::

    describe(path)                   what the nets of a file, a folder, a Net, a Structure, an ase.Atoms are
    similar(path, k=10)              which known nets are nearest; catalogue="nets.duckdb" asks your own
    ingest_files("nets.duckdb", paths, workers=2)   stores nets in a catalogue
    Catalogue("nets.duckdb")         asks one: len, in, [], list, similar, distance, query, ...
    screen(paths, "nets.duckdb")     10^5 files, batch by batch
    find_rings(net).carvs()          rings and CARVS of a Net; library.load("sod") and read_nets(path) give nets
    CarvsVectors()                   a step of a scikit-learn pipeline

Answers have ``df()`` (pandas) and ``pl()`` (polars). ``carvsdb_ingest`` has readers, writers and options, and
``carvsdb_refine`` refinement against scattering data; docs/api.md lists all. The command ``carvsdb`` does the same.

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
    carvsdb.progress, carvsdb.errors, ...      bars of long calls; what all others use

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
    from carvsdb import errors as errors
    from carvsdb.atoms.structure import Structure as Structure
    from carvsdb.catalogue import Catalogue as Catalogue
    from carvsdb.catalogue import Entry as Entry
    from carvsdb.catalogue import Filters as Filters
    from carvsdb.catalogue.questions.answer import Answer as Answer
    from carvsdb.catalogue.reference_nets import reference_nets as reference_nets
    from carvsdb.catalogue.similarity.distances import DistanceTable as DistanceTable
    from carvsdb.compare import EmbeddingOptions as EmbeddingOptions
    from carvsdb.compare import topological_distance as topological_distance
    from carvsdb.compare.vectors import CarvsVectors as CarvsVectors
    from carvsdb.errors import CarvsdbError as CarvsdbError
    from carvsdb.generate.wooten_winer_weaire import wooten_winer_weaire as wooten_winer_weaire
    from carvsdb.net import Net as Net
    from carvsdb.net import library as library
    from carvsdb.rings import Carvs as Carvs
    from carvsdb.rings import coordination_sequences as coordination_sequences
    from carvsdb.rings import find_rings as find_rings
    from carvsdb.rings import find_strong_rings as find_strong_rings
    from carvsdb.rings import node_rings as node_rings
    from carvsdb.rings import ring_table as ring_table
    from carvsdb.rings import td10 as td10
    from carvsdb.rings.point_symbols import point_symbols as point_symbols
    from carvsdb.rings.vertex_symbols import vertex_symbols as vertex_symbols
    from carvsdb.topology import identify as identify
    from carvsdb_ingest.analysis import read_nets as read_nets
    from carvsdb_ingest.analysis import read_structures as read_structures
    from carvsdb_ingest.analysis.describing import describe as describe
    from carvsdb_ingest.tasks.likeness import similar as similar
    from carvsdb_ingest.tasks.pipeline import ingest_collection as ingest_collection
    from carvsdb_ingest.tasks.pipeline import ingest_files as ingest_files
    from carvsdb_ingest.tasks.screening import screen as screen
    from carvsdb_ingest.trajectories.describing import describe_frames as describe_frames

_PUBLIC = {
    "Answer": ("carvsdb.catalogue.questions.answer", "Answer"),
    "Carvs": ("carvsdb.rings", "Carvs"),
    "CarvsVectors": ("carvsdb.compare.vectors", "CarvsVectors"),
    "CarvsdbError": ("carvsdb.errors", "CarvsdbError"),
    "Catalogue": ("carvsdb.catalogue", "Catalogue"),
    "DistanceTable": ("carvsdb.catalogue.similarity.distances", "DistanceTable"),
    "EmbeddingOptions": ("carvsdb.compare", "EmbeddingOptions"),
    "Entry": ("carvsdb.catalogue", "Entry"),
    "Filters": ("carvsdb.catalogue", "Filters"),
    "Net": ("carvsdb.net", "Net"),
    "Structure": ("carvsdb.atoms.structure", "Structure"),
    "coordination_sequences": ("carvsdb.rings", "coordination_sequences"),
    "describe": ("carvsdb_ingest.analysis.describing", "describe"),
    "describe_frames": ("carvsdb_ingest.trajectories.describing", "describe_frames"),
    "errors": ("carvsdb.errors", None),
    "find_rings": ("carvsdb.rings", "find_rings"),
    "find_strong_rings": ("carvsdb.rings", "find_strong_rings"),
    "identify": ("carvsdb.topology", "identify"),
    "ingest_collection": ("carvsdb_ingest.tasks.pipeline", "ingest_collection"),
    "ingest_files": ("carvsdb_ingest.tasks.pipeline", "ingest_files"),
    "library": ("carvsdb.net.library", None),
    "node_rings": ("carvsdb.rings", "node_rings"),
    "point_symbols": ("carvsdb.rings", "point_symbols"),
    "read_nets": ("carvsdb_ingest.analysis", "read_nets"),
    "read_structures": ("carvsdb_ingest.analysis", "read_structures"),
    "reference_nets": ("carvsdb.catalogue.reference_nets", "reference_nets"),
    "ring_table": ("carvsdb.rings", "ring_table"),
    "screen": ("carvsdb_ingest.tasks.screening", "screen"),
    "similar": ("carvsdb_ingest.tasks.likeness", "similar"),
    "td10": ("carvsdb.rings", "td10"),
    "topological_distance": ("carvsdb.compare", "topological_distance"),
    "vertex_symbols": ("carvsdb.rings", "vertex_symbols"),
    "wooten_winer_weaire": ("carvsdb.generate", "wooten_winer_weaire"),
}

__all__ = [
    "Answer",
    "Carvs",
    "CarvsVectors",
    "CarvsdbError",
    "Catalogue",
    "DistanceTable",
    "EmbeddingOptions",
    "Entry",
    "Filters",
    "Net",
    "Structure",
    "coordination_sequences",
    "describe",
    "describe_frames",
    "errors",
    "find_rings",
    "find_strong_rings",
    "identify",
    "ingest_collection",
    "ingest_files",
    "library",
    "node_rings",
    "point_symbols",
    "read_nets",
    "read_structures",
    "reference_nets",
    "ring_table",
    "screen",
    "similar",
    "td10",
    "topological_distance",
    "vertex_symbols",
    "wooten_winer_weaire",
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
