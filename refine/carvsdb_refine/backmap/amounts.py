"""How much of what is packed: formulas with stoichiometry, and densities by number or by mass."""

import re
from collections.abc import Mapping

from carvsdb.atoms.elements import DALTON_PER_CUBIC_ANGSTROM, mass_of
from carvsdb.atoms.formula import amounts_of_formula
from carvsdb.errors import InputError

# Atoms/Å³ and g/cm³ that no material has at pressures of a laboratory: diamond has 0.176, osmium 22.6.
_MOST_ATOMS, _MOST_MASS = 0.25, 25.0
# So thin a gas has no pairs in any cell.
_FEWEST_ATOMS = 1e-7
MOST_ATOMS = 1_000_000
"""More atoms than this are not packed."""

_DENSITY = re.compile(r"\s*([0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)\s*(.*?)\s*")
_BY_MASS = {"g/cm3": 1.0, "g/cm^3": 1.0, "g/cm³": 1.0, "g/cc": 1.0, "g/ml": 1.0, "gcm-3": 1.0, "kg/m3": 1e-3}
_BY_NUMBER = (
    "",
    "atoms/å3",
    "atoms/å³",
    "atoms/a3",
    "atoms/å^3",
    "atoms/a^3",
    "å-3",
    "å⁻³",
    "/å3",
    "/å³",
    "1/å3",
    "1/å³",
)


def atoms_of_formula(formula: str, units: int) -> dict[str, int]:
    """Return the atoms of so many formula units.

    Parameters
    ----------
    formula : str
        Such as ``SiO2``, ``Ge0.2Se0.8``, ``Ca(OH)2``.
    units : int

    Raises
    ------
    InputError
        If it is no formula, or the atoms are not whole.

    Examples
    --------
    >>> atoms_of_formula("SiO2", 64), atoms_of_formula("Ge0.2Se0.8", 10), atoms_of_formula("Ca(OH)2", 1)
    ({'Si': 64, 'O': 128}, {'Ge': 2, 'Se': 8}, {'Ca': 1, 'O': 2, 'H': 2})
    """
    found = {}
    for symbol, share in amounts_of_formula(formula).items():
        count = share * units
        if not count <= MOST_ATOMS:
            raise InputError(f"{units} units of {formula} have more than {MOST_ATOMS:,} {symbol}, which is not packed")
        if abs(count - round(count)) > 1e-6 or round(count) < 1:
            raise InputError(f"{units} units of {formula} have {count:g} {symbol}; expected a whole number of atoms")
        found[symbol] = round(count)
    return found


def number_density(text: str, counts: Mapping[str, int]) -> float:
    """Return the atoms per Å³ that a density says.

    Parameters
    ----------
    text : str
        A number of atoms per Å³, or one in g/cm³ with that unit: ``0.066``, ``2.2 g/cm3``.
    counts : mapping of str to int
        The atoms, by element.

    Raises
    ------
    InputError
        If it is no density, or that of no material.

    Examples
    --------
    >>> round(number_density("2.2 g/cm3", {"Si": 1, "O": 2}), 5), number_density("0.066", {"Si": 1})
    (0.06615, 0.066)
    """
    match = _DENSITY.fullmatch(text)
    unit = "" if match is None else re.sub(r"\s+", "", match[2]).lower()
    if match is None or (unit not in _BY_NUMBER and unit not in _BY_MASS):
        raise InputError(f"expected a number density in atoms/Å³ such as 0.066, or 2.2g/cm3, got {text!r}")
    value = float(match[1])
    mean = sum(mass_of(symbol) * count for symbol, count in counts.items()) / max(sum(counts.values()), 1)
    by_mass = mean * DALTON_PER_CUBIC_ANGSTROM
    density = value * _BY_MASS[unit] / by_mass if unit in _BY_MASS else value
    if density > _MOST_ATOMS or density * by_mass > _MOST_MASS:
        raise InputError(
            f"{density:.4g} atoms/Å³ or {density * by_mass:.4g} g/cm³ is denser than any material",
            hint="a density without a unit is in atoms/Å³; write 2.2g/cm3 for g/cm³",
        )
    if 0 < density < _FEWEST_ATOMS:
        raise InputError(f"{density:.3g} atoms/Å³ is no density of a model; expected {_FEWEST_ATOMS:g} or more")
    return density
