"""Duplicates: what is stored more than once, as collections list most materials twice."""

from carvsdb.catalogue.file.schema import HANDLES, NAME
from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.questions.answer import Answer
from carvsdb.errors import InputError

ENDINGS = r"(_(asr|fsr|ion|ion_b|clean|charged|freeonly|manual|auto|sl|sq|min|h)|\[(asr|fsr|ion)\]\d*)+$"
"""What collections append to a refcode for a state of the material: all or free solvent removed, cleaned and so on."""

_ID = "coalesce(structure.id_in_source, split_part(structure.label, '@', 1))"
REFCODE = f"regexp_replace({_ID}, '{ENDINGS}', '', 'i')"
"""The id in the source, or else the label, without such endings."""

_GROUPS = {
    "key": "net.key IS NOT NULL GROUP BY net.key, net.clustering, structure.formula",
    # The same bytes are stored once for each choice of how to read them.
    "file": "true GROUP BY structure.provenance ->> 'file_sha256', structure.part, net.clustering "
    "HAVING structure.provenance ->> 'file_sha256' IS NOT NULL",
    "structure": "structure.atoms IS NOT NULL GROUP BY structure.atoms, net.clustering",
    "twins": f"true GROUP BY {REFCODE}, structure.part, net.clustering",
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
            "count(DISTINCT net.id) AS count, count(DISTINCT net.key) AS keys, "
            "list(DISTINCT handles.label ORDER BY handles.label) AS labels "
            "FROM net JOIN handles ON handles.net_id = net.id JOIN structure ON structure.id = net.structure_id "
            f"{carvs} WHERE {_GROUPS[by]} {more} count(DISTINCT net.id) > 1 ORDER BY count DESC, representative"
        )
    )


def distinct(storage: Storage) -> Answer:
    """Count by distinct net; see :meth:`Catalogue.distinct_nets`."""
    return Answer(
        storage.table(
            f"WITH handles AS ({HANDLES}) SELECT min({NAME}) AS name, net.clustering, count(*) AS nets, "
            f"count(DISTINCT {REFCODE} || structure.part) AS materials, count(DISTINCT structure.formula) AS formulas, "
            "min(handles.label) AS representative, net.key "
            "FROM net JOIN handles ON handles.net_id = net.id JOIN structure ON structure.id = net.structure_id "
            "WHERE net.key IS NOT NULL GROUP BY net.key, net.clustering "
            "ORDER BY materials DESC, nets DESC, representative"
        )
    )
