"""What differs between two releases, row by row."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from carvsdb.releases.formats.columns import primary_key
from carvsdb.releases.opening import OpenedRelease
from carvsdb.releases.rows import rows_of_file
from carvsdb.releases.verify import opened_release
from carvsdb_schemas.arrow import arrow_schema
from carvsdb_schemas.released import RELEASED, UNRELEASED

_NAMED = 10
"""Labels that are told of each kind of difference."""


@dataclass(frozen=True, slots=True)
class TableDifference:
    """What differs in a table.

    Attributes
    ----------
    added, removed : int
        Number of rows whose key only the new, or only the old release has.
    changed : dict of str to int
        By column, number of rows of one key that differ there.
    """

    added: int
    removed: int
    changed: dict[str, int]


_NOTHING = TableDifference(0, 0, {})


@dataclass(frozen=True, slots=True)
class ReleaseDifference:
    """What differs between two releases.

    Attributes
    ----------
    old, new : str
        Name and version of each.
    codes : tuple of str
        The version of carvsdb that built each.
    same_content : bool
        Whether all values of all tables are equal.
    tables : dict of str to TableDifference
        Of the tables that differ.
    added, removed : tuple of str
        The first labels of structures that only one of them has.
    """

    old: str
    new: str
    codes: tuple[str, str]
    same_content: bool
    tables: dict[str, TableDifference]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def compare_releases(old: str | Path, new: str | Path) -> ReleaseDifference:
    """Compare two releases that may be anybody's.

    Raises
    ------
    NotFoundError, RefusedError, VerificationError
        If one of them cannot be opened; see :func:`carvsdb.releases.verify_release`.
    """
    return difference(opened_release(old), opened_release(new))


def difference(old: OpenedRelease, new: OpenedRelease) -> ReleaseDifference:
    """Compare two releases whose tables were checked."""
    tables = {}
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    with duckdb.connect(":memory:", config={"enable_external_access": "false"}) as database:
        for model in RELEASED:
            name = str(model.__tablename__)
            hashes = [one.manifest.tables[name].content_sha256 for one in (old, new) if name in one.manifest.tables]
            if not hashes or (len(hashes) == 2 and hashes[0] == hashes[1]):
                continue
            hidden = UNRELEASED.get(name, {})
            columns = [column for column in arrow_schema(model).names if column not in hidden]
            for which, release in (("old", old), ("new", new)):
                path = release.folder / f"{name}.parquet"
                has_it = name in release.manifest.tables  # an older one may lack it
                database.register(
                    "incoming", rows_of_file(model, path) if has_it else arrow_schema(model).empty_table()
                )
                database.execute(f"CREATE OR REPLACE TABLE {which}_rows AS SELECT * FROM incoming")
                database.unregister("incoming")
            compared = _compared(database, primary_key(name), columns)
            if compared != _NOTHING:  # as an empty table that only one of them has
                tables[name] = compared
            if name == "structure":
                added, removed = _labels(database, "new", "old"), _labels(database, "old", "new")
    return ReleaseDifference(
        f"{old.manifest.name} {old.manifest.version}",
        f"{new.manifest.name} {new.manifest.version}",
        (old.manifest.code_version, new.manifest.code_version),
        old.manifest.content_sha256 == new.manifest.content_sha256,
        tables,
        added,
        removed,
    )


def _compared(database: duckdb.DuckDBPyConnection, key: list[str], columns: list[str]) -> TableDifference:
    same = " AND ".join(f'o."{column}" = n."{column}"' for column in key)
    others = [column for column in columns if column not in key]
    counts = ", ".join(f'count(*) FILTER (o."{column}" IS DISTINCT FROM n."{column}")' for column in others)
    added, removed = (
        database.execute(
            f"SELECT count(*) FROM {one}_rows AS n WHERE NOT EXISTS (SELECT 1 FROM {two}_rows AS o WHERE {same})"
        ).fetchall()[0][0]
        for one, two in (("new", "old"), ("old", "new"))
    )
    row = (
        database.execute(f"SELECT {counts} FROM old_rows AS o JOIN new_rows AS n ON {same}").fetchall()[0]
        if others
        else ()
    )
    return TableDifference(added, removed, {column: count for column, count in zip(others, row, strict=True) if count})


def _labels(database: duckdb.DuckDBPyConnection, one: str, two: str) -> tuple[str, ...]:
    rows = database.execute(
        f"SELECT label FROM {one}_rows WHERE id NOT IN (SELECT id FROM {two}_rows) ORDER BY label LIMIT {_NAMED}"
    ).fetchall()
    return tuple(label for (label,) in rows)


def in_words(found: ReleaseDifference) -> Iterator[str]:
    """Write a difference as lines of Markdown."""
    old_code, new_code = found.codes
    why = "built by the same carvsdb" if old_code == new_code else f"carvsdb {old_code} → {new_code}"
    yield f"{found.new} against {found.old} ({why}):"
    yield ""
    if not found.tables:
        yield "- no value of any table differs"
    for name, table in found.tables.items():
        parts = [
            f"{number:,} rows {word}" for number, word in ((table.added, "added"), (table.removed, "removed")) if number
        ]
        parts += [f"{number:,} rows changed in `{column}`" for column, number in table.changed.items()]
        yield f"- `{name}`: {', '.join(parts)}"
    for word, labels in (("added", found.added), ("removed", found.removed)):
        if labels:
            more = found.tables["structure"]
            total = more.added if word == "added" else more.removed
            rest = f" and {total - len(labels):,} more" if total > len(labels) else ""
            yield f"- {word}: {', '.join(f'`{_plain(label)}`' for label in labels)}{rest}"


def _plain(label: str) -> str:
    return label.replace("`", "'").replace("<", "&lt;").replace("\n", " ")
