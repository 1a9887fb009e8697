"""Which ASE calculators a config may name, and what it may tell them.

A config is data. It takes a calculator from the table here, by name, with arguments that are numbers or files below its
own folder. Any other class runs only if whoever types the command allows that very class there; and even then a config
gives it no command and no path outside of its folder.
"""

import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from carvsdb.errors import InputError
from carvsdb_refine.potential.foreign_code import contained
from carvsdb_refine.potential.usual_calculators import how_to_allow, how_to_install


@dataclass(frozen=True, slots=True)
class Known:
    """A calculator that evaluates in this process and starts no other.

    Attributes
    ----------
    place : str
        ``MODULE:CLASS``.
    numbers : tuple of str
        Arguments that are numbers, true or false.
    files : tuple of str
        Arguments that are files below the config's folder.
    """

    place: str
    numbers: tuple[str, ...]
    files: tuple[str, ...] = ()


KNOWN = {
    "EMT": Known("ase.calculators.emt:EMT", ("asap_cutoff",)),
    "LennardJones": Known("ase.calculators.lj:LennardJones", ("sigma", "epsilon", "rc", "ro", "smooth")),
    "MorsePotential": Known("ase.calculators.morse:MorsePotential", ("epsilon", "r0", "rho0", "rcut1", "rcut2")),
    "EAM": Known("ase.calculators.eam:EAM", (), ("potential",)),
}
"""By the name that a config gives; the full name of the class will do too."""

_PLACE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*")
# What starts programs, in one calculator of ASE or another.
_STARTS = re.compile(r"command|exec|binary|shell|profile|program|launch|mpi|script|directory|label|prefix|python", re.I)


def make_calculator(name: str, arguments: Mapping[str, Any], folder: Path, allowed: Sequence[str] = ()) -> Any:
    """Make the calculator that a config names.

    Parameters
    ----------
    name : str
        One of `KNOWN`, or a class that is allowed.
    arguments : mapping
        What the config tells it.
    folder : Path
        The config's folder.
    allowed : sequence of str
        Classes allowed on the command line, as ``MODULE:CLASS``.

    Raises
    ------
    InputError
        If the class is neither known nor allowed, is no calculator, or an argument is none that a config may give.
    """
    for place in allowed:
        if not _PLACE.fullmatch(place):
            raise InputError(f"--allow-calculator expects MODULE:CLASS, got {place!r}")
    places = {known.place: known for known in KNOWN.values()}
    wanted = KNOWN[name].place if name in KNOWN else name if ":" in name else ":".join(name.rsplit(".", 1))
    if wanted in places:
        given = {key: _known_argument(wanted, key, value, places[wanted], folder) for key, value in arguments.items()}
    elif wanted in allowed:
        given = {key: _checked(key, value, folder) for key, value in arguments.items()}
    else:
        raise InputError(
            f"the calculator {name!r} is none of {', '.join(KNOWN)}",
            hint=how_to_allow(name),
        )
    try:
        with contained():
            kind = _class_at(wanted)
            return kind(**given)
    except InputError:
        raise
    except Exception as error:  # whatever a calculator of others raises
        raise InputError(f"{wanted} cannot be made from {dict(arguments)} ({error})") from error


def is_known(calculator: Any) -> bool:
    """Return whether a calculator is one of `KNOWN`, which do not hang."""
    kind = type(calculator)
    return f"{kind.__module__}:{kind.__qualname__}" in {known.place for known in KNOWN.values()}


def environment_commands() -> list[str]:
    """Return what ASE's calculators may run because the environment or ASE's own configuration says so."""
    variables = (name for name in sorted(os.environ) if re.fullmatch(r"ASE_\w+|\w+_(COMMAND|SCRIPT)", name))
    found = [f"{name}={os.environ[name]}" for name in variables]
    parser = import_module("ase.config").cfg.parser
    return found + [
        f"{key} of [{section}] in ASE's configuration: {value}"
        for section in parser.sections()
        for key, value in parser[section].items()
        if _STARTS.search(key)
    ]


def _class_at(place: str) -> Any:
    module, _, name = place.partition(":")
    try:
        kind = getattr(import_module(module), name)
    except Exception as error:  # whatever the module of others raises
        hint = how_to_install(place) if isinstance(error, ModuleNotFoundError) else None
        raise InputError(f"there is no ASE calculator {place} ({error})", hint=hint) from error
    if not (isinstance(kind, type) and issubclass(kind, import_module("ase.calculators.calculator").BaseCalculator)):
        raise InputError(f"{place} is no calculator of ASE: expected a subclass of its Calculator")
    return kind


def _known_argument(place: str, key: str, value: Any, known: Known, folder: Path) -> Any:
    if key in known.files and isinstance(value, str):
        return _below(key, value, folder)
    if key in known.numbers and isinstance(value, bool | int | float) and math.isfinite(value):
        return value
    takes = ", ".join((*known.numbers, *known.files))
    raise InputError(f"calculator {place} takes numbers for {takes}; got {key} = {value!r}")


def _checked(key: str, value: Any, folder: Path) -> Any:
    """Return an argument for an allowed class, if it can neither start a program nor lead out of the folder."""
    if _STARTS.search(key):
        raise InputError(f"a config gives a calculator no {key!r}: that can start programs or choose where files go")
    if isinstance(value, Mapping):
        return {str(name): _checked(str(name), item, folder) for name, item in value.items()}
    if isinstance(value, list):
        return [_checked(key, item, folder) for item in value]
    if isinstance(value, str) and re.search(r"[/\\~$`|;&<>\x00-\x1f]|^\.\.", value):
        return _below(key, value, folder)
    return value


def _below(key: str, value: str, folder: Path) -> str:
    home = os.path.realpath(folder)
    try:
        place = os.path.realpath(os.path.join(home, value))
        inside = os.path.commonpath([home, place]) == home and os.path.isfile(place)
    except ValueError:  # a zero byte, another drive
        inside = False
    if not inside:
        raise InputError(f"{key} = {value!r} is no file below the config's folder")
    return place
