"""Checking a catalogue: every column is read, every key and every sum is worked out again, a sample of rings, too."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from carvsdb.catalogue.file import expected, schema
from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.maintenance.recomputing import broken, guarded
from carvsdb.catalogue.questions.resolving import refs
from carvsdb.catalogue.questions.showing import load_net
from carvsdb.catalogue.records.laws import UNREADABLE, Rows
from carvsdb.errors import CarvsdbError, InputError
from carvsdb.rings import LARGEST_CUT_OFF, find_rings, find_strong_rings
from carvsdb.topology import identify
from carvsdb_schemas.arrow import table_of
from carvsdb_schemas.tables import ALL_TABLES, SCHEMA_VERSION

SAMPLE = 20
"""Nets whose rings are searched again."""

LARGEST_SAMPLED = 300
"""Vertices of a net of the sample, at most."""

MOST_RINGS = 20_000
"""Rings through the nodes of a net of the sample, at most: others take minutes, however small their cell."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found.

    Attributes
    ----------
    rows : dict of str to int
        Number of rows by table, as far as they could be read.
    searched_again : int
        Number of nets whose rings were searched again.
    problems : tuple of str
        What is wrong, a sentence each; empty if all is in order.
    """

    rows: dict[str, int]
    searched_again: int
    problems: tuple[str, ...]


def check_file(path: Path, *, sample: int = SAMPLE, seed: int = 0) -> CheckReport:
    """Check a catalogue that may be anybody's: what it holds besides tables, its tables, and all of their rows.

    Raises
    ------
    NotFoundError, InputError
        If there is no such file, or it is no catalogue at all.
    RefusedError
        If another process holds it, or a newer carvsdb wrote it.
    """
    with Storage(path, read_only=True) as storage:
        problems = list(expected.foreign_objects(storage))
        if not problems and schema.check(storage) == SCHEMA_VERSION:
            problems = list(expected.wrong_tables(storage))
            if not expected.has_view(storage, schema.ENTRY_VIEW):
                problems.append("its view `entry` is not that of this carvsdb")
    if problems:
        return CheckReport({}, 0, tuple(problems))
    with schema.open_checked(path, read_only=True) as storage:
        return check_catalogue(storage, sample=sample, seed=seed)


def check_catalogue(storage: Storage, *, sample: int = SAMPLE, seed: int = 0) -> CheckReport:
    """Read all of a catalogue and say what is wrong with it.

    Parameters
    ----------
    storage : Storage
    sample : int
        How many nets are searched for rings again.
    seed : int
        Chooses them.

    Notes
    -----
    DuckDB holds a checksum of each of its blocks and looks at it when it reads the block: reading all columns of all
    rows finds whatever was changed on the disk. The rest finds what a program did wrong.
    """
    rows: dict[str, int] = {}
    problems: list[str] = []
    for model in ALL_TABLES:
        name = str(model.__tablename__)
        problems += guarded(partial(_read, storage, name, rows))
    searched = 0
    if not problems:
        problems += guarded(lambda: _keys(storage))
        problems += broken(storage, {name: "true" for name in rows})
    if not problems and sample:
        ids = [
            str(net)
            for (net,) in storage.rows(
                "SELECT id FROM (SELECT id FROM net WHERE n_nodes + n_linkers <= ? AND len(is_node) > 0 AND id NOT IN "
                "(SELECT net_id FROM carvs JOIN net ON net.id = net_id WHERE list_sum(mean_counts::FLOAT[]) * n_nodes "
                "> ?) ORDER BY id) ORDER BY hash(id::VARCHAR || ?) LIMIT ?",
                [LARGEST_SAMPLED, MOST_RINGS, str(seed), sample],
            )
        ]
        searched = len(ids)
        problems += guarded(lambda: _rings(storage, ids))
    return CheckReport(rows, searched, tuple(problems))


def refuse_broken(storage: Storage, rows: Rows, *, whole: bool = True) -> None:
    """Look at rows of somebody else that were just inserted.

    Parameters
    ----------
    storage : Storage
    rows : mapping of str to str
        By table, which they are.
    whole : bool
        False for one partition of several: its maps and runs may name what is in another.

    Raises
    ------
    InputError
        If one breaks a law, names what is not there, or is not what its key is the hash of.
    """
    problems = broken(storage, rows, whole=whole)
    if problems:
        raise InputError(f"cannot be taken in: {'; '.join(problems[:3])}", hint="nothing of it was stored")


def blame(storage: Storage, error: BaseException) -> None:
    """Find out, where reading a catalogue failed, whether the catalogue is at fault.

    Raises
    ------
    InputError
        If it is; else nothing is raised, and the error is ours.
    """
    if _is_ours(error):
        blame_content(storage, error)


def blame_content(storage: Storage, error: BaseException) -> None:
    """Do the same for an error of whoever takes what is read apart.

    Raises
    ------
    InputError
        If what the catalogue holds cannot be read.
    """
    if not isinstance(error, (duckdb.Error, *UNREADABLE)):
        return
    problems = broken(storage, {str(model.__tablename__): "true" for model in ALL_TABLES})
    if problems:
        raise InputError(
            f"holds what cannot be read: {problems[0]}",
            path=storage.path,
            hint="`carvsdb db verify` lists all that is wrong",
        ) from error


def _is_ours(error: BaseException) -> bool:
    """Say whether an error comes from within the catalogue, not from what the caller did beside it."""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__", "").startswith("carvsdb.catalogue."):
            return True
        trace = trace.tb_next
    return False


def _read(storage: Storage, name: str, rows: dict[str, int]) -> Iterator[str]:
    try:
        rows[name] = int(storage.rows(f'SELECT count(*), bit_xor(hash(t)) FROM "{name}" AS t')[0][0])
    except CarvsdbError as error:
        yield f"{name}: {error.message}"


def _keys(storage: Storage) -> Iterator[str]:
    for model in ALL_TABLES:
        name = str(model.__tablename__)
        columns = ", ".join(f'"{column.name}"' for column in table_of(model).primary_key.columns)
        came, distinct = storage.rows(f'SELECT count(*), count(DISTINCT ({columns})) FROM "{name}"')[0]
        if came != distinct:
            yield f"{name}: {came - distinct} rows repeat the key ({columns})"
    repeated = storage.rows("SELECT label FROM structure GROUP BY label HAVING count(*) > 1 LIMIT 3")
    if repeated:
        yield f"structure: labels are not unique, such as {repeated[0][0]!r}"


def _rings(storage: Storage, net_ids: list[str]) -> Iterator[str]:
    for ref in refs(storage, "net.id IN (SELECT unnest(?::UUID[]))", [net_ids]):
        net = load_net(storage, ref)
        ((key,),) = storage.rows("SELECT key FROM net WHERE id = ?", [ref.net_id])
        if key is not None:
            found = identify(net).key
            if found != key:
                yield f"net: {ref.label!r} has another key than it says: {found}"
        for carvs_id, kind, cut_off, aware in storage.rows(
            "SELECT id::VARCHAR, ring_kind, max_ring_size, linker_aware FROM carvs WHERE net_id = ?", [ref.net_id]
        ):
            census = find_rings(net, cut_off) if kind == "ring" else find_strong_rings(net, cut_off)
            if census.linker_aware != aware:
                continue
            stored = storage.rows(
                "SELECT counts, sum(multiplicity)::BIGINT FROM net_environment "
                "JOIN environment ON environment.id = environment_id WHERE carvs_id = ? GROUP BY counts",
                [carvs_id],
            )
            now: dict[tuple[int, ...], int] = {}
            for counts in census.node_counts.tolist():
                padded = (*counts, *[0] * (LARGEST_CUT_OFF - len(counts)))
                now[padded] = now.get(padded, 0) + 1
            if now != {tuple(counts): number for counts, number in stored}:
                yield f"carvs: another search finds other rings in {ref.label!r} ({carvs_id})"
