"""Symmetry from all that a file says: operations, Hall symbol, names, number, coordinate-system code, and the cell.

Listed operations are taken if they are a group, then the Hall symbol, then a name, then the number. What contradicts
itself or leaves something unsaid gives several readings, for the contents of the cell to decide, and a doubt.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.space_group_names import Setting, meaning_of_name, settings_of_number
from carvsdb.atoms.symmetry_operations import (
    IDENTITY,
    Operations,
    centring,
    closure,
    codes,
    hold,
    keeps_metric,
    metric_change,
    number_of,
    operations_of_hall,
    operations_of_setting,
    operations_of_texts,
    same_class,
    same_operations,
)
from carvsdb.errors import InputError

_NOTHING = frozenset(("", "?", ".", "unknown", "none", "n/a", "na", "unspecified", "not given", "xx"))
_ORIGIN = "the file does not say the origin of"
_METRIC_STEP = 0.005


@dataclass(frozen=True, slots=True)
class SymmetryStatement:
    """What a file says about symmetry, as it says it.

    Attributes
    ----------
    operations : tuple of str
        ``x,y,z`` and so on.
    hall : str
    names : tuple of str
        Hermann-Mauguin or Schoenflies symbols, the most telling first.
    number : str
        In International Tables A.
    code : str
        Coordinate-system code: ``1``, ``2``, ``h``, ``r``, ``b1``, ``cab``.
    """

    operations: tuple[str, ...] = ()
    hall: str = ""
    names: tuple[str, ...] = ()
    number: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One way to read a statement.

    Attributes
    ----------
    operations : tuple of ndarray
        Listed ones in the order of the file, to which codes of symmetry refer; else the identity first.
    rule : str
        ``listed operations``, ``Hall symbol``, ``name``, ``number`` or ``nothing``.
    name : str
        Of the group and its setting, as a sentence says it.
    number : int or None
        Of the group, where it is known.
    """

    operations: Operations
    rule: str
    name: str
    number: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Symmetry:
    """How a statement can be read.

    Attributes
    ----------
    readings : tuple of Reading
        The most likely first; several where the statement does not decide.
    question : str
        What is not decided, if there are several; a sentence.
    doubts : tuple of str
        What is doubtful about all of them; sentences.
    """

    readings: tuple[Reading, ...]
    question: str = ""
    doubts: tuple[str, ...] = ()

    @property
    def unsaid(self) -> bool:
        """Whether the file leaves the origin unsaid, and does not contradict itself."""
        return self.question.startswith(_ORIGIN)


def read_symmetry(said: SymmetryStatement, cell: NDArray[np.float64], *, conventional: bool = False) -> Symmetry:
    """Read what a file says about symmetry.

    Parameters
    ----------
    said : SymmetryStatement
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å; they tell the axes where nothing else does.
    conventional : bool
        The format has a convention: an origin that is not said is choice 2, without a doubt.

    Raises
    ------
    InputError
        For an operation that is none, or operations that generate no space group.

    Examples
    --------
    >>> found = read_symmetry(SymmetryStatement(names=("F d -3 m",)), 3.57 * np.eye(3))
    >>> [reading.name for reading in found.readings], found.question
    (['F d -3 m:2', 'F d -3 m:1'], 'the file does not say the origin of F d -3 m')
    """
    named = _named(said, cell)
    if said.operations:
        return _listed(said, named, cell)
    if not named.readings:
        identity = Reading(operations_of_texts((IDENTITY,)), "nothing", "P 1", 1)
        nothing = "the file says nothing about symmetry: read without symmetry"
        return Symmetry((identity,), doubts=named.doubts or (nothing,))
    if conventional and named.unsaid:
        return replace(named, readings=named.readings[:1], question="")
    return named


