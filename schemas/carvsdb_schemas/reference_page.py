"""The page docs/schemas.md of all answers and tables (``python -m carvsdb_schemas.reference_page``)."""

from typing import Any

from pydantic import BaseModel

from carvsdb_schemas.arrow import arrow_schema, table_of
from carvsdb_schemas.json_schemas import MODELS
from carvsdb_schemas.tables import ALL_TABLES, SCHEMA_VERSION

HEAD = f"""# JSON and tables

What `--json` prints, by command, and what the tables of a catalogue hold (schema {SCHEMA_VERSION}); made by
`make reference` from the models. The same as JSON Schema: `schemas/json/` of the sources.
"""


def reference_page() -> str:
    """Return the page."""
    answers = [f"### {name}\n\n{_first(model.__doc__)}\n\n{_fields(model)}" for name, model in sorted(MODELS.items())]
    tables = [
        f"### Table {model.__tablename__}\n\n{_first(model.__doc__)}\n\n{_columns(model)}" for model in ALL_TABLES
    ]
    return "\n".join([HEAD, "## Answers\n", *answers, "## Tables\n", *tables])


def _fields(model: type[BaseModel]) -> str:
    schema = model.model_json_schema()
    lines = ["| field | type | |", "|---|---|---|"]
    for name, about in schema.get("properties", {}).items():
        lines.append(f"| `{name}` | {_kind(about)} | {_cell(about.get('description', ''))} |")
    return "\n".join(lines) + "\n"


def _kind(about: dict[str, Any]) -> str:
    """Say the type of a field in a word or two.

    Examples
    --------
    >>> _kind({"anyOf": [{"type": "string"}, {"type": "null"}]}), _kind({"type": "array", "items": {"type": "integer"}})
    ('string or null', 'list of integer')
    """
    if "anyOf" in about:
        return " or ".join(_kind(one) for one in about["anyOf"])
    if "$ref" in about:
        return str(about["$ref"]).rpartition("/")[2]
    if "enum" in about:
        return "one of " + ", ".join(f"`{one}`" for one in about["enum"])
    if about.get("type") == "array":
        return f"list of {_kind(about.get('items', {}))}"
    if about.get("type") == "object":
        values = about.get("additionalProperties")
        return f"object of {_kind(values)}" if isinstance(values, dict) else "object"
    return str(about.get("type", "any"))


def _columns(model: Any) -> str:
    lines = ["| column | type | |", "|---|---|---|"]
    kinds = arrow_schema(model)
    for column in table_of(model).columns:
        field = model.model_fields[column.name]
        kind = str(kinds.field(column.name).type) + (" or null" if column.nullable else "")
        lines.append(f"| `{column.name}` | {_cell(kind)} | {_cell(field.description or '')} |")
    return "\n".join(lines) + "\n"


def _first(doc: str | None) -> str:
    return (doc or "").strip().partition("\n\n")[0].replace("\n    ", " ")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


if __name__ == "__main__":
    print(reference_page(), end="")
