"""README.md: what the data set is, for reading."""

from collections.abc import Sequence

from carvsdb.releases.formats.columns import columns_of
from carvsdb.releases.formats.facts import (
    ARCHIVE,
    DATABASE,
    NEIGHBOURS,
    OPTIMADE,
    OPTIMADE_CONFIG,
    PAGE,
    ReleaseFacts,
    what,
)
from carvsdb.releases.formats.people import doi_url
from carvsdb_schemas.card import CardSource

FILE = "README.md"

_EXPLAINED = (ARCHIVE, OPTIMADE, OPTIMADE_CONFIG, NEIGHBOURS, PAGE)

_READING = """\
Tables are joined by their keys (`structure.id` = `net.structure_id`, `net.id` = `carvs.net_id`):

```python
import pyarrow.parquet as pq

carvs = pq.read_table("carvs.parquet")
```"""

_READING_DATABASE = """\
`catalogue.duckdb` holds the same tables, and the view `entry` with one row per net:

```sh
carvsdb list --db catalogue.duckdb
carvsdb similar FILE --db catalogue.duckdb
```"""


def text(facts: ReleaseFacts) -> str:
    """Return the page."""
    card, manifest = facts.card, facts.manifest
    n_nets = manifest.tables["net"].rows
    parts = [
        f"# {_plain(card.title)}",
        f"Version {card.version}, {card.created.isoformat()}, {card.licence}.",
        _plain(card.description),
        *(["## How it was made", _plain(card.made)] if card.made else []),
        "## Tables",
        _table(
            ("table", "rows", "file"),
            [(name, f"{about.rows:,}", f"`{about.file}`") for name, about in manifest.tables.items()],
        ),
        "## Status",
        f"{n_nets:,} nets"
        + ("" if manifest.where is None else f" that meet `{_plain(manifest.where)}`")
        + ", by status:",
        _table(("status", "nets"), [(name, f"{number:,}") for name, number in sorted(manifest.statuses.items())]),
        "## Quantities",
        _table(
            ("column", "unit", "what it is"),
            [(f"`{name}`", about.unit, _plain(about.description)) for name, about in card.properties.items()],
        ),
        "## Columns",
        _table(
            ("column", "type", "unit", "what it is"),
            [
                (f"`{one.table}.{one.name}`", str(one.kind), one.unit, _plain(one.description))
                for one in columns_of(card)
                if one.table in manifest.tables
            ],
        ),
        *(["## Known limits", "\n".join(f"- {_plain(limit)}" for limit in card.limits)] if card.limits else []),
        "## Sources",
        "\n".join(f"- {_source(source)}" for source in card.sources),
        "What a release holds of them, by their licences:",
        _table(
            ("source", "held", "nets"),
            [
                (_plain(one.collection) or "no collection", one.redistribution, f"{one.nets:,}")
                for one in manifest.sources
            ],
        ),
        "`derived`: ring counts, symbols, keys, names, but no atoms, no coordinates, no graphs; `none`: left out.",
        "## Citation",
        " ".join(filter(None, [_plain(card.citation.text), doi_url(card.citation.doi)])),
        "## Reading it",
        _READING,
        *([_READING_DATABASE] if DATABASE in manifest.parts else []),
        *(f"`{name}`: {what(name)}." for name in _EXPLAINED if name in manifest.parts),
        f"`carvsdb release verify` checks the files (or `sha256sum -c SHA256SUMS`). Built by carvsdb "
        f"{manifest.code_version}, schema {manifest.schema_version}; content {manifest.content_sha256}.",
    ]
    return "\n\n".join(parts) + "\n"


def _source(source: CardSource) -> str:
    version = f" {source.version}" if source.version else ""
    about = [text for text in (source.citation, doi_url(source.doi), source.url) if text]
    return _plain(f"{source.collection}{version} ({source.licence})" + (f": {', '.join(about)}" if about else ""))


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _plain(said: str) -> str:
    """Write what a card says so that no page that shows it takes it for HTML."""
    return said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
