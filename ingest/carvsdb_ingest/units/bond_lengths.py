"""How long bonds are, by their order."""

from carvsdb.atoms.elements import HYDROGEN

# Covalent radii for single, double and triple bonds in Å: Pyykkö & Atsumi, doi:10.1002/chem.200800987 and
# doi:10.1002/chem.200901472; Pyykkö, Riedel & Patzschke, doi:10.1002/chem.200401299.
_RADII = {
    "H": (0.32, 0.32, 0.32),
    "B": (0.85, 0.78, 0.73),
    "C": (0.75, 0.67, 0.60),
    "N": (0.71, 0.60, 0.54),
    "O": (0.63, 0.57, 0.53),
    "F": (0.64, 0.59, 0.53),
    "Si": (1.16, 1.07, 1.02),
    "P": (1.11, 1.02, 0.94),
    "S": (1.03, 0.94, 0.95),
    "Cl": (0.99, 0.95, 0.93),
    "Ge": (1.21, 1.11, 1.14),
    "As": (1.21, 1.14, 1.06),
    "Se": (1.16, 1.07, 1.07),
    "Br": (1.14, 1.09, 1.10),
    "Sb": (1.40, 1.33, 1.27),
    "Te": (1.36, 1.28, 1.21),
    "I": (1.33, 1.29, 1.25),
}
_STIFFNESS, _LONG, _SHORT = 30.0, 0.6, 2.0
"""Cost of a bond that is not as long as its order says, in Å⁻², and what it is at most: too long, too short."""


def strain(one: str, two: str, order: int, length: float) -> float:
    """Return what a bond of a length in Å costs for not being as long as its order says (0: single)."""
    off = length - radius(one, order) - radius(two, order)
    return min(_LONG if off > 0 else _SHORT, _STIFFNESS * off * off)


def radius(element: str, order: int) -> float:
    """Return a covalent radius in Å for single, double or triple bonds (0, 1, 2)."""
    return _RADII["H" if element in HYDROGEN else element][order]
