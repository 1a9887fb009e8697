"""The `repr` of a dataclass that may hold 10^5 labels: a line or two all the same."""

import reprlib
from dataclasses import fields, is_dataclass
from typing import Any

_SHORT = reprlib.Repr()
_SHORT.maxtuple = _SHORT.maxlist = 6
_SHORT.maxdict = 4
_SHORT.maxstring = _SHORT.maxother = 80


def short_repr(thing: Any) -> str:
    """Return the fields of a dataclass, long ones by their beginning and their length, arrays by their shape.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(repr=False)
    ... class Labels:
    ...     labels: tuple[str, ...]
    ...     __repr__ = short_repr
    >>> Labels(tuple("abcdefghij"))
    Labels(labels=('a', 'b', 'c', 'd', 'e', 'f', ...: 10))
    """
    shown = ", ".join(f"{field.name}={_value(getattr(thing, field.name))}" for field in fields(thing) if field.repr)
    return f"{type(thing).__name__}({shown})"


def _value(value: Any) -> str:
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"<{value.dtype} array {value.shape}>"
    if is_dataclass(value) and not isinstance(value, type):
        return repr(value) if type(value).__repr__ is short_repr else short_repr(value)
    text = _SHORT.repr(value)
    if isinstance(value, tuple | list) and len(value) > _SHORT.maxtuple:
        return f"{text[:-1]}: {len(value):,}{text[-1]}"
    return text
