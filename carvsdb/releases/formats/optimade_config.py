"""optimade.yaml: the config by which optimade-maker (Materials Cloud) makes an API of optimade.jsonl."""

import yaml

from carvsdb.releases.formats.facts import OPTIMADE
from carvsdb_schemas.card import DatasetCard

_CONFIG_VERSION = "0.1.0"  # the oldest, which all versions of optimade-maker read


def text(card: DatasetCard) -> str:
    """Return the file; what the properties are stands in the lines themselves."""
    content = {
        "config_version": _CONFIG_VERSION,
        "database_description": f"{card.title} {card.version}. {card.description}",
        "entries": {"jsonl_path": OPTIMADE},
    }
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110))
