"""What the texts of a release are made from."""

from dataclasses import dataclass
from pathlib import Path

from carvsdb.regular_file import sha256_of
from carvsdb_schemas.card import DatasetCard
from carvsdb_schemas.manifest import ReleaseManifest

CARD, MANIFEST = "card.yaml", "release.json"
DATABASE, ARCHIVE, OPTIMADE = "catalogue.duckdb", "nets.zip", "optimade.jsonl"
OPTIMADE_CONFIG, NEIGHBOURS = "optimade.yaml", "neighbours.parquet"
PAGE, CHANGES = "index.html", "CHANGES.md"

PARTS = (DATABASE, ARCHIVE, OPTIMADE, OPTIMADE_CONFIG, NEIGHBOURS, PAGE)
"""Files that are made of the tables."""

MEDIA_TYPES = {
    ".parquet": "application/vnd.apache.parquet",
    ".duckdb": "application/vnd.duckdb.file",
    ".zip": "application/zip",
    ".jsonl": "application/jsonl",
    ".json": "application/json",
    ".yaml": "application/yaml",
    ".md": "text/markdown",
    ".html": "text/html",
    ".cff": "application/yaml",
    "": "text/plain",
}
"""By suffix, what a file is."""

WHAT = {
    CARD: "The card: what the data set is, whose it is, and in which units",
    MANIFEST: "What the release holds, by table, with the hash of its content",
    DATABASE: "All tables as a DuckDB file, which is a catalogue of carvsdb",
    ARCHIVE: "The nets as CGD and TopoCIF, atoms and coordinates as extended xyz",
    OPTIMADE: "The nets as OPTIMADE JSON lines",
    OPTIMADE_CONFIG: "What makes an OPTIMADE API of them: a config of optimade-maker",
    NEIGHBOURS: "The nearest nets of each net, with their topological distances",
    PAGE: "The explorer: a map of the nets, to be opened in a browser",
    "LICENSE": "Licences of the data set and of its sources",
    "CITATION.cff": "How to cite it",
    CHANGES: "What changed since the version before",
    "README.md": "What the data set is, for reading",
    "datacite.json": "Metadata for a DOI, DataCite 4",
    "datapackage.json": "The tables as a Frictionless Data Package",
    "croissant.json": "The tables as a Croissant 1.1 data set",
    "ro-crate-metadata.json": "The files as an RO-Crate 1.1",
}
"""What the files of a release are."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file of a release.

    Attributes
    ----------
    name : str
    size : int
        Bytes.
    sha256 : str
    """

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """What is known of a release when its texts are written.

    Attributes
    ----------
    card : DatasetCard
    manifest : ReleaseManifest
    files : dict of str to FileFacts
        The data files that are the same bytes however often they are built.
    """

    card: DatasetCard
    manifest: ReleaseManifest
    files: dict[str, FileFacts]

    @classmethod
    def of(cls, card: DatasetCard, manifest: ReleaseManifest, folder: Path) -> "ReleaseFacts":
        """Look at the data files of a release."""
        names = [about.file for about in manifest.tables.values()]
        names += [name for name in manifest.parts if name not in (DATABASE, PAGE)]
        return cls(card, manifest, {name: _facts(folder, name) for name in names})


def what(name: str) -> str:
    """Say what a file of a release is."""
    return WHAT.get(name, f"The table `{name.removesuffix('.parquet')}`")


def media_type(name: str) -> str:
    """Return the media type of a file."""
    return MEDIA_TYPES.get(Path(name).suffix, "application/octet-stream")


def _facts(folder: Path, name: str) -> FileFacts:
    return FileFacts(name, (folder / name).stat().st_size, sha256_of(folder / name))
