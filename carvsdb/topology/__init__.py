"""The identity of a net: exact canonical keys, automorphisms, and an archive of names.

``keys`` writes a net in its normal form as text and reads it again; ``canonical`` brings a connected net into that
form, with ``colours``, ``frames`` and ``numbering`` (and ``branching``, where vertices collide); ``normal_form`` does
so for nets as they are given; ``archive`` knows names; ``identity`` tells who a net is,
``transitivity`` how many kinds of vertices and edges it has.
"""

from carvsdb.topology.archive import Archive, ArchiveEntry
from carvsdb.topology.canonical import Canonical, canonical
from carvsdb.topology.identity import ComponentIdentity, Identity, identify
from carvsdb.topology.keys import net_of_key, short_id
from carvsdb.topology.normal_form import key_of
from carvsdb.topology.transitivity import transitivity

__all__ = [
    "Archive",
    "ArchiveEntry",
    "Canonical",
    "ComponentIdentity",
    "Identity",
    "canonical",
    "identify",
    "key_of",
    "net_of_key",
    "short_id",
    "transitivity",
]
