"""Other labels for entries, and words of the user's own on them."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.questions.answer import Answer
from carvsdb.catalogue.questions.resolving import structures_named
from carvsdb.errors import InputError, LabelTakenError
from carvsdb_schemas.tables import Tag

_LONGEST = 1000


def relabel(storage: Storage, labels: Mapping[str, str]) -> dict[str, str]:
    """Give entries other labels, all or none; see :meth:`Catalogue.relabel`."""
    keys: dict[str, str] = {}
    changed: dict[str, str] = {}
    for name, wanted in labels.items():
        label = _word(wanted, "label")
        ((key, before),) = structures_named(storage, [name]).items()
        if key in keys:
            raise InputError(f"{name!r} is to have two labels, {keys[key]!r} and {label!r}")
        keys[key] = label
        changed[before] = label
    if len(set(keys.values())) < len(keys):
        twice = next(label for label in keys.values() if list(keys.values()).count(label) > 1)
        raise InputError(f"two entries are to be called {twice!r}", hint="labels are unique")
    taken = storage.rows(
        "SELECT label FROM structure WHERE label IN (SELECT unnest(?::VARCHAR[])) "
        "AND id NOT IN (SELECT unnest(?::UUID[])) LIMIT 1",
        [list(keys.values()), list(keys)],
    )
    if taken:
        raise LabelTakenError(
            f"the label {taken[0][0]!r} belongs to another entry", item=taken[0][0], hint="give another one"
        )
    table = pa.table({"id": list(keys), "label": list(keys.values())})
    with storage.transaction(), storage.registered("relabelled", table):
        for name, key in (("structure", "id"), ("attempt", "structure_id")):
            storage.execute(
                f"UPDATE {name} SET label = relabelled.label FROM relabelled WHERE {name}.{key} = relabelled.id::UUID"
            )
    return changed


def tag(storage: Storage, names: Sequence[str], tags: Sequence[str], *, take_off: bool = False) -> int:
    """Put tags on entries, or take them off; returns how many entries were changed. See :meth:`Catalogue.tag`."""
    words = [_word(one, "tag") for one in tags]
    rows = [(key, word) for key in structures_named(storage, names) for word in words]
    table = pa.table({"structure_id": [key for key, _ in rows], "tag": [word for _, word in rows]})
    pairs = "(structure_id, tag) IN (SELECT (structure_id::UUID, tag) FROM tagged)"
    with storage.transaction(), storage.registered("tagged", table):
        there = storage.rows(f"SELECT structure_id::VARCHAR, tag FROM tag WHERE {pairs}")
        if take_off:
            storage.execute(f"DELETE FROM tag WHERE {pairs}")
            return len({key for key, _ in there})
        new = [row for row in rows if row not in set(there)]
        storage.insert(Tag, pa.table({"structure_id": [key for key, _ in new], "tag": [word for _, word in new]}))
        return len({key for key, _ in new})


def tags(storage: Storage) -> Answer:
    """List the tags, with how many entries have each."""
    return Answer(storage.table("SELECT tag, count(*)::BIGINT AS entries FROM tag GROUP BY tag ORDER BY tag"))


def _word(text: str, what: str) -> str:
    word = text.strip() if isinstance(text, str) else ""
    if not word or len(word) > _LONGEST or not word.isprintable():
        raise InputError(f"{text!r} is no {what}: expected 1 to {_LONGEST} printable characters")
    return word
