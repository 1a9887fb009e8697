"""Chemical symbols: which exist, and which a mass belongs to."""

import gemmi

HEAVIEST = 118
# A mass in a file may be rounded (12, 65.4, 1.0); neighbours in the periodic table can be as close as 0.23 g/mol.
MASS_TOLERANCE = 0.1


def is_symbol(text: str) -> bool:
    """Return whether a text is a chemical symbol, written as usual; ``D`` counts.

    Examples
    --------
    >>> is_symbol("Zn"), is_symbol("ZN"), is_symbol("X")
    (True, False, False)
    """
    return text in _MASSES


def symbol_of_mass(mass: float) -> str | None:
    """Return the element whose standard atomic mass (g/mol) is within 0.1 of a mass and nearest to it.

    Examples
    --------
    >>> symbol_of_mass(65.38), symbol_of_mass(2.014), symbol_of_mass(5.0)
    ('Zn', 'D', None)
    """
    nearest = min(_MASSES, key=lambda symbol: abs(_MASSES[symbol] - mass))
    return nearest if abs(_MASSES[nearest] - mass) <= MASS_TOLERANCE else None


_MASSES = {gemmi.Element(number).name: gemmi.Element(number).weight for number in range(1, HEAVIEST + 1)} | {"D": 2.014}


def mass_of(symbol: str) -> float:
    """Return the standard atomic mass of an element in g/mol."""
    return _MASSES[symbol]
