"""LICENSE: of the data set, and of what it is made from."""

from carvsdb.releases.formats.facts import ReleaseFacts
from carvsdb.releases.formats.people import licence_urls
from carvsdb_schemas.card import CardSource

FILE = "LICENSE"

_HOW = {
    "full": "held in full",
    "derived": "only what is derived: no atoms, no coordinates, no graphs",
    "none": "left out",
}


def text(facts: ReleaseFacts) -> str:
    """Return the statement of licences."""
    card = facts.card
    lines = [
        f"SPDX-License-Identifier: {card.licence}",
        "",
        f"{card.title}, version {card.version}, is made available under {card.licence}.",
        *(f"Its text: {page}" for page in licence_urls(card.licence)),
        "",
        "It is made from these collections, under their own licences:",
        *(f"- {source.collection}: {source.licence} ({_HOW[held(source, facts)]})" for source in card.sources),
    ]
    return "\n".join(lines) + "\n"


def held(source: CardSource, facts: ReleaseFacts) -> str:
    """Return what the release holds of a source."""
    for one in facts.manifest.sources:
        if one.collection == source.collection:
            return one.redistribution
    return source.allowed()
