"""Storing a batch: all of it in one transaction, nothing twice, and nothing in place of another."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import pyarrow as pa
from sqlmodel import SQLModel

from carvsdb.catalogue.file.storage import Incoming, Storage
from carvsdb.catalogue.storing.batch import Batch
from carvsdb.catalogue.storing.labels import Named, free_labels
from carvsdb.errors import LabelTakenError, RefusedError
from carvsdb.version import VERSION
from carvsdb_schemas.tables import (
    Attempt,
    CarvsRow,
    EmbeddingEnvironment,
    EmbeddingPoint,
    EmbeddingRow,
    Environment,
    GeometryRow,
    NetEnvironment,
    NetRow,
    NetUnit,
    NoiseBlock,
    Refinement,
    Source,
    StructureRow,
    Tag,
    UnitRow,
)

OTHER_EDGES = "another version of carvsdb read it; ingest into a new catalogue to see what changed"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CommitReport:
    """The outcome of a batch.

    Attributes
    ----------
    entries : pyarrow.Table
        A row per ring search: `carvs_id`, `structure_id`, `given` (the label that it came with), `label` (the one that
        it has), `is_new` (whether its structure, its net or itself was not stored yet).
    n_nets : int
        Number of nets that are new.
    conflicts : dict of str to str
        By the key of a structure, why a net of it was not stored.
    """

    entries: pa.Table
    n_nets: int = 0
    conflicts: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return (
            f"<CommitReport: {self.entries.num_rows} searches, {self.n_nets} new nets, {len(self.conflicts)} conflicts>"
        )


def commit(
    storage: Storage,
    batch: Batch,
    *,
    shard: UUID | None = None,
    strict: bool = False,
    n_attempts: int = 0,
    check: Callable[[Storage, Mapping[str, str]], None] | None = None,
) -> CommitReport:
    """Store a batch in one transaction.

    Parameters
    ----------
    storage : Storage
    batch : Batch
    shard : UUID, optional
        Key of the shard that it is; noted, so that it is never stored again.
    strict : bool
        Whether to refuse a label that belongs to other content, and a net that is stored with other edges. If
        not, the former gets another label and the latter is left out and reported.
    n_attempts : int
        How many inputs the shard tried.
    check : callable, optional
        Is given the storage and, by table, which rows are new, before they are committed; what it raises undoes all.

    Raises
    ------
    LabelTakenError, RefusedError
        If it is strict; then nothing of the batch is stored.
    """
    with storage.transaction(), _scratch(storage):
        for model in (Source, Environment, UnitRow):
            _insert_new(storage, batch, model)
        _insert_structures(storage, batch, strict)
        conflicts = _insert_nets(storage, batch, strict)
        where = "net_id::UUID NOT IN (SELECT net_id FROM refused)" if conflicts else ""
        _insert_new(storage, batch, CarvsRow, where, ", net_id::UUID AS net_id")
        for follower in (NetEnvironment, NoiseBlock):
            _insert_followers(storage, batch, follower)
        _insert_others(storage, batch, conflicts)
        _insert_attempts(storage, batch, conflicts)
        n_nets = int(storage.rows("SELECT count(*) FROM came_net WHERE is_new")[0][0])
        if check is not None:
            check(storage, _new_rows(batch))
        if shard is not None:
            storage.execute(
                "INSERT INTO shard SELECT ?::UUID, (SELECT coalesce(max(number), 0) + 1 FROM shard), ?, ?, ?",
                [str(shard), n_attempts, n_nets, VERSION],
            )
        return CommitReport(_entries(storage), n_nets, conflicts)


@contextmanager
def _scratch(storage: Storage) -> Iterator[None]:
    """Hold a place for working tables, none of which outlives the transaction."""
    # Temporary tables live in memory, not in the file; a rollback drops them by itself.
    yield
    for name in _SCRATCH:
        storage.execute(f"DROP TABLE IF EXISTS temp.{name}")


_SCRATCH = (
    "came_source",
    "came_environment",
    "came_unit",
    "came_structure",
    "came_net",
    "came_carvs",
    "came_attempt",
    "came_embedding",
    "came_refinement",
    "refused",
    "stored",
)


def _note_keys(storage: Storage, batch: Batch, model: type[SQLModel], columns: str = "") -> bool:
    """Note the distinct keys that came and whether each is new; returns whether all are new and come once."""
    name = str(model.__tablename__)
    with storage.registered("incoming", batch.open(model)):
        storage.execute(f"CREATE OR REPLACE TEMP TABLE stored AS SELECT id::UUID AS id{columns} FROM incoming")
    came, distinct = storage.rows("SELECT count(*), count(DISTINCT id) FROM stored")[0]
    known = storage.rows(f'SELECT count(*) FROM "{name}" WHERE id IN (SELECT id FROM stored)')[0][0] if came else 0
    is_new = f'id NOT IN (SELECT id FROM "{name}" WHERE id IN (SELECT id FROM stored))' if known else "true"
    once = "" if came == distinct else "QUALIFY row_number() OVER (PARTITION BY id) = 1"
    storage.execute(f"CREATE OR REPLACE TEMP TABLE came_{name} AS SELECT *, {is_new} AS is_new FROM stored {once}")
    return came == distinct and not known


def _insert_new(storage: Storage, batch: Batch, model: type[SQLModel], where: str = "", columns: str = "") -> None:
    """Insert the rows whose keys are not stored, each once."""
    plain = _note_keys(storage, batch, model, columns)
    _insert_noted(storage, model, batch.open(model), plain, where)


def _insert_noted(storage: Storage, model: type[SQLModel], rows: Incoming, plain: bool, where: str = "") -> None:
    conditions = [where] if where else []
    if not plain:
        conditions.append(f"id::UUID IN (SELECT id FROM came_{model.__tablename__} WHERE is_new)")
    condition = " AND ".join(conditions) or "true"
    if not plain:
        condition += " QUALIFY row_number() OVER (PARTITION BY id) = 1"
    storage.insert(model, rows, condition)


def _insert_structures(storage: Storage, batch: Batch, strict: bool) -> None:
    plain = _note_keys(storage, batch, StructureRow, ", label AS given, file, source_id::UUID AS source_id")
    storage.execute("ALTER TABLE came_structure ADD COLUMN label VARCHAR")
    storage.execute("UPDATE came_structure SET label = given WHERE is_new")
    if not plain:
        storage.execute(
            "UPDATE came_structure SET label = structure.label FROM structure "
            "WHERE structure.id = came_structure.id AND NOT came_structure.is_new"
        )
    clashes = [
        Named(*row)
        for row in storage.rows(
            "SELECT came_structure.id::VARCHAR, given, file, source.collection FROM came_structure "
            "LEFT JOIN source ON source.id = source_id WHERE is_new AND (given IN (SELECT label FROM structure "
            "WHERE label IN (SELECT given FROM came_structure WHERE is_new)) "
            "OR given IN (SELECT given FROM came_structure WHERE is_new GROUP BY given HAVING count(*) > 1)) "
            "ORDER BY given, file, came_structure.id"
        )
    ]
    if clashes:
        _settle(storage, clashes, strict)
        with storage.registered("incoming", batch.open(StructureRow)):
            once = "" if plain else "QUALIFY row_number() OVER (PARTITION BY came.id) = 1"
            storage.execute(
                "INSERT INTO structure BY NAME SELECT incoming.* REPLACE (came.label AS label) "
                "FROM incoming JOIN came_structure AS came ON came.id = incoming.id::UUID "
                f"WHERE came.is_new {once}"
            )
    else:
        _insert_noted(storage, StructureRow, batch.open(StructureRow), plain)


def _settle(storage: Storage, clashes: list[Named], strict: bool) -> None:
    wanted = sorted({label for one in clashes for label in (one.label, one.alternative) if label})
    taken = {
        str(label)
        for (label,) in storage.rows(
            "SELECT label FROM structure WHERE regexp_replace(label, '~[0-9]+$', '') IN (SELECT unnest(?::VARCHAR[])) "
            "UNION SELECT given FROM came_structure WHERE is_new "
            "GROUP BY given HAVING given NOT IN (SELECT unnest(?::VARCHAR[]))",
            [wanted, [one.label for one in clashes]],
        )
    }
    if strict:
        first = clashes[0]
        found = storage.rows("SELECT file, sha256 FROM structure WHERE label = ?", [first.label])
        file, sha256 = found[0] if found else (None, "")
        raise LabelTakenError(
            f"the label {first.label!r} belongs to other content, of {file or 'sha256 ' + sha256[:12]} "
            f"(new: {first.file or 'key ' + first.key[:12]})",
            item=first.label,
            hint="give the new one another label with `--label`",
        )
    chosen = free_labels(clashes, taken)
    table = pa.table({"id": list(chosen), "label": list(chosen.values())})
    with storage.registered("chosen", table):
        storage.execute(
            "UPDATE came_structure SET label = chosen.label FROM chosen WHERE came_structure.id = chosen.id::UUID"
        )


def _insert_nets(storage: Storage, batch: Batch, strict: bool) -> dict[str, str]:
    """Insert new nets; returns what is stored with other edges already."""
    plain = _note_keys(storage, batch, NetRow, ", structure_id::UUID AS structure_id")
    known = storage.rows("SELECT count(*) FROM came_net WHERE NOT is_new")[0][0]
    conflicts: dict[str, str] = {}
    if known:
        with storage.registered("incoming", batch.open(NetRow)):
            storage.execute(
                "CREATE OR REPLACE TEMP TABLE refused AS SELECT net.id AS net_id, net.structure_id, "
                "len(net.edges) AS n_stored, len(incoming.edges) AS n_now, net.bond_rule "
                "FROM incoming JOIN net ON net.id = incoming.id::UUID "
                "WHERE net.edges IS DISTINCT FROM incoming.edges::INTEGER[5][]"
            )
        for key, label, n_stored, n_now, bond_rule in storage.rows(
            "SELECT structure_id::VARCHAR, structure.label, n_stored, n_now, bond_rule FROM refused "
            "JOIN structure ON structure.id = structure_id"
        ):
            message = (
                f"{label!r} is stored with other edges ({n_stored}, now {n_now}), "
                f"read from the same bytes by the rule {bond_rule!r}"
            )
            if strict:
                raise RefusedError(message, item=label, hint=OTHER_EDGES)
            conflicts[key] = f"{message}; {OTHER_EDGES}"
        _learn(storage, batch)
    _insert_noted(storage, NetRow, batch.open(NetRow), plain)
    return conflicts


def _learn(storage: Storage, batch: Batch) -> None:
    """Take over what is now known of nets that are stored: a key where there was none, names that came on top."""
    with storage.registered("incoming", batch.open(NetRow)):
        storage.execute(
            "UPDATE net SET key = new.key, names = new.names, status = new.status, cause = new.cause, "
            "stable = new.stable, components = new.components, code_version = new.code_version "
            "FROM (SELECT * FROM incoming "
            "QUALIFY row_number() OVER (PARTITION BY id ORDER BY len(names) DESC) = 1) AS new "
            "WHERE net.id = new.id::UUID AND new.key IS NOT NULL AND net.id NOT IN (SELECT net_id FROM refused) AND ("
            "net.key IS NULL OR (net.key = new.key AND list_has_all(new.names, net.names) "
            "AND len(new.names) > len(net.names)))"
        )


def _insert_followers(storage: Storage, batch: Batch, model: type[SQLModel]) -> None:
    """Insert rows that belong to searches, where the search is new."""
    new, came = storage.rows("SELECT count(*) FILTER (is_new), count(*) FROM came_carvs")[0]
    refused = storage.rows("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'refused' AND temporary")[0][0]
    if not came:
        return
    conditions = []
    if new < came:
        conditions.append("carvs_id::UUID IN (SELECT id FROM came_carvs WHERE is_new)")
    if refused:
        conditions.append("carvs_id::UUID IN (SELECT id FROM carvs)")
    other = "environment_id" if model is NetEnvironment else "block"
    with storage.registered("incoming", batch.open(model)):
        # Two hashes may be equal by chance: then the rows are looked at in vain.
        rows, distinct = storage.rows(f"SELECT count(*), count(DISTINCT hash(carvs_id, {other})) FROM incoming")[0]
    condition = " AND ".join(conditions) or "true"
    if rows != distinct:
        condition += f" QUALIFY row_number() OVER (PARTITION BY carvs_id, {other}) = 1"
    storage.insert(model, batch.open(model), condition)


def _insert_others(storage: Storage, batch: Batch, conflicts: dict[str, str]) -> None:
    """Insert histograms, units of nets, tags, runs and maps."""
    maps = ((EmbeddingPoint, "embedding_id"), (EmbeddingEnvironment, "embedding_id"))
    for model, key in ((GeometryRow, "net_id"), (NetUnit, "net_id"), *maps):
        name = str(model.__tablename__)
        if name in batch.tables:
            stored = f'{key}::UUID NOT IN (SELECT {key} FROM "{name}")'
            if key == "net_id" and conflicts:
                stored += " AND net_id::UUID NOT IN (SELECT net_id FROM refused)"
            storage.insert(model, batch.open(model), stored)
    if "tag" in batch.tables:
        stored = "(structure_id::UUID, tag) NOT IN (SELECT (structure_id, tag) FROM tag)"
        storage.insert(Tag, batch.open(Tag), f"{stored} QUALIFY row_number() OVER (PARTITION BY structure_id, tag) = 1")
    if "refinement" in batch.tables:
        _insert_new(storage, batch, Refinement)
    if "embedding" in batch.tables:
        plain = _note_keys(storage, batch, EmbeddingRow)
        with storage.registered("incoming", batch.open(EmbeddingRow)):
            where = "true" if plain else "id::UUID IN (SELECT id FROM came_embedding WHERE is_new)"
            storage.execute(
                "INSERT INTO embedding BY NAME SELECT * REPLACE ((row_number() OVER (ORDER BY number) "
                f"+ (SELECT coalesce(max(number), 0) FROM embedding)) AS number) FROM incoming WHERE {where}"
            )


def _insert_attempts(storage: Storage, batch: Batch, conflicts: dict[str, str]) -> None:
    plain = _note_keys(storage, batch, Attempt)
    where = "incoming.id::UUID IN (SELECT id FROM came_attempt WHERE is_new)"
    where = "" if plain else f"WHERE {where} QUALIFY row_number() OVER (PARTITION BY incoming.id) = 1"
    with storage.registered("incoming", batch.open(Attempt)):
        storage.execute(
            "INSERT INTO attempt BY NAME "
            "SELECT incoming.* REPLACE (coalesce(came.label, incoming.label) AS label) "
            f"FROM incoming LEFT JOIN came_structure AS came ON came.id = incoming.structure_id::UUID {where}"
        )
    for key, message in conflicts.items():
        storage.execute(
            "UPDATE attempt SET status = 'error', cause = ?, error = 'RefusedError' "
            "WHERE structure_id = ?::UUID AND id IN (SELECT id FROM came_attempt WHERE is_new)",
            [message, key],
        )


def _new_rows(batch: Batch) -> dict[str, str]:
    """Return, by table, the condition of the rows that came and were not stored."""
    keyed = ["source", "structure", "net", "carvs", "environment", "unit", "attempt"]
    keyed += [name for name in ("refinement", "embedding") if name in batch.tables]
    new = {name: f"SELECT id FROM came_{name} WHERE is_new" for name in keyed}
    rows = {name: f"id IN ({keys})" for name, keys in new.items()}
    owners = {"net_environment": "carvs", "noise_block": "carvs", "geometry": "net", "embedding_point": "embedding"}
    owners |= {"tag": "structure", "net_unit": "net", "embedding_environment": "embedding"}
    for name, owner in owners.items():
        # Also those whose owner is not there at all.
        old = f"id NOT IN ({new[owner]})" if owner in new else "true"
        rows[name] = f"{owner}_id NOT IN (SELECT id FROM {owner} WHERE {old})"
    return rows


def _entries(storage: Storage) -> pa.Table:
    """Say for each search that came whether it was added."""
    return storage.table(
        "SELECT carvs.id::VARCHAR AS carvs_id, came.id::VARCHAR AS structure_id, given, "
        "came.label, carvs.is_new OR net.is_new OR came.is_new AS is_new "
        "FROM came_carvs AS carvs JOIN came_net AS net ON net.id = carvs.net_id "
        "JOIN came_structure AS came ON came.id = net.structure_id"
    )
