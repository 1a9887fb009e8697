"""Colours that the colour-blind tell apart (Okabe & Ito 2008, https://jfly.uni-koeln.de/color/), and those of atoms."""

from collections.abc import Sequence
from dataclasses import dataclass

OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#7F7F7F")
INK, PALE = "#222222", "#9a9a9a"

_ELEMENTS = {
    "H": "#f2f2f2",
    "D": "#f2f2f2",
    "C": "#6b6b6b",
    "N": "#4566d6",
    "O": "#d8352a",
    "F": "#8fd16a",
    "S": "#e3c52b",
    "P": "#f08a24",
    "Cl": "#4fbf4f",
    "Si": "#d9b48f",
    "B": "#f2a6a0",
}
_METAL = "#8c8fa8"


def element_colour(symbol: str) -> str:
    """Return the colour of an element, as most viewers have it; metals and what is rare share one."""
    return _ELEMENTS.get(symbol, _METAL)


def cycled(number: int) -> str:
    """Return the colour of the n-th thing; after eight they come again."""
    return OKABE_ITO[number % len(OKABE_ITO)]


@dataclass(frozen=True, slots=True)
class MapColours:
    """What the points of a map are coloured by.

    Attributes
    ----------
    name : str
        Stands at the scale.
    values : sequence of float, str or None
        Of each point; None is grey. Numbers get a scale; of words the seven most frequent get colours.
    nothing : str
        What None is called.
    """

    name: str
    values: Sequence[float | str | None]
    nothing: str = "not known"

    @property
    def is_numeric(self) -> bool:
        """Whether all values that there are are numbers."""
        known = [value for value in self.values if value is not None]
        return bool(known) and not any(isinstance(value, str) for value in known)
