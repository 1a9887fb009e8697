"""CHANGES.md: what is new since the version before."""

from carvsdb.releases.difference import ReleaseDifference, in_words
from carvsdb_schemas.card import DatasetCard


def text(card: DatasetCard, found: ReleaseDifference | None) -> str:
    """Return the page."""
    head = f"# Changes of {card.name} {card.version}\n\n"
    if found is None:
        before = "" if card.previous is None else f" The version before it, {card.previous.version}, was not compared."
        return f"{head}The first version that was compared with no other.{before}\n"
    return head + "\n".join(in_words(found)) + "\n"
