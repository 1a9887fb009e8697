"""Writing a release: a folder of tables, of files made of them, and of texts that say what they are."""

from dataclasses import dataclass
from pathlib import Path

from carvsdb.atomic_write import draft_folder
from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.maintenance import checksums
from carvsdb.errors import InputError, RefusedError
from carvsdb.releases.card import card_text
from carvsdb.releases.content_hash import release_hash
from carvsdb.releases.difference import difference
from carvsdb.releases.formats import changes, optimade_config
from carvsdb.releases.formats.columns import columns_of
from carvsdb.releases.formats.database import write_database
from carvsdb.releases.formats.facts import (
    ARCHIVE,
    CARD,
    CHANGES,
    DATABASE,
    MANIFEST,
    NEIGHBOURS,
    OPTIMADE,
    OPTIMADE_CONFIG,
    PAGE,
    ReleaseFacts,
)
from carvsdb.releases.formats.neighbours import write_neighbours
from carvsdb.releases.formats.nets_archive import write_nets_archive
from carvsdb.releases.formats.optimade_lines import write_optimade_lines
from carvsdb.releases.formats.parquet import write_table
from carvsdb.releases.formats.texts import TEXTS
from carvsdb.releases.opening import OpenedRelease
from carvsdb.releases.page import PageMaker
from carvsdb.releases.selection import Selection, selected
from carvsdb.version import VERSION
from carvsdb_schemas.card import DatasetCard
from carvsdb_schemas.manifest import ReleaseManifest, SourceManifest
from carvsdb_schemas.released import RELEASED, released_schema
from carvsdb_schemas.tables import SCHEMA_VERSION

