"""What bonds depend on: radii, and which elements are metals."""

from functools import cache

METALLOIDS = frozenset({"B", "Si", "Ge", "As", "Sb", "Te"})
NOBLE_GASES = frozenset({"He", "Ne", "Ar", "Kr", "Xe", "Rn"})
HALIDES = frozenset({"F", "Cl", "Br", "I"})
HYDROGEN = frozenset({"H", "D"})
# Reference 1 has two radii of these; gemmi knows those of the low-spin state, which is rare in frameworks.
_HIGH_SPIN = {"Mn": 1.61, "Fe": 1.52, "Co": 1.50}


@cache
def covalent_radius(symbol: str) -> float:
    """Return the covalent radius of an element in Å (Mn, Fe and Co: high spin); 0 for what is no element.

    References
    ----------
    .. [1] Cordero et al., Dalton Trans. 2832 (2008), doi:10.1039/b801115j

    Examples
    --------
    >>> covalent_radius("Zn"), covalent_radius("D")
    (1.22, 0.31)
    """
    import gemmi

    if symbol in _HIGH_SPIN:
        return _HIGH_SPIN[symbol]
    element = gemmi.Element(symbol)
    return round(float(element.covalent_r), 2) if element.atomic_number else 0.0


@cache
def is_metal(symbol: str) -> bool:
    """Tell whether an element is a metal; B, Si, Ge, As, Sb and Te are none here.

    Examples
    --------
    >>> is_metal("Al"), is_metal("Ge"), is_metal("P"), is_metal("CO")
    (True, False, False, False)
    """
    import gemmi

    element = gemmi.Element(symbol)
    return symbol not in METALLOIDS and symbol not in ("Po", "X") and element.name == symbol and bool(element.is_metal)
