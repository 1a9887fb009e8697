"""What a frame says of itself beside its atoms: step, time, temperature."""

import math
import re
from dataclasses import dataclass
from typing import Any

_NUMBER = r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
_WORDS = {
    "step": ("step", "timestep", "time_step", "md_step", "i"),
    "time": ("time", "time_fs", "time_ps", "t"),
    "temperature": ("temperature", "temp"),
}
_KEYS = {
    field: re.compile(rf"""(?<![\w.:])(?:{"|".join(words)})\s*[=:]\s*"?{_NUMBER}(?![\w.])""", re.IGNORECASE)
    for field, words in _WORDS.items()
}
_CONFIGURATION = re.compile(r"\s*Direct configuration\s*=\s*([0-9]+)", re.IGNORECASE)
_HEAD = 40


@dataclass(frozen=True, slots=True)
class Said:
    """Numbers of a frame, in the units of its file; None where the file does not say them."""

    step: int | None = None
    time: float | None = None
    temperature: float | None = None


def said_of(values: dict[str, Any]) -> Said:
    """Return numbers as what a frame says; steps that are not whole say nothing, nor does what is not finite."""
    found = {field: float(value) for field, value in values.items()}
    found = {field: value for field, value in found.items() if math.isfinite(value)}
    step = found.pop("step", None)
    return Said(step=int(step) if step is not None and step.is_integer() else None, **found)


def said_by_comment(comment: str) -> Said:
    """Read the comment line of an xyz frame.

    Examples
    --------
    >>> said_by_comment('Lattice="1 0 0 0 1 0 0 0 1" Step=50 Time=0.5 temperature=300')
    Said(step=50, time=0.5, temperature=300.0)
    >>> said_by_comment(" i =       10, time =        5.000, E =      -17.1")
    Said(step=10, time=5.0, temperature=None)
    >>> said_by_comment("Properties=species:S:1:id:I:1 Step=20")
    Said(step=20, time=None, temperature=None)
    """
    found = {field: pattern.search(comment) for field, pattern in _KEYS.items()}
    return said_of({field: match[1] for field, match in found.items() if match})


def said_by_block(form: str, lines: tuple[str, ...]) -> Said:
    """Read the head of a frame of a text file."""
    if form == "xyz":
        return said_by_comment(lines[1]) if len(lines) > 1 else Said()
    if form == "dump":
        head = [line.strip() for line in lines[:_HEAD]]
        values: dict[str, Any] = {}
        for field, item in (("step", "ITEM: TIMESTEP"), ("time", "ITEM: TIME")):
            at = head.index(item) + 1 if item in head else len(head)
            if at < len(head) and re.fullmatch(_NUMBER, head[at]):
                values[field] = head[at]
        return said_of(values)
    for line in lines[:_HEAD] if form == "xdatcar" else ():
        if match := _CONFIGURATION.match(line):
            return said_of({"step": match[1]})
    return Said()
