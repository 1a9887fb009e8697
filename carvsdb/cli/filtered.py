"""The options of commands that take conditions on nets, made from the declarations of `carvsdb_schemas.filters`."""

from typing import Annotated, Any

import typer

from carvsdb.cli.added_options import Option, in_place_of
from carvsdb_schemas.filters import FILTERS, Filter, Filters


def _option(one: Filter) -> Option:
    kind = str if one.kind is tuple else one.kind
    return Annotated[kind | None, typer.Option(*one.flags, metavar=one.metavar, help=one.help)], None


def _filters(typed: dict[str, Any]) -> Filters:
    return Filters(**{one.name: _typed(one, typed[f"filter_{one.name}"]) for one in FILTERS})


def _typed(one: Filter, value: Any) -> Any:
    if one.kind is not tuple or value is None:
        return value
    try:
        return tuple(int(part) for part in value.split(","))
    except ValueError:
        raise typer.BadParameter(f"expected numbers such as 3,4, got {value!r}", param_hint=one.flags[0]) from None


filtered = in_place_of("filters", {f"filter_{one.name}": _option(one) for one in FILTERS}, _filters)
"""Gives a command an option for each condition, in place of its parameter `filters`, of type `Filters`."""
