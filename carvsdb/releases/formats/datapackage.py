"""datapackage.json: the tables as a Frictionless Data Package 1."""

import json

import pyarrow as pa

from carvsdb.releases.formats.columns import Column, columns_of, primary_key
from carvsdb.releases.formats.facts import ReleaseFacts, what
from carvsdb.releases.formats.people import doi_url, licence_urls, name_of, orcid_url

FILE = "datapackage.json"


def text(facts: ReleaseFacts) -> str:
    """Return the file."""
    card = facts.card
    columns: dict[str, list[Column]] = {}
    for column in columns_of(card):
        columns.setdefault(column.table, []).append(column)
    content = {
        "name": card.name,
        "title": card.title,
        "version": card.version,
        "description": card.description,
        "created": f"{card.created.isoformat()}T00:00:00Z",
        "keywords": card.keywords,
        "homepage": card.url or doi_url(card.citation.doi),
        "licenses": [{"name": card.licence, **({"path": page} if page else {})} for page in _page(card.licence)],
        "contributors": [
            {"title": name_of(author).whole, "role": "author", "path": orcid_url(author)} for author in card.authors
        ],
        "sources": [
            {"title": source.citation or source.collection, "path": source.url or doi_url(source.doi)}
            for source in card.sources
        ],
        "resources": [_resource(facts, table, columns[table]) for table in facts.manifest.tables],
    }
    return json.dumps(_said(content), indent=2, ensure_ascii=False) + "\n"


def _page(licence: str) -> list[str]:
    return licence_urls(licence)[:1] or [""]


def _resource(facts: ReleaseFacts, table: str, columns: list[Column]) -> dict[str, object]:
    about = facts.files[facts.manifest.tables[table].file]
    return {
        "name": table,
        "path": about.name,
        "title": what(about.name),
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "hash": f"sha256:{about.sha256}",
        "schema": {"fields": [_field(column) for column in columns], "primaryKey": primary_key(table)},
    }


def _field(column: Column) -> dict[str, object]:
    return {
        "name": column.name,
        "type": _type(column),
        "description": column.description,
        "unit": column.unit or None,
        "constraints": {"required": True} if not column.nullable and not _may_be_empty(column) else None,
    }


def _type(column: Column) -> str:
    """Return the type of a field; Table Schema has none for lists of numbers and for bytes."""
    kind = column.kind
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind) and not column.nullable:
        return "integer"
    # Integers with nulls reach its readers as floating-point numbers.
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return "number"
    return "string" if pa.types.is_string(kind) else "any"


def _may_be_empty(column: Column) -> bool:
    # To a Table Schema an empty text, or an empty list, is no value.
    return _type(column) in ("string", "any")


def _said(value: object) -> object:
    """Leave out what is not said."""
    if isinstance(value, dict):
        return {key: _said(one) for key, one in value.items() if one is not None and one != []}
    return [_said(one) for one in value] if isinstance(value, list) else value
