"""Cards for the tests of schemas and releases, and nets that they fit."""

from catalogue_entries import RCSR, amorphous_entry, chain_entry, library_entry

from carvsdb_schemas.card import DatasetCard

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
