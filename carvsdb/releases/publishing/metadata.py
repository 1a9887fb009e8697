"""What Zenodo is told of a release: the metadata of a deposition, from card and manifest.

References
----------
.. [1] Zenodo, REST API, "Deposit metadata", https://developers.zenodo.org
"""

from html import escape
from typing import Any

from carvsdb.escaping import escaped
from carvsdb.releases.formats.people import name_of
from carvsdb.releases.opening import OpenedRelease
from carvsdb_schemas.card import COMMON_LICENCES, OPEN_LICENCES, Author, DatasetCard


def deposition_metadata(release: OpenedRelease) -> dict[str, Any]:
    """Return the metadata of a deposition.

    Notes
    -----
    A DOI is asked for, not given: that of the card's citation may be a paper's. A licence that is an expression, or
    that Zenodo may not know, is `other-open` or `other-closed` there; the file LICENSE says which.
    """
    card, manifest = release.card, release.manifest
    related = [
        {"relation": "isDerivedFrom", "identifier": identifier, "resource_type": "dataset"}
        for identifier in dict.fromkeys(source.doi or source.url for source in card.sources)
        if identifier
    ]
    if card.previous is not None and card.previous.doi is not None:
        related.append({"relation": "isNewVersionOf", "identifier": card.previous.doi, "resource_type": "dataset"})
    if card.url is not None:
        related.append({"relation": "isDescribedBy", "identifier": card.url})
    return {
        "upload_type": "dataset",
        "publication_date": card.created.isoformat(),
        "title": card.title,
        "creators": [_creator(author) for author in card.authors],
        "description": _description(card),
        "access_right": "open",
        "license": _licence(card.licence),
        "keywords": card.keywords or ["topology", "nets", "rings"],
        "version": card.version,
        "language": "eng",
        "related_identifiers": related,
        "references": [source.citation for source in card.sources if source.citation],
        "notes": _text(
            f"Licence: {card.licence}. Built by carvsdb {manifest.code_version}; content {manifest.content_sha256}."
        ),
        "prereserve_doi": True,
    }


def _creator(author: Author) -> dict[str, str]:
    name = name_of(author)
    creator = {"name": f"{name.family}, {name.given}" if name.family else name.whole}
    if author.affiliation is not None:
        creator["affiliation"] = author.affiliation
    if author.orcid is not None:
        creator["orcid"] = author.orcid
    return creator


def _description(card: DatasetCard) -> str:
    """Return the description as HTML, which Zenodo shows."""
    parts = [f"<p>{_text(said)}</p>" for said in (card.description, card.made) if said]
    if card.limits:
        parts.append("<ul>" + "".join(f"<li>{_text(limit)}</li>" for limit in card.limits) + "</ul>")
    parts.append(f"<p>{_text(card.citation.text)}</p>")
    return "".join(parts)


def _text(said: str) -> str:
    return escape(escaped(said))


def _licence(licence: str) -> str:
    if licence in COMMON_LICENCES:
        return licence.lower()
    parts = [part for part in licence.split() if part not in ("AND", "OR", "WITH")]
    return "other-open" if all(part in OPEN_LICENCES for part in parts) else "other-closed"
