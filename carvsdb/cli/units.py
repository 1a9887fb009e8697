"""Building units, written for reading."""

from typing import TYPE_CHECKING

from carvsdb.cli.output import say, table

if TYPE_CHECKING:
    from carvsdb_schemas.description import Description, UnitDescription

_HEADER = ("count", "unit", "kind", "as", "bonds", "points", "SMILES or composition", "key")


def units_report(description: "Description") -> str:
    """Write the units of a net as a table, with the line that names the framework by them."""
    units = description.units or []
    rows = [
        (
            str(one.count),
            one.name or one.formula,
            one.kind,
            one.role,
            str(one.degree),
            str(one.points_of_extension),
            one.smiles or one.composition,
            one.key,
        )
        for one in units
    ]
    lines = table(rows, _HEADER).splitlines() if units else ["no units: there are no atoms"]
    text = "\n".join(f"  {line}" for line in ["", *lines]).rstrip(" ")
    if description.mofid_like is not None:
        text += f"\n  {'MOFid-like':<17} {description.mofid_like}"
    return text


def units_in_words(units: "list[UnitDescription]") -> str:
    """Write units in one line: ``Zn4O(CO2)6 x 1, terephthalate x 3``.

    Examples
    --------
    >>> units_in_words([])
    'none'
    """
    counted: dict[str, int] = {}
    for one in units:
        if one.role not in ("guest", "whole"):
            counted[one.name or one.formula] = counted.get(one.name or one.formula, 0) + one.count
    return ", ".join(f"{name} x {number}" for name, number in counted.items()) or "none"


def say_what_units_lack() -> None:
    """Say which extra is missing, if it is."""
    from carvsdb_ingest.analysis.units import can_draw

    if not can_draw():
        say('linkers get no SMILES and no name without RDKit: pip install "carvsdb[chem]"')
