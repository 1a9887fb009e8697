"""Options that many commands share and that become one parameter of each: conditions on nets, the form of an answer."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

Option = tuple[Any, Any]
"""The annotation of a typer option, and its default."""


def in_place_of(
    parameter: str, options: Mapping[str, Option], make: Callable[[dict[str, Any]], object]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that gives a command some options in place of one of its parameters.

    Parameters
    ----------
    parameter : str
        The parameter of the command.
    options : mapping from str to (annotation, default)
        The options, by the names under which `make` gets what was typed.
    make : callable
        Makes the value of the parameter.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        def run(**given: Any) -> None:
            typed = {name: given.pop(name) for name in options}
            command(**given, **{parameter: make(typed)})

        signature = inspect.signature(command)
        own = [one for one in signature.parameters.values() if one.name != parameter]
        parameters = [
            *(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own),
            *(
                inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
                for name, (annotation, default) in options.items()
            ),
        ]
        run.__name__, run.__doc__, run.__module__ = command.__name__, command.__doc__, command.__module__
        run.__annotations__ = {one.name: one.annotation for one in parameters}
        # typer reads the parameters of a function from here; types have no word for functions that have one.
        vars(run)["__signature__"] = signature.replace(parameters=parameters)
        return run

    return decorate
