"""A card for the tests of schemas and releases."""


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
