"""Checking a release: its bytes, its card, its tables, its laws, its texts, and some nets from the beginning."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.file import schema
from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.maintenance.checking import SAMPLE, check_catalogue
from carvsdb.catalogue.records.laws import UNREADABLE
from carvsdb.errors import CarvsdbError, VerificationError
from carvsdb.regular_file import read_bytes
from carvsdb.releases.formats import optimade_config
from carvsdb.releases.formats.database import database_hashes
from carvsdb.releases.formats.facts import DATABASE, NEIGHBOURS, OPTIMADE_CONFIG, PAGE, ReleaseFacts
from carvsdb.releases.formats.neighbours import wrong_neighbours
from carvsdb.releases.formats.texts import TEXTS
from carvsdb.releases.licences import broken_licences
from carvsdb.releases.opening import OpenedRelease, checked_table, open_release, wrong_total
from carvsdb.releases.page import PageMaker
from carvsdb.version import VERSION
from carvsdb_schemas.released import filled, released_at, released_schema

_SHOWN = 10
_LARGEST_TEXT = 2**24


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was found in order.

    Attributes
    ----------
    folder : Path
        The release.
    name, version : str
        From its card.
    files : int
        Number of files whose SHA-256 was compared.
    rows : dict of str to int
        Number of rows by table.
    recomputed : int
        Number of nets whose rings and key were computed again from their graphs.
    content_sha256 : str
        Hash of all values.
    """

    folder: Path
    name: str
    version: str
    files: int
    rows: dict[str, int]
    recomputed: int
    content_sha256: str


def verify_release(
    folder: str | Path, *, sample: int = SAMPLE, seed: int = 0, page_maker: PageMaker | None = None
) -> VerifyReport:
    """Check a release.

    Parameters
    ----------
    folder : str or Path
    sample : int
        Of how many nets rings and key are computed again.
    seed : int
        Of the choice of these nets.
    page_maker : PageMaker, optional
        What makes the page for people again, to compare; without it only its bytes are those that are listed.

    Raises
    ------
    NotFoundError
        If there is no such folder.
    RefusedError
        If it was built with a newer schema.
    VerificationError
        If anything is wrong; the sentences say what, all of them.
    """
    folder = Path(folder)

    def stop(problems: list[str]) -> None:
        _stop(folder, problems)

    release = open_release(folder, stop)
    with Storage(None) as storage:
        schema.create(storage)
        stop(wrong_total(release) + _taken_in(release, storage))
        found = check_catalogue(storage, sample=sample, seed=seed)
        stop([*found.problems])
        stop([*broken_licences(release, storage)])
        stop([*_other_texts(release), *_other_database(release)])
        stop([*_other_neighbours(release, storage), *_other_page(release, storage, page_maker)])
    manifest = release.manifest
    return VerifyReport(
        folder,
        manifest.name,
        manifest.version,
        release.files,
        {name: about.rows for name, about in manifest.tables.items()},
        found.searched_again,
        manifest.content_sha256,
    )


def checked_files(folder: str | Path) -> OpenedRelease:
    """Open a release and compare its files with their checksums, but do not look into its tables.

    Raises
    ------
    NotFoundError, RefusedError, VerificationError
        As in :func:`verify_release`.
    """
    return open_release(folder, lambda problems: _stop(Path(folder), problems))


def opened_release(folder: str | Path) -> OpenedRelease:
    """Open a release and check the form and the hashes of its tables, but not what they say.

    Raises
    ------
    NotFoundError, RefusedError, VerificationError
        As in :func:`verify_release`.
    """
    release = checked_files(folder)
    problems = wrong_total(release)
    for name in release.manifest.tables:
        for _ in checked_table(release, name, problems):
            pass
    _stop(release.folder, problems)
    return release


def _taken_in(release: OpenedRelease, storage: Storage) -> list[str]:
    """Put the tables into an empty catalogue; says what is wrong with their form and their hashes."""
    problems: list[str] = []
    for model in released_at(release.manifest.schema_version):
        name = str(model.__tablename__)
        empty = released_schema(model, release.manifest.schema_version).empty_table()
        rows = pa.concat_tables([empty, *checked_table(release, name, problems)])
        try:
            with storage.transaction():
                storage.insert(model, filled(model, rows))
        except (duckdb.Error, *UNREADABLE) as error:
            problems.append(f"{name}.parquet: {next(iter(str(error).splitlines()), repr(error))}")
    return problems


def _other_texts(release: OpenedRelease) -> list[str]:
    """Write the texts again; another carvsdb may word them otherwise, so those of one are only told by their hashes."""
    if release.manifest.code_version != VERSION:
        return []
    facts = ReleaseFacts.of(release.card, release.manifest, release.folder)
    expected = {file: written(facts) for file, written in TEXTS.items()}
    if OPTIMADE_CONFIG in release.manifest.parts:
        expected[OPTIMADE_CONFIG] = optimade_config.text(release.card)
    return [
        f"{file}: does not say what the card and the tables do"
        for file, text in expected.items()
        if read_bytes(release.folder / file, _LARGEST_TEXT) != text.encode()
    ]


def _other_database(release: OpenedRelease) -> list[str]:
    """Compare the values of the DuckDB file with those of the tables."""
    if DATABASE not in release.manifest.parts:
        return []
    try:
        hashes = database_hashes(release.folder / DATABASE)
    except (CarvsdbError, duckdb.Error, *UNREADABLE) as error:
        return [f"{DATABASE}: {next(iter(str(error).splitlines()), repr(error))}"]
    return [
        f"{DATABASE}: its table {name} has other values than {about.file}"
        for name, about in release.manifest.tables.items()
        if hashes.get(name) != about.content_sha256
    ]


def _other_neighbours(release: OpenedRelease, storage: Storage) -> list[str]:
    if NEIGHBOURS not in release.manifest.parts:
        return []
    try:
        return wrong_neighbours(storage, release.folder / NEIGHBOURS)
    except UNREADABLE as error:
        return [f"{NEIGHBOURS}: cannot be read: {next(iter(str(error).splitlines()), repr(error))}"]


def _other_page(release: OpenedRelease, storage: Storage, maker: PageMaker | None) -> list[str]:
    """Make the page again; another carvsdb makes another one, so that of one is only told by its hash."""
    if maker is None or PAGE not in release.manifest.parts or release.manifest.code_version != VERSION:
        return []
    with tempfile.TemporaryDirectory() as scratch:
        again = Path(scratch) / PAGE
        maker.write(Catalogue(storage), again, release.card.title)
        same = maker.same(again, release.folder / PAGE)
    return [] if same else [f"{PAGE}: does not show what the tables hold"]


def _stop(folder: Path, problems: list[str]) -> None:
    if problems:
        shown = problems[:_SHOWN]
        if len(problems) > _SHOWN:
            shown.append(f"and {len(problems) - _SHOWN} more")
        number = "1 thing is" if len(problems) == 1 else f"{len(problems)} things are"
        raise VerificationError(f"{number} wrong: {'; '.join(shown)}", item=str(folder))
