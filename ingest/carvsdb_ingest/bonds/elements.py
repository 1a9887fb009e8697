"""What bonds depend on: radii, and which elements are metals."""

from functools import cache

METALLOIDS = frozenset({"B", "Si", "Ge", "As", "Sb", "Te"})
NOBLE_GASES = frozenset({"He", "Ne", "Ar", "Kr", "Xe", "Rn"})
HYDROGEN = frozenset({"H", "D"})


@cache
def covalent_radius(symbol: str) -> float:
    """Return the covalent radius of an element in Å; 0 for what is no element.

    References
    ----------
    .. [1] Cordero et al., Dalton Trans. 2832 (2008), doi:10.1039/b801115j

    Examples
    --------
    >>> covalent_radius("Zn"), covalent_radius("D")
    (1.22, 0.31)
    """
    import gemmi

    element = gemmi.Element(symbol)
    return round(float(element.covalent_r), 2) if element.atomic_number else 0.0


@cache
def is_metal(symbol: str) -> bool:
    """Tell whether an element is a metal; B, Si, Ge, As, Sb and Te are none here.

    Examples
    --------
    >>> is_metal("Al"), is_metal("Ge"), is_metal("P")
    (True, False, False)
    """
    import gemmi

    return symbol not in METALLOIDS and symbol != "Po" and bool(gemmi.Element(symbol).is_metal)
