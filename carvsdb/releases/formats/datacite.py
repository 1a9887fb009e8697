"""datacite.json: what a registry of DOIs needs, in the DataCite 4 schema."""

import json

from carvsdb.releases.formats.facts import ReleaseFacts
from carvsdb.releases.formats.people import licence_urls, name_of, orcid_url
from carvsdb_schemas.card import Author, CardSource

FILE = "datacite.json"


def text(facts: ReleaseFacts) -> str:
    """Return the file."""
    card = facts.card
    related = [one for source in card.sources for one in _derived_from(source)]
    if card.previous is not None and card.previous.doi is not None:
        related.append(_related("IsNewVersionOf", card.previous.doi, "DOI"))
    if card.url is not None:
        related.append(_related("IsDescribedBy", card.url, "URL"))
    content: dict[str, object] = {
        "schemaVersion": "http://datacite.org/schema/kernel-4",
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Topology of nets"},
        "titles": [{"title": card.title}],
        "creators": [_creator(author) for author in card.authors],
        "publisher": {"name": card.publisher},
        "publicationYear": str(card.created.year),
        "dates": [{"date": card.created.isoformat(), "dateType": "Created"}],
        "version": card.version,
        "language": "en",
        "descriptions": [{"description": card.description, "descriptionType": "Abstract"}],
        "rightsList": [_rights(card.licence)],
        "subjects": [{"subject": word} for word in card.keywords or ["topology", "nets", "rings"]],
        "formats": ["application/vnd.apache.parquet", "application/json"],
        "sizes": [f"{facts.manifest.tables['net'].rows} nets"],
        "relatedIdentifiers": related,
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _creator(author: Author) -> dict[str, object]:
    name, orcid = name_of(author), orcid_url(author)
    creator: dict[str, object] = {"name": author.name, "nameType": "Personal" if name.family else "Organizational"}
    if name.family:
        creator |= {"familyName": name.family, "givenName": name.given}
    if orcid is not None:
        creator["nameIdentifiers"] = [
            {"nameIdentifier": orcid, "nameIdentifierScheme": "ORCID", "schemeUri": "https://orcid.org"}
        ]
    if author.affiliation is not None:
        creator["affiliation"] = [{"name": author.affiliation}]
    return creator


def _rights(licence: str) -> dict[str, str]:
    page = next(iter(licence_urls(licence)), None)
    if page is None:
        return {"rights": licence}
    return {
        "rights": licence,
        "rightsUri": page,
        "rightsIdentifier": licence,
        "rightsIdentifierScheme": "SPDX",
        "schemeUri": "https://spdx.org/licenses/",
    }


def _derived_from(source: CardSource) -> list[dict[str, str]]:
    if source.doi is not None:
        return [_related("IsDerivedFrom", source.doi, "DOI")]
    return [] if source.url is None else [_related("IsDerivedFrom", source.url, "URL")]


def _related(how: str, identifier: str, kind: str) -> dict[str, str]:
    return {"relatedIdentifier": identifier, "relatedIdentifierType": kind, "relationType": how}
