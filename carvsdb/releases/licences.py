"""Whether a release holds no more of its sources than it may."""

from collections.abc import Iterator

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.records.laws import WITHOUT_GRAPH
from carvsdb.releases.opening import OpenedRelease


def broken_licences(release: OpenedRelease, storage: Storage) -> Iterator[str]:
    """Say which sources have no licence in the card, or another one, and of which too much is held.

    Parameters
    ----------
    release : OpenedRelease
    storage : Storage
        Its tables.
    """
    named = {source.collection: source for source in release.card.sources}
    noted = {one.collection: one.redistribution for one in release.manifest.sources}
    for key, name, licence in storage.rows("SELECT id::VARCHAR, collection, licence FROM source ORDER BY ALL"):
        if name not in named:
            yield f"source {name}: the card does not say under which licence"
            continue
        if licence and licence != named[name].licence:
            yield f"source {name}: the card says {named[name].licence}, the table {licence}"
        allowed = named[name].allowed()
        if noted.get(name) != allowed:
            yield f"source {name}: the card allows {allowed}, the release holds {noted.get(name)}"
        if allowed != "full":
            yield from _held(storage, key, name, allowed)


def _held(storage: Storage, source_id: str, name: str, allowed: str) -> Iterator[str]:
    for what, count in (
        ("structures", "count(*) FROM structure WHERE source_id = $source")
        if allowed == "none"
        else ("structures with atoms or cell", f"count(*) FROM structure WHERE source_id = $source AND {_ATOMS}"),
        (
            "nets with their graph",
            f"count(*) FROM net JOIN structure ON structure.id = structure_id WHERE source_id = $source "
            f"AND NOT {WITHOUT_GRAPH}",
        ),
    ):
        number = storage.rows(f"SELECT {count}", {"source": source_id})[0][0]
        if number:
            yield f"source {name}: {number} {what}, though the card allows {allowed}"


_ATOMS = "(atoms IS NOT NULL OR cell IS NOT NULL)"
