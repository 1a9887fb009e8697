"""CITATION.cff, in the Citation File Format 1.2.0."""

import yaml

from carvsdb.releases.formats.facts import ReleaseFacts
from carvsdb.releases.formats.people import name_of, orcid_url
from carvsdb_schemas.card import Author, CardSource

FILE = "CITATION.cff"


def text(facts: ReleaseFacts) -> str:
    """Return the file."""
    card = facts.card
    content: dict[str, object] = {
        "cff-version": "1.2.0",
        "message": "If you use this data set, please cite it as below.",
        "type": "dataset",
        "title": card.title,
        "version": card.version,
        "date-released": card.created.isoformat(),
        "license": card.licence,
        "authors": [_person(author) for author in card.authors],
        "abstract": card.description,
    }
    if card.keywords:
        content["keywords"] = card.keywords
    if card.citation.doi is not None:
        content["doi"] = card.citation.doi
    content["references"] = [_reference(source) for source in card.sources]
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110))


def _person(author: Author) -> dict[str, str]:
    name, orcid = name_of(author), orcid_url(author)
    person = {"family-names": name.family, "given-names": name.given} if name.family else {"name": name.whole}
    if orcid is not None:
        person["orcid"] = orcid
    if author.affiliation is not None:
        person["affiliation"] = author.affiliation
    return person


def _reference(source: CardSource) -> dict[str, object]:
    reference: dict[str, object] = {
        "type": "data",
        "title": source.collection,
        "authors": [{"name": source.collection}],
        "license": source.licence,
    }
    for field, value in (("version", source.version), ("doi", source.doi), ("url", source.url)):
        if value is not None:
            reference[field] = value
    if source.citation is not None:
        reference["notes"] = source.citation
    return reference
