"""The bundled nets: all of the archive of names, and the few that are exact quotient graphs of our own."""

from collections.abc import Iterator

from carvsdb.net import Net, library
from carvsdb.topology import net_of_key
from carvsdb.topology.archive import SOURCE, shipped
from carvsdb.version import VERSION
from carvsdb_ingest.analysis.item import NetItem, item_of_net
from carvsdb_ingest.sources.collection import Collection


def _archived() -> Iterator[NetItem]:
    archive = shipped()
    names_of = {archive.names_of(key)[0]: key for key in archive}
    for item, (label, key) in enumerate(sorted(names_of.items())):
        yield _item(net_of_key(key, label), label, item, f"carvsdb reference net {key}")


def _exact() -> Iterator[NetItem]:
    for item, net in enumerate(library.load_all()):
        yield _item(net, net.name, item, f"carvsdb.net.library {net.name} {net.edges.tolist()}")


def _item(net: Net, label: str, item: int, content: str) -> NetItem:
    return item_of_net(net, label, content.encode(), item=item, kind="crystalline")


REFERENCE_NETS = Collection(
    name="reference-nets",
    title="All nets of the archive of names, bundled with carvsdb",
    version=VERSION,
    licence="CC0-1.0",
    citation=SOURCE,
    url="http://rcsr.net",
    doi="10.1021/ar800124u",
    how="bundled: carvsdb ingest --source reference-nets (some minutes), or no catalogue at all: carvsdb similar FILE",
    items=_archived,
)

EXACT_NETS = Collection(
    name="exact-nets",
    title="Exact quotient graphs of 44 well-known crystalline nets, bundled with carvsdb",
    version=VERSION,
    licence="CC0-1.0",
    citation=library.SOURCE,
    url="http://rcsr.net",
    doi="10.1021/ar800124u",
    how="bundled: carvsdb ingest --source exact-nets",
    items=_exact,
)
