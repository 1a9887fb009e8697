"""Words of the command line that need no pydantic to become values.

Typer makes an adapter of pydantic for every parameter of a command, whether it was given or not: with all that is
loaded for it, more than half of the time of a short command. Where a word is what it seems to be (a name, a path,
digits, one of the words of a choice) it is taken here; all else, and all that is wrong, is left to typer.
"""

import os
import re
from collections.abc import Callable
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any, get_args, get_origin

import typer.core

_OTHER = object()
_DIGITS = re.compile(r"[0-9]{1,15}")
_DECIMAL = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?")
_OF_PATHS = {
    "exists": False,
    "file_okay": True,
    "dir_okay": True,
    "writable": False,
    "readable": True,
    "resolve_path": False,
    "path_type": None,
}
"""What typer may ask of a path, where nothing was asked."""


def take_plain_values() -> None:
    """Let commands take plain words without pydantic, where this typer would load it."""
    core: Any = typer.core
    build = getattr(core, "build_runtime_param", None)
    if build is not None and not isinstance(build, _Builder):
        core.build_runtime_param = _Builder(build)


class _Builder:
    def __init__(self, build: Callable[[Any], Any]) -> None:
        self._build = build

    def __call__(self, descriptor: Any) -> Any:
        return _Parameter(descriptor, self._build)


class _Parameter:
    """Takes the place of what typer makes for a parameter."""

    def __init__(self, descriptor: Any, build: Callable[[Any], Any]) -> None:
        self._descriptor = descriptor
        self._build = build

    @cached_property
    def _typers(self) -> Any:
        return self._build(self._descriptor)

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the value of what was typed, or of a default."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        plain = plain_value(value, self._descriptor.annotation, self._descriptor.parameter_info)
        return self._typers.coerce(value, param=param, ctx=ctx) if plain is _OTHER else plain

    def __getattr__(self, name: str) -> Any:
        return getattr(self._typers, name)


def plain_value(value: Any, kind: Any, asked: Any) -> Any:
    """Return a value of a type; a mark of this module where typer is to decide.

    Parameters
    ----------
    value : object
        What was typed, or a default.
    kind : type
        Of the parameter.
    asked : typer.models.ParameterInfo
        What else the parameter asks for.
    """
    if asked.parser is not None:
        return _OTHER
    if get_origin(kind) is list and isinstance(value, list | tuple):
        items = [plain_value(one, get_args(kind)[0], asked) for one in value]
        return _OTHER if any(one is _OTHER for one in items) else items
    if kind in (str, bool):
        return value if type(value) is kind else _OTHER
    if kind in (int, float):
        return _number(value, kind, asked)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _choice(value, kind)
    if kind is Path and all(getattr(asked, name, usual) == usual for name, usual in _OF_PATHS.items()):
        return _path(value)
    return _OTHER


def _number(value: Any, kind: type[int | float], asked: Any) -> Any:
    pattern = _DIGITS if kind is int else _DECIMAL
    if isinstance(value, str):
        value = kind(value) if pattern.fullmatch(value) else None
    if type(value) is not kind or asked.clamp:
        return _OTHER
    least, most = asked.min, asked.max
    return value if (least is None or value >= least) and (most is None or value <= most) else _OTHER


def _choice(value: Any, kind: type[Enum]) -> Any:
    return value if isinstance(value, kind) else next((one for one in kind if one.value == value), _OTHER)


def _path(value: Any) -> Any:
    if type(value) is not str:
        return value if type(value) is type(Path()) else _OTHER
    try:
        is_read = os.access(value, os.R_OK) or not os.path.lexists(value)
    except ValueError:  # a zero byte
        return _OTHER
    return Path(value) if is_read else _OTHER
