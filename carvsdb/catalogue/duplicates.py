"""What is stored more than once: collections list most materials twice."""

from carvsdb.catalogue.answer import Answer
from carvsdb.catalogue.schema import HANDLES
from carvsdb.catalogue.storage import Storage
from carvsdb.errors import InputError

_GROUPS = {
    "key": "net.key IS NOT NULL GROUP BY net.key, net.clustering, structure.formula",
    # The same bytes are stored once for each choice of how to read them.
    "file": "true GROUP BY structure.provenance ->> 'file_sha256', structure.part, net.clustering "
    "HAVING structure.provenance ->> 'file_sha256' IS NOT NULL",
    "vector": "normalised IS NOT NULL GROUP BY normalised, net.clustering, ring_kind, max_ring_size",
}


def groups(storage: Storage, by: str) -> Answer:
    """Group nets; see :meth:`Catalogue.duplicates`."""
    if by not in _GROUPS:
        raise InputError(f"duplicates are sought by {', '.join(_GROUPS)}, got {by!r}")
    carvs = "JOIN carvs ON carvs.net_id = net.id" if by == "vector" else ""
    more = "AND" if "HAVING" in _GROUPS[by] else "HAVING"
    return Answer(
        storage.table(
            f"WITH handles AS ({HANDLES}) SELECT min(handles.label) AS representative, "
            "count(DISTINCT net.id) AS count, list(DISTINCT handles.label ORDER BY handles.label) AS labels "
            "FROM net JOIN handles ON handles.net_id = net.id JOIN structure ON structure.id = net.structure_id "
            f"{carvs} WHERE {_GROUPS[by]} {more} count(DISTINCT net.id) > 1 ORDER BY count DESC, representative"
        )
    )
