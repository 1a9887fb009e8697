"""Conditions on nets as SQL; what they are stands in `carvsdb_schemas.filters`."""

from typing import Any

from carvsdb_schemas.filters import Comparison, Filter, Filters

_SQL = {
    Comparison.EQUAL: "{column} = ${name}",
    Comparison.AT_LEAST: "{column} >= ${name}",
    Comparison.AT_MOST: "{column} <= ${name}",
    Comparison.BEGINS: "starts_with({column}, ${name})",
    Comparison.AMONG: "list_contains({column}, ${name})",
    Comparison.MENTIONED: "len(list_filter({column}, lambda text: contains(text, ${name}))) > 0",
    Comparison.NOT_MENTIONED: "len(list_filter({column}, lambda text: contains(text, ${name}))) = 0",
}


def condition(filters: Filters) -> tuple[str, dict[str, object]]:
    """Return the conditions as SQL on `net`, `structure` and `source`, with its parameters."""
    parts = [_sql(one) for one, _ in filters.asked()]
    return " AND ".join(parts) or "true", {one.name: compared(one, wanted) for one, wanted in filters.asked()}


def compared(one: Filter, wanted: Any) -> Any:
    """Return what a column is compared with; a linker may be given in several ways."""
    if one.name == "linker":
        from carvsdb.atoms.ligands import ligand_term

        return ligand_term(wanted)
    return one.compared(wanted)


def _sql(one: Filter) -> str:
    sentence = _SQL[one.comparison].format(column=one.column, name=one.name)
    # A net has several searches.
    return f"net.id IN (SELECT net_id FROM carvs WHERE {sentence})" if one.column.startswith("carvs.") else sentence
