"""The options of commands that take conditions on nets, made from the declarations of `carvsdb_schemas.filters`."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from carvsdb_schemas.filters import FILTERS, Filter, Filters


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each condition, in place of its parameter `filters`.

    Parameters
    ----------
    command : callable
        Its last parameter is `filters`, of type `Filters`.
    """

    def run(**given: Any) -> None:
        values = {one.name: _typed(one, given.pop(_parameter(one))) for one in FILTERS}
        command(**given, filters=Filters(**values))

    signature = inspect.signature(command)
    own = [parameter for parameter in signature.parameters.values() if parameter.name != "filters"]
    options = [
        inspect.Parameter(_parameter(one), inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_option(one))
        for one in FILTERS
    ]
    parameters = [*(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own), *options]
    run.__name__, run.__doc__, run.__module__ = command.__name__, command.__doc__, command.__module__
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return run


def _parameter(one: Filter) -> str:
    return f"filter_{one.name}"


def _option(one: Filter) -> Any:
    kind = str if one.kind is tuple else one.kind
    return Annotated[kind | None, typer.Option(*one.flags, metavar=one.metavar, help=one.help)]


def _typed(one: Filter, value: Any) -> Any:
    if one.kind is not tuple or value is None:
        return value
    try:
        return tuple(int(part) for part in value.split(","))
    except ValueError:
        raise typer.BadParameter(f"expected numbers such as 3,4, got {value!r}", param_hint=one.flags[0]) from None
