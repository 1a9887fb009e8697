"""The collections that carvsdb knows by name."""

from carvsdb.errors import NotFoundError
from carvsdb_ingest.sources.amorphous_mof import AMORPHOUS_MOF
from carvsdb_ingest.sources.collection import Collection
from carvsdb_ingest.sources.core_mof import CORE_MOF, CORE_MOF_FSR
from carvsdb_ingest.sources.random_networks import RANDOM_NETWORKS
from carvsdb_ingest.sources.rcsr import RCSR
from carvsdb_ingest.sources.reference_nets import EXACT_NETS, REFERENCE_NETS

SOURCES: dict[str, Collection] = {
    collection.name: collection
    for collection in (REFERENCE_NETS, EXACT_NETS, RANDOM_NETWORKS, CORE_MOF, CORE_MOF_FSR, RCSR, AMORPHOUS_MOF)
}


def source_named(name: str) -> Collection:
    """Return a collection by its name.

    Raises
    ------
    NotFoundError
        If there is none of that name.

    Examples
    --------
    >>> source_named("reference-nets").licence
    'CC0-1.0'
    """
    if name not in SOURCES:
        raise NotFoundError(
            f"no collection is called {name!r}", item=name, hint=f"`carvsdb sources` lists them: {', '.join(SOURCES)}"
        )
    return SOURCES[name]
