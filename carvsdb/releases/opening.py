"""Opening a release that somebody else may have made: every byte listed, every table of the right form."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from carvsdb.catalogue.maintenance import checksums
from carvsdb.catalogue.records.laws import UNREADABLE
from carvsdb.errors import CarvsdbError, InputError, NotFoundError, RefusedError
from carvsdb.regular_file import read_text
from carvsdb.releases.card import read_card
from carvsdb.releases.content_hash import TableHash, release_hash
from carvsdb.releases.formats.facts import CARD, CHANGES, MANIFEST, PARTS
from carvsdb.releases.formats.texts import TEXTS
from carvsdb_schemas.card import DatasetCard
from carvsdb_schemas.manifest import ReleaseManifest
from carvsdb_schemas.released import RELEASED, released_at, released_schema
from carvsdb_schemas.tables import SCHEMA_VERSION

REQUIRED = (CARD, MANIFEST, CHANGES, *TEXTS)
"""Files of every release, beside its tables."""

LARGEST_MANIFEST = 2**24
LARGEST_GROUP = 2**31
"""Bytes that a row group may have, expanded; ours have some megabytes."""

_ROWS_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class OpenedRelease:
    """A release whose files are those that are listed.

    Attributes
    ----------
    folder : Path
    card : DatasetCard
    manifest : ReleaseManifest
    files : int
        Number of files whose SHA-256 was compared.
    """

    folder: Path
    card: DatasetCard
    manifest: ReleaseManifest
    files: int


def open_release(folder: str | Path, stop: Callable[[list[str]], None]) -> OpenedRelease:
    """Compare the files of a release with its list, and read its card and its manifest.

    Parameters
    ----------
    folder : str or Path
    stop : callable
        Is given what is wrong, sentence by sentence, and raises if there is anything.

    Raises
    ------
    NotFoundError
        If there is no such folder.
    RefusedError
        If it was built with a newer schema.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise NotFoundError("there is no such release", item=str(folder))
    try:
        listed = checksums.read(folder)
    except InputError as error:
        stop([str(error)])
        raise
    stop(_of_list(folder, listed) + checksums.differences(folder, listed, REQUIRED))
    problems: list[str] = []
    card = None
    try:
        card = read_card(folder / CARD)
    except CarvsdbError as error:
        problems.append(str(error))
    manifest = _manifest(folder, problems)
    stop(problems)
    assert card is not None
    assert manifest is not None
    if (manifest.name, manifest.version) != (card.name, card.version):
        problems.append(f"{MANIFEST} is of {manifest.name} {manifest.version}, {CARD} of {card.name} {card.version}")
    tables = {
        str(model.__tablename__): f"{model.__tablename__}.parquet" for model in released_at(manifest.schema_version)
    }
    problems += [
        f"{MANIFEST}: {file} is not in it"
        for name, file in tables.items()
        if name not in manifest.tables or manifest.tables[name].file != file
    ]
    problems += [f"{MANIFEST}: no release has the table {name}" for name in sorted(manifest.tables.keys() - tables)]
    problems += [f"{file}: missing" for file in sorted(set(tables.values()) - set(listed))]
    problems += [f"{MANIFEST}: no release has the part {name!r}" for name in sorted({*manifest.parts} - {*PARTS})]
    known = {checksums.FILE, *REQUIRED, *tables.values(), *manifest.parts}
    problems += [f"{name}: no release has such a file" for name in sorted(set(listed) - known)]
    problems += [f"{name}: missing, though {MANIFEST} names it" for name in sorted(set(manifest.parts) - set(listed))]
    stop(problems)
    return OpenedRelease(folder, card, manifest, len(listed))


def checked_table(release: OpenedRelease, name: str, problems: list[str]) -> Iterator[pa.Table]:
    """Yield a table piece by piece; what is wrong with it is added to the problems, and ends it."""
    model = next(model for model in RELEASED if model.__tablename__ == name)
    about = release.manifest.tables[name]
    schema = released_schema(model, release.manifest.schema_version)
    try:
        with pq.ParquetFile(release.folder / about.file) as file:
            problem = _wrong_form(file, schema, release, name)
            if problem is not None:
                problems.append(f"{about.file}: {problem}")
                return
            content = TableHash(schema)
            for batch in file.iter_batches(_ROWS_AT_ONCE):
                batch.validate(full=True)
                content.update(batch)
                yield pa.Table.from_batches([batch])
    except (OSError, *UNREADABLE) as error:
        problems.append(f"{about.file}: cannot be read: {next(iter(str(error).splitlines()), repr(error))}")
        return
    if content.hexdigest() != about.content_sha256:
        problems.append(f"{about.file}: its values are not those that {MANIFEST} has the hash of")


def wrong_total(release: OpenedRelease) -> list[str]:
    """Compare the hash of all tables with those of each."""
    hashes = {name: about.content_sha256 for name, about in release.manifest.tables.items()}
    if release_hash(hashes) == release.manifest.content_sha256:
        return []
    return [f"{MANIFEST}: content_sha256 is not that of its tables"]


def _of_list(folder: Path, listed: dict[str, str]) -> list[str]:
    """Look at the list itself: as it is written, and with no name that leaves the folder."""
    problems = [
        f"{checksums.FILE}: {name!r} is no file of the folder"
        for name in listed
        if "\\" in name or any(part in ("", ".", "..") for part in name.split("/"))
    ]
    written = "".join(f"{listed[name]}  {name}\n" for name in sorted(listed))
    if not problems and (folder / checksums.FILE).read_bytes() != written.encode():
        problems.append(f"{checksums.FILE}: is not written as a release writes it")
    return problems


def _manifest(folder: Path, problems: list[str]) -> ReleaseManifest | None:
    try:
        manifest = ReleaseManifest.model_validate_json(read_text(folder / MANIFEST, LARGEST_MANIFEST))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        problems.append(f"{MANIFEST}: {where + ': ' if where else ''}{first['msg']}")
        return None
    if manifest.schema_version > SCHEMA_VERSION:
        raise RefusedError(
            f"the release has schema {manifest.schema_version}, this carvsdb knows up to {SCHEMA_VERSION}",
            item=str(folder),
            hint="upgrade with `pip install -U carvsdb`",
        )
    return manifest


def _wrong_form(file: pq.ParquetFile, schema: pa.Schema, release: OpenedRelease, name: str) -> str | None:
    about = release.manifest.tables[name]
    if not file.schema_arrow.equals(schema):
        return f"its columns are not those of schema {release.manifest.schema_version}"
    if file.metadata.num_rows != about.rows or schema.names != about.columns:
        return f"{file.metadata.num_rows} rows, but {MANIFEST} says {about.rows}"
    groups = range(file.metadata.num_row_groups)
    if any(file.metadata.row_group(number).total_byte_size > LARGEST_GROUP for number in groups):
        return f"a row group has more than {LARGEST_GROUP:,} bytes, expanded"
    return None