def _listed(said: SymmetryStatement, named: Symmetry, cell: NDArray[np.float64]) -> Symmetry:
    """Read listed operations, and compare them with the group that is named."""
    operations = operations_of_texts(said.operations)
    for reading in named.readings:
        if same_operations(operations, reading.operations):
            found = replace(reading, operations=operations, rule="listed operations")
            return Symmetry((found,), doubts=_metric_doubt(found, cell))
    group = closure(operations)
    number = len(said.operations)
    listed = f"{number} operation{'s' if number > 1 else ''}"
    if group is None or len(group[0]) > len(np.unique(codes(operations))):
        no_group = f"the file lists {listed}, which are no group"
        holding = [one for one in named.readings if hold(one.operations, operations)]
        if holding:
            doubt = f"{no_group}; the {len(holding[0].operations[0])} of {holding[0].name} were taken"
            return Symmetry(tuple(holding[:1]), doubts=(doubt,))
        if group is None:
            raise InputError(f"{no_group}; together they make more than the 192 that a space group can have")
        found = Reading(group, "listed operations", "the group of the listed operations", number_of(group))
        return Symmetry((found,), doubts=(f"{no_group}; the {len(group[0])} that they generate were taken",))
    found = Reading(operations, "listed operations", "the list", number_of(group))
    doubts = _metric_doubt(found, cell)
    if not named.readings or any(_agree(found, reading, cell) for reading in named.readings):
        return Symmetry((found,), doubts=doubts)
    other = named.readings[0]
    question = f"the file names {other.name}, of {len(other.operations[0])} operations, and lists {listed}"
    # Some programs leave the centring to the letter of the name.
    whole = [one for one in named.readings if _lacks_centring(operations, one.operations)]
    if whole:
        return Symmetry((*whole, found), f"{question}, those without its centring", doubts)
    return Symmetry((found, *named.readings), question, doubts)


def _agree(listed: Reading, named: Reading, cell: NDArray[np.float64]) -> bool:
    """Tell whether listed operations are those of a group in another setting or another cell."""
    if not same_class(listed.operations, named.operations):
        return False
    if listed.number is not None and named.number is not None and listed.number != named.number:
        return False
    same_lattice = centring(listed.operations) == centring(named.operations)
    return same_lattice or not keeps_metric(named.operations[0], cell)


def _lacks_centring(listed: Operations, named: Operations) -> bool:
    """Tell whether a list holds each operation of a group once, without the translations of its centring."""
    once = len(named[0]) == len(listed[0]) * centring(named) and centring(named) > 1
    return once and same_class(listed, named) and hold(named, listed)


def _metric_doubt(reading: Reading, cell: NDArray[np.float64]) -> tuple[str, ...]:
    if keeps_metric(reading.operations[0], cell):
        return ()
    return (f"the cell does not have the symmetry of {reading.name}",)


def _named(said: SymmetryStatement, cell: NDArray[np.float64]) -> Symmetry:
    """Read Hall symbol, names and number, and compare them with each other."""
    doubts: list[str] = []
    by_name = _by_name(said, cell, doubts)
    by_number = _by_number(said, cell, doubts)
    hall = _by_hall(said, doubts)
    first = by_name or by_number
    if hall is not None:
        if not first.readings or any(same_operations(hall.operations, one.operations) for one in first.readings):
            return Symmetry((hall,), doubts=(*doubts, *_metric_doubt(hall, cell)))
        question = f"the Hall symbol {hall.name} is not that of {first.readings[0].name}"
        return Symmetry((hall, *first.readings), question, tuple(doubts))
    if by_name is None:
        return replace(by_number, doubts=(*doubts, *by_number.doubts))
    other = by_number.readings
    if other and other[0].number != by_name.readings[0].number:
        question = f"{by_name.readings[0].name} is not number {other[0].number}, {other[0].name}"
        return Symmetry((*by_name.readings, *other), question, (*doubts, *by_name.doubts))
    return replace(by_name, doubts=(*doubts, *by_name.doubts))


