"""Cards for the tests of schemas and releases, nets that they fit, and releases that were changed with care."""

from pathlib import Path

import pyarrow.parquet as pq
from catalogue_entries import RCSR, amorphous_entry, chain_entry, library_entry

from carvsdb.catalogue.maintenance import checksums
from carvsdb.releases import read_card
from carvsdb.releases.content_hash import TableHash, release_hash
from carvsdb.releases.formats.facts import ReleaseFacts
from carvsdb.releases.formats.texts import TEXTS
from carvsdb_schemas.card import DatasetCard
from carvsdb_schemas.manifest import ReleaseManifest

NETS = (
    *(library_entry(name, source=RCSR, names=(name,)) for name in ("dia", "sod")),
    chain_entry(),
    amorphous_entry("glass"),
)


def good_card() -> dict[str, object]:
    """Return what a good card says."""
    return {
        "name": "test-nets",
        "version": "2026.11",
        "title": "Nets for tests",
        "description": "A handful of well-known nets with their ring statistics.",
        "licence": "CC-BY-4.0",
        "authors": [{"name": "Zimmer, Åsa", "orcid": "0000-0002-1825-0097"}, {"name": "The carvsdb developers"}],
        "citation": {"text": "Zimmer (2026): Nets for tests.", "doi": "10.5281/zenodo.1234567"},
        "sources": [{"collection": "RCSR", "licence": "CC-BY-4.0", "doi": "10.1021/ar800124u"}],
        "created": "2026-11-01",
        "properties": {"carvs.sigma": {"unit": "1", "description": "Spread of the nodes' vectors."}},
    }


def card_of(**changes: object) -> DatasetCard:
    """Return a card that fits the nets, but for what is given."""
    return DatasetCard.model_validate({**good_card(), **changes})


def sealed(release: Path) -> None:
    """Make all hashes of a release right again, as somebody would who knows how they are made."""
    manifest = ReleaseManifest.model_validate_json((release / "release.json").read_text(encoding="utf-8"))
    for about in manifest.tables.values():
        table = pq.read_table(release / about.file)
        content = TableHash(table.schema)
        content.update(table)
        about.rows, about.content_sha256 = table.num_rows, content.hexdigest()
    manifest.content_sha256 = release_hash({name: about.content_sha256 for name, about in manifest.tables.items()})
    (release / "release.json").write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    facts = ReleaseFacts.of(read_card(release / "card.yaml"), manifest, release)
    for file, written in TEXTS.items():
        (release / file).write_text(written(facts), encoding="utf-8", newline="\n")
    checksums.write(release)
