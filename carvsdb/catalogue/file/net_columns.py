"""What tables say of a net beside its rings, as SQL on what is stored: its bonds, its symbols, how many there are."""

_MOST = 6
"""Sorts of node whose symbols are written out; a glass has hundreds."""


def degrees(net: str) -> str:
    """Return SQL for the numbers of bonds of the nodes of a net, as ``3,4``."""
    return f"array_to_string(list_sort(list_transform(json_keys({net}.coordination), lambda k: k::INTEGER)), ',')"


def interpenetration(net: str) -> str:
    """Return SQL for how many nets there are, of one sort or several; null where no component is periodic."""
    parts = f"""from_json({net}.components, '[{{"multiplicity": "INTEGER", "periodicity": "INTEGER"}}]')"""
    periodic = f"list_filter({parts}, lambda component: component.periodicity > 0)"
    return f"list_sum(list_transform({periodic}, lambda component: component.multiplicity))::INTEGER"


def point_symbol(net: str) -> str:
    """Return SQL for the point symbol of a net, with stoichiometry: ``{6^2.8^2.10^2}3{6^3}4``."""
    counts = _counts(f"{net}.point_symbols")
    divisor = f"list_reduce(map_values({counts}), lambda a, b: gcd(a, b))"
    number = f"coalesce(nullif((one.value // {divisor})::VARCHAR, '1'), '')"
    entries = f"list_transform(list_sort(map_entries({counts})), lambda one: one.key || {number})"
    return _unless_many(counts, f"array_to_string({entries}, '')")


def vertex_symbols(carvs: str) -> str:
    """Return SQL for the vertex symbols of a net, the most frequent first."""
    counts = _counts(f"{carvs}.vertex_symbols")
    return _unless_many(counts, f"array_to_string(map_keys({counts}), ', ')")


def _counts(column: str) -> str:
    return f"""from_json({column}, '"MAP(VARCHAR, INTEGER)"')"""


def _unless_many(counts: str, written: str) -> str:
    return f"CASE WHEN cardinality({counts}) <= {_MOST} THEN {written} ELSE cardinality({counts}) || ' sorts' END"
