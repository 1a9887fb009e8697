"""Reading the card of a data set."""

import json
import reprlib
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from carvsdb.errors import InputError
from carvsdb.regular_file import read_text
from carvsdb.yaml_text import load_yaml
from carvsdb_schemas.card import DatasetCard

LARGEST_CARD = 2**22
"""Bytes that a card may have: 4 MiB."""

_MOST_NAMED = 12
"""So many fields that are missing or wrong are named."""


def read_card(path: str | Path) -> DatasetCard:
    """Read a card, in YAML or JSON.

    Raises
    ------
    InputError
        If it cannot be read or a field is missing or wrong; the sentence names file and field.
    """
    path = Path(path)
    try:
        content: Any = load_yaml(read_text(path, LARGEST_CARD))
    except yaml.MarkedYAMLError as error:
        line = None if error.problem_mark is None else error.problem_mark.line + 1
        raise InputError(f"is no YAML: {error.problem}", path=path, line=line) from error
    except yaml.YAMLError as error:
        raise InputError(f"is no YAML: {error}", path=path) from error
    return checked_card(content, path)


def checked_card(content: object, path: Path) -> DatasetCard:
    """Check what a card says.

    Raises
    ------
    InputError
        If a field is missing or wrong.
    """
    if not isinstance(content, dict):
        raise InputError("is no card: expected fields such as `name: ...`", path=path)
    try:
        return DatasetCard.model_validate(content)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
        first = problems[0]
        others = ", ".join(_field(one["loc"]) for one in problems[1:_MOST_NAMED])
        rest = f" and {len(problems) - _MOST_NAMED} more" if len(problems) > _MOST_NAMED else ""
        more = f" (also wrong: {others}{rest})" if others else ""
        reason = first["msg"].removeprefix("Value error, ")
        given = "" if first["type"] == "missing" or "got " in reason else f", got {reprlib.repr(first['input'])}"
        raise InputError(f"field {_field(first['loc'])}: {_lower(reason)}{given}{more}", path=path) from error


def card_text(card: DatasetCard) -> str:
    """Return a card as YAML, fields in the order of the model."""
    plain = json.loads(card.model_dump_json(exclude_none=True))
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=110)


def _field(location: tuple[int | str, ...]) -> str:
    """Write a place in a card: ``authors[0].name``."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
