"""Names for what is stored: an archive may have learned some since."""

import json
from dataclasses import dataclass
from itertools import product

import pyarrow as pa

from carvsdb.catalogue.file.storage import Storage
from carvsdb.short_repr import short_repr
from carvsdb.topology.archive import Archive


@dataclass(frozen=True, slots=True, repr=False)
class NamingReport:
    """What names were changed.

    Attributes
    ----------
    keyed : int
        Nets that have a key.
    named : int
        Those of them that have a name now.
    changed : dict of str to str
        By key, the names that nets have now, separated by commas, where these differ from before.
    nets : int
        How many nets that are.
    """

    keyed: int
    named: int
    changed: dict[str, str]
    nets: int

    __repr__ = short_repr


def rename(storage: Storage, archive: Archive) -> NamingReport:
    """Look all keys up again and store the names that they have now, in one transaction.

    Parameters
    ----------
    storage : Storage
    archive : Archive
        What is not in it has no name afterwards.
    """
    ids: list[str] = []
    names: list[list[str]] = []
    parts: list[str] = []
    changed: dict[str, str] = {}
    keyed = named = 0
    for batch in storage.batches("SELECT id::VARCHAR AS id, key, components, names FROM net WHERE key IS NOT NULL"):
        for row in batch.to_pylist():
            keyed += 1
            components = json.loads(row["components"])
            for component in components:
                component["names"] = list(archive.names_of(component["key"])) if component["key"] else []
            now = _names(components) if components else list(archive.names_of(row["key"]))
            named += bool(now)
            if now != row["names"]:
                ids.append(row["id"])
                names.append(now)
                parts.append(json.dumps(components, ensure_ascii=False, separators=(",", ":"), sort_keys=True))
                changed[row["key"]] = ", ".join(now)
    if ids:
        table = pa.table({"id": ids, "names": pa.array(names, pa.list_(pa.string())), "components": parts})
        with storage.transaction(), storage.registered("renamed", table):
            storage.execute(
                "UPDATE net SET names = renamed.names, components = renamed.components, "
                "status = CASE WHEN len(renamed.names) > 0 THEN 'named' ELSE 'keyed' END "
                "FROM renamed WHERE net.id = renamed.id::UUID"
            )
    return NamingReport(keyed, named, changed, len(ids))


def _names(components: list[dict[str, object]]) -> list[str]:
    """Name a net by its periodic components, as :func:`carvsdb.topology.identify` does."""
    periodic = [component["names"] for component in components if component["periodicity"]]
    sorts = [names for names in periodic if isinstance(names, list)]
    return [" + ".join(map(str, choice)) for choice in product(*sorts)] if sorts else []
