"""A card to be filled in: what a catalogue says of it, and nothing that only people know."""

import re
from datetime import date

import yaml

from carvsdb.catalogue import Catalogue
from carvsdb.escaping import escaped

_ABOUT = """\
# The card of a data set. Fill in what is '': licences by SPDX (https://spdx.org/licenses), such as CC-BY-4.0; who made
# it (an author may have orcid: 0000-0002-1825-0097 and affiliation); what to cite (a citation may have doi).
# May be added: made, limits, keywords, publisher, url, previous. Then: carvsdb release build --card THIS -o FOLDER
"""

_OF_SOURCES = ("collection", "licence", "version", "url", "doi", "citation")

_PROPERTIES = {
    "carvs.mean_counts": "Mean number of rings through a node, by size in nodes",
    "carvs.sigma": "Root mean square distance of the ring counts of nodes from their mean",
    "net.td10": "Mean over nodes of 1 + the nodes in shells 1 to 10",
}


def begun_card(catalogue: Catalogue, name: str, today: date) -> str:
    """Return a card as YAML that has its sources; what is empty, `carvsdb.releases.read_card` refuses.

    Parameters
    ----------
    catalogue : Catalogue
    name : str
        What to call the data set, in any letters.
    today : date
    """
    found = catalogue.storage.rows(f"SELECT DISTINCT {', '.join(_OF_SOURCES)} FROM source ORDER BY ALL")
    sources = [
        {
            field: "" if value is None else escaped(str(value))
            for field, value in zip(_OF_SOURCES, row, strict=True)
            if value or field == "licence"
        }
        for row in found
    ]
    card = {
        "name": re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "nets",
        "version": f"{today:%Y.%m}",
        "title": "",
        "description": "",
        "licence": "",
        "authors": [{"name": ""}],
        "citation": {"text": ""},
        "sources": sources or [{"collection": "own files", "licence": ""}],
        "created": today,
        "properties": {column: {"unit": "1", "description": text} for column, text in _PROPERTIES.items()},
    }
    return _ABOUT + yaml.safe_dump(card, sort_keys=False, allow_unicode=True, width=110)