MOST_NETS = 100_000
"""Up to so many nets, a release has files of single nets unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What a release is to hold.

    Attributes
    ----------
    where : str, optional
        Which nets: a condition in SQL on the view `entry`.
    database : bool
        Whether to write the DuckDB file.
    nets : bool, optional
        Whether to write files of single nets: CGD, TopoCIF, xyz, OPTIMADE. Default: up to 100,000 nets.
    neighbours : bool, optional
        Whether to write the nearest nets of each net. Default: up to 100,000 nets.
    page : bool, optional
        Whether to write the page for people. Default: up to 100,000 nets, if there is a maker and something to show.
    page_maker : PageMaker, optional
        What writes that page.
    previous : OpenedRelease, optional
        The release to tell the changes against.
    """

    where: str | None = None
    database: bool = True
    nets: bool | None = None
    neighbours: bool | None = None
    page: bool | None = None
    page_maker: PageMaker | None = None
    previous: OpenedRelease | None = None

    def __post_init__(self) -> None:
        if self.page and self.page_maker is None:
            raise InputError("a page is asked for, but nothing that makes one was given")


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What was written.

    Attributes
    ----------
    folder : Path
        The release.
    rows : dict of str to int
        Number of rows by table.
    sources : tuple of SourceManifest
        What is held of each source, and of how many nets.
    content_sha256 : str
        Hash of all values.
    notes : tuple of str
        What was left out, and why.
    """

    folder: Path
    rows: dict[str, int]
    sources: tuple[SourceManifest, ...] = ()
    content_sha256: str = ""
    notes: tuple[str, ...] = ()


def build_release(
    catalogue: Catalogue, card: DatasetCard, folder: str | Path, options: BuildOptions | None = None
) -> BuildReport:
    """Write a release; the same catalogue and card give the same bytes, but for the DuckDB file.

    Parameters
    ----------
    catalogue : Catalogue
        What to release.
    card : DatasetCard
        What it is; see :func:`carvsdb.releases.read_card`.
    folder : str or Path
        Where to; it must not exist or be empty, and holds something only when all is written.
    options : BuildOptions, optional

    Raises
    ------
    RefusedError
        If the folder holds something, or nothing is to be released.
    InputError
        If its parent does not exist, the condition is no SQL, or the card does not fit the catalogue.
    """
    folder = Path(folder)
    if folder.is_symlink() or (folder.exists() and not (folder.is_dir() and not any(folder.iterdir()))):
        raise RefusedError("exists already", item=str(folder), hint="a release is never changed; choose a new name")
    if not folder.absolute().parent.is_dir():
        raise InputError(f"the folder {folder.absolute().parent} does not exist", path=folder)
    _check_properties(card)
    options = options or BuildOptions()
    with selected(catalogue, card, options.where) as selection, draft_folder(folder.absolute()) as draft:
        notes: list[str] = []
        manifest = _write(selection, card, draft, options, notes)
        draft.rename(folder)
    rows = {name: about.rows for name, about in manifest.tables.items()}
    return BuildReport(folder, rows, selection.sources, manifest.content_sha256, tuple(notes))


def _write(
    selection: Selection, card: DatasetCard, draft: Path, options: BuildOptions, notes: list[str]
) -> ReleaseManifest:
    tables = {}
    for model in RELEASED:
        name = str(model.__tablename__)
        tables[name] = write_table(draft / f"{name}.parquet", released_schema(model), selection.pieces(model))
    manifest = ReleaseManifest(
        name=card.name,
        version=card.version,
        schema_version=SCHEMA_VERSION,
        code_version=VERSION,
        content_sha256=release_hash({name: about.content_sha256 for name, about in tables.items()}),
        where=selection.where,
        sources=list(selection.sources),
        statuses=selection.statuses,
        tables=tables,
        parts=_write_parts(draft, card, tables["net"].rows, options, notes),
    )
    _put(draft, CARD, card_text(card))
    _put(draft, MANIFEST, manifest.model_dump_json(indent=2) + "\n")
    found = None
    if options.previous is not None:
        found = difference(options.previous, OpenedRelease(draft, card, manifest, 0))
    _put(draft, CHANGES, changes.text(card, found))
    facts = ReleaseFacts.of(card, manifest, draft)
    for file, written in TEXTS.items():
        _put(draft, file, written(facts))
    checksums.write(draft)
    return manifest


def _write_parts(draft: Path, card: DatasetCard, n_nets: int, options: BuildOptions, notes: list[str]) -> list[str]:
    """Write what is made of the tables, by way of the DuckDB file; return the names of the files."""
    few = n_nets <= MOST_NETS
    single, neighbours, paged = (
        few if asked is None else asked for asked in (options.nets, options.neighbours, options.page)
    )
    maker = options.page_maker if paged else None
    if not (options.database or single or neighbours or maker):
        return []
    write_database(draft / DATABASE, draft)
    parts = [DATABASE] if options.database else []
    with Catalogue(draft / DATABASE) as catalogue:
        if single:
            write_nets_archive(catalogue, draft / ARCHIVE)
            write_optimade_lines(catalogue, draft / OPTIMADE, card.created)
            _put(draft, OPTIMADE_CONFIG, optimade_config.text(card))
            parts += [ARCHIVE, OPTIMADE, OPTIMADE_CONFIG]
        if neighbours:
            write_neighbours(catalogue.storage, draft / NEIGHBOURS)
            parts.append(NEIGHBOURS)
        if maker is not None:
            try:
                maker.write(catalogue, draft / PAGE, card.title)
                parts.append(PAGE)
            except RefusedError as error:
                if options.page:
                    raise
                notes.append(f"no {PAGE}: {error.message}")
    if not options.database:
        (draft / DATABASE).unlink()
    return parts


def _put(draft: Path, file: str, text: str) -> None:
    (draft / file).write_text(text, encoding="utf-8", newline="\n")


def _check_properties(card: DatasetCard) -> None:
    known = {f"{one.table}.{one.name}" for one in columns_of(card)}
    for name in card.properties:
        if name not in known:
            raise InputError(
                f"the card gives a unit for {name!r}, but a release has no such column",
                hint="name it as table.column, such as carvs.sigma",
            )
