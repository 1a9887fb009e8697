"""Conditions on nets as SQL; what they are stands in `carvsdb_schemas.filters`."""

import re
from typing import Any

from carvsdb.errors import InputError
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
_UNIT_KEY = re.compile(r"[0-9a-f]{12}")


def condition(filters: Filters) -> tuple[str, dict[str, object]]:
    """Return the conditions as SQL on `net`, `structure` and `source`, with its parameters."""
    parts = [_sql(one) for one, _ in filters.asked()]
    return " AND ".join(parts) or "true", {one.name: compared(one, wanted) for one, wanted in filters.asked()}


def compared(one: Filter, wanted: Any) -> Any:
    """Return what a column is compared with; a linker may be given in several ways.

    Raises
    ------
    InputError
        For a linker, a metal or a key of a unit that cannot be one.
    """
    if one.name == "linker":
        from carvsdb.atoms.ligands import ligand_term

        return ligand_term(wanted)
    if one.name == "metal":
        from carvsdb.atoms.elements import is_metal, symbol_of

        symbol = symbol_of(wanted)
        if not is_metal(symbol):
            raise InputError(f"{symbol} is no metal", hint="a unit without metals has a key: `--unit KEY`")
        return symbol
    if one.name == "unit":
        key = wanted.strip().lower()
        if not _UNIT_KEY.fullmatch(key):
            raise InputError(
                f"{wanted!r} is no key of a unit",
                hint="expected 12 hexadecimal digits, as `show` and `describe --units` print",
            )
        return key
    return one.compared(wanted)


def _sql(one: Filter) -> str:
    sentence = _SQL[one.comparison].format(column=one.column, name=one.name)
    # A net has several searches.
    return f"net.id IN (SELECT net_id FROM carvs WHERE {sentence})" if one.column.startswith("carvs.") else sentence
