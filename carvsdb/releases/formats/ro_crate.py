"""ro-crate-metadata.json: the files as an RO-Crate 1.1."""

import json

from carvsdb.releases.formats.facts import CARD, DATABASE, MANIFEST, PAGE, ReleaseFacts, media_type, what
from carvsdb.releases.formats.people import doi_url, licence_urls, name_of, orcid_url
from carvsdb_schemas.card import Author, CardSource

FILE = "ro-crate-metadata.json"

_TEXTS = ("README.md", "LICENSE", "CITATION.cff", "CHANGES.md", "datacite.json", "datapackage.json", "croissant.json")


def text(facts: ReleaseFacts) -> str:
    """Return the file."""
    card, manifest = facts.card, facts.manifest
    licence = next(iter(licence_urls(card.licence)), "LICENSE")
    names = [*facts.files, *(name for name in (DATABASE, PAGE) if name in manifest.parts), CARD, MANIFEST, *_TEXTS]
    people = [_person(author, number) for number, author in enumerate(card.authors)]
    sources = [_source(source) for source in card.sources]
    publisher: dict[str, object] = {"@id": "#publisher", "@type": "Organization", "name": card.publisher}
    root: dict[str, object] = {
        "@id": "./",
        "@type": "Dataset",
        "name": card.title,
        "description": card.description,
        "version": card.version,
        "datePublished": card.created.isoformat(),
        "license": {"@id": licence},
        "author": [{"@id": person["@id"]} for person in people],
        "publisher": {"@id": publisher["@id"]},
        "keywords": ", ".join(card.keywords or ["topology", "nets", "rings"]),
        "isBasedOn": [{"@id": source["@id"]} for source in sources],
        "creditText": card.citation.text,
        "hasPart": [{"@id": name} for name in names],
    }
    if card.citation.doi is not None:
        root["identifier"] = doi_url(card.citation.doi)
    graph: list[dict[str, object]] = [
        {
            "@id": FILE,
            "@type": "CreativeWork",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "about": {"@id": "./"},
        },
        root,
        *(_file(name, facts) for name in names),
        *people,
        *sources,
        publisher,
    ]
    if licence != "LICENSE":
        graph.append({"@id": licence, "@type": "CreativeWork", "name": card.licence, "identifier": card.licence})
    content = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _file(name: str, facts: ReleaseFacts) -> dict[str, object]:
    entity: dict[str, object] = {
        "@id": name,
        "@type": "File",
        "name": name,
        "description": what(name),
        "encodingFormat": media_type(name),
    }
    if name in facts.files:
        entity |= {"contentSize": str(facts.files[name].size), "sha256": facts.files[name].sha256}
    return entity


def _person(author: Author, number: int) -> dict[str, object]:
    name, orcid = name_of(author), orcid_url(author)
    entity: dict[str, object] = {
        "@id": orcid or f"#author-{number + 1}",
        "@type": "Person" if name.family else "Organization",
        "name": name.whole,
    }
    if name.family:
        entity |= {"familyName": name.family, "givenName": name.given}
    return entity | ({"affiliation": author.affiliation} if author.affiliation else {})


def _source(source: CardSource) -> dict[str, object]:
    entity: dict[str, object] = {
        "@id": f"#source-{source.collection}",
        "@type": "Dataset",
        "name": source.collection,
        "license": source.licence,
    }
    page = doi_url(source.doi) or source.url
    return (
        entity
        | ({"url": page} if page else {})
        | ({"citation": source.citation} if source.citation else {})
        | ({"version": source.version} if source.version else {})
    )
