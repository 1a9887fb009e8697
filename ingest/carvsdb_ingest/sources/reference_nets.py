"""The bundled nets: exact quotient graphs of well-known crystalline nets."""

import hashlib
from collections.abc import Iterator

from carvsdb.net import library
from carvsdb.version import VERSION
from carvsdb_ingest.analysis.item import NetItem
from carvsdb_ingest.sources.collection import Collection


def _items() -> Iterator[NetItem]:
    for item, net in enumerate(library.load_all()):
        content = f"carvsdb.net.library {net.name} {net.edges.tolist()}".encode()
        digest = hashlib.sha256(content).hexdigest()
        yield NetItem(
            net=net,
            path="",
            label=net.name,
            item=item,
            line=0,
            clustering="as given",
            bond_rule="edges of the quotient graph",
            kind="crystalline",
            content_hash=digest,
            file_sha256=digest,
        )


REFERENCE_NETS = Collection(
    name="reference-nets",
    title="Exact quotient graphs of well-known crystalline nets, bundled with carvsdb",
    version=VERSION,
    licence="CC0-1.0",
    citation=library.SOURCE,
    url="http://rcsr.net",
    doi="10.1021/ar800124u",
    how="bundled: carvsdb ingest --source reference-nets",
    items=_items,
)