def _by_hall(said: SymmetryStatement, doubts: list[str]) -> Reading | None:
    text = said.hall.strip()
    for name in said.names if not text else ():
        head, colon, tail = name.partition(":")
        if colon and head.strip().lower() == "hall":
            text = tail
    if text.lower() in _NOTHING:
        return None
    plain = " ".join(
        (text[1:-1] if text[:1] == text[-1:] == "'" else text)
        .replace("_", " ")
        .replace("=", '"')
        .replace("''", '"')
        .replace("\\", "")
        .split()
    )
    lower = plain.lower()
    titled = lower[:1].upper() + lower[1:] if lower[:1] != "-" else "-" + lower[1:2].upper() + lower[2:]
    for form in (plain, titled):
        try:
            operations = operations_of_hall(form)
        except (ValueError, RuntimeError):
            continue
        if len(operations[0]) <= 192:
            return Reading(operations, "Hall symbol", form, number_of(operations))
    doubts.append(f"the Hall symbol {_shown(text)} is unknown")
    return None


def _by_name(said: SymmetryStatement, cell: NDArray[np.float64], doubts: list[str]) -> Symmetry | None:
    unknown = ""
    for name in said.names:
        if name.strip().lower() in _NOTHING or name.strip().lower().startswith("hall"):
            continue
        meaning = meaning_of_name(name, said.code)
        if meaning is not None:
            return _fitting(meaning.settings, cell, "name")
        unknown = unknown or name
    if unknown:
        rest = "" if said.number.strip() in _NOTHING and not said.hall else "; what else the file says was taken"
        doubts.append(f"space group {_shown(unknown)} is unknown{rest or ': read without symmetry'}")
    return None


def _by_number(said: SymmetryStatement, cell: NDArray[np.float64], doubts: list[str]) -> Symmetry:
    text = said.number.strip()
    if text.lower() in _NOTHING:
        return Symmetry(())
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 230):
        doubts.append(f"there is no space group of the number {_shown(text)}")
        return Symmetry(())
    settings = settings_of_number(int(text), said.code)
    found = _fitting(settings, cell, "number")
    symbol = found.readings[0].name.partition(":")[0]
    fitting = [one for one in settings if keeps_metric(operations_of_setting(one.hall)[0], cell)]
    if any(one.name.partition(":")[0] != symbol for one in fitting):
        doubt = f"the file gives only the number of its space group, {text}: read as {found.readings[0].name}"
        return replace(found, doubts=(*found.doubts, doubt))
    return found


def _fitting(settings: tuple[Setting, ...], cell: NDArray[np.float64], rule: str) -> Symmetry:
    """Choose the settings that the cell allows; several readings if they differ by the origin."""
    fitting = _by_metric(settings, cell)
    doubts: tuple[str, ...] = ()
    if not fitting:
        others = _by_metric(settings_of_number(settings[0].number), cell)
        alike = [one for one in others if _symbols(one) == _symbols(settings[0])]
        fitting = alike or others[:1]
        doubts = (f"the cell does not have the symmetry of {settings[0].name}",)
        if fitting:
            doubts = (f"{doubts[0]}; {fitting[0].name} was taken",)
        fitting = fitting or list(settings[:1])
    symbol = fitting[0].name.partition(":")[0]
    same = [one for one in fitting if one.name.partition(":")[0] == symbol]
    readings = tuple(Reading(operations_of_setting(one.hall), rule, one.name, one.number) for one in same)
    return Symmetry(readings, f"{_ORIGIN} {symbol}" if len(readings) > 1 else "", doubts)


def _by_metric(settings: tuple[Setting, ...], cell: NDArray[np.float64]) -> list[Setting]:
    """Return the settings that a cell allows, those that it fits better first."""
    change = {one: metric_change(operations_of_setting(one.hall)[0], cell) for one in settings}
    fitting = [one for one in settings if keeps_metric(operations_of_setting(one.hall)[0], cell)]
    return sorted(fitting, key=lambda one: round(change[one] / _METRIC_STEP))


def _symbols(setting: Setting) -> tuple[str, ...]:
    """Return lattice and axes without the ones: the same for P 21/n 1 1 and P 1 21/n 1."""
    return tuple(part for part in setting.name.partition(":")[0].split(" ") if part != "1")


def _shown(text: str) -> str:
    return ascii(text if len(text) <= 30 else text[:27] + "...")[1:-1]
