"""Coherent neutron scattering lengths, with the deuterium fraction of hydrogen."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError

# Of all hydrogen.
NATURAL_DEUTERIUM = 0.00015
# fm; the elements of the published a-ZIF, a-Si and a-SiO2 as those works have them. periodictable has the rest.
SEARS_1992 = {"1H": -3.7406, "2H": 6.671, "3H": 4.792, "C": 6.6460, "N": 9.36, "O": 5.803, "Si": 4.1491, "Zn": 5.680}


LONGEST = 1000.0
"""Magnitude in fm that a given length may have; those of nuclei go to some tens."""


def scattering_lengths(
    species: tuple[str, ...],
    deuterium: float = NATURAL_DEUTERIUM,
    given: Mapping[str, float] | None = None,
    isotopes: Mapping[str, Mapping[str, float]] | None = None,
) -> NDArray[np.float64]:
    """Return the coherent scattering length of each element in fm.

    Parameters
    ----------
    species : tuple of str
        The elements; ``D`` is deuterium whatever the fraction.
    deuterium : float
        The fraction of ``H`` that is ²H. (The published reverse Monte Carlo code calls the fraction of ¹H "H/D
        ratio".)
    given : mapping of str to float, optional
        Lengths in fm that replace the tables', by element; ``1H`` and ``2H`` for the isotopes, ``H`` for the mixture.

    isotopes : mapping of str to (mapping of str to float), optional
        For an element the fractions of its isotopes, by mass number; they must add up to 1.

    Raises
    ------
    InputError
        If the fraction is not from 0 to 1, an element or isotope has no length, fractions do not add up to 1, or a
        given length is far beyond that of any nucleus.

    References
    ----------
    .. [1] Sears, Neutron News 3 (3), 26 (1992), doi:10.1080/10448639208218770

    Examples
    --------
    >>> scattering_lengths(("C", "H", "N", "Zn"), deuterium=0.933).round(4).tolist()
    [6.646, 5.9734, 9.36, 5.68]
    """
    if not 0 <= deuterium <= 1:
        raise InputError(f"the deuterium fraction must be from 0 to 1, got {deuterium}")
    for symbol, length in (given or {}).items():
        if not abs(length) <= LONGEST:
            raise InputError(f"the scattering length of {symbol} must be within {LONGEST:g} fm of 0, got {length}")
    mixed = {symbol: _mixed(symbol, fractions) for symbol, fractions in (isotopes or {}).items()}
    table = SEARS_1992 | mixed | dict(given or {})
    table.setdefault("H", (1 - deuterium) * table["1H"] + deuterium * table["2H"])
    table.setdefault("D", table["2H"])
    table.setdefault("T", table["3H"])
    return np.array([table[symbol] if symbol in table else _tabulated(symbol) for symbol in species])


def complex_lengths(
    species: tuple[str, ...],
    given: Mapping[str, float] | None = None,
    isotopes: Mapping[str, Mapping[str, float]] | None = None,
) -> dict[str, complex]:
    """Return the elements whose scattering length is complex by more than 1 %, with that length in fm.

    Near a resonance (Gd, Sm, Eu, Cd, Dy; B a little) the length depends on the wavelength, and the intensity on more
    than its real part, which is all that :func:`scattering_lengths` gives. Elements with a given length are left out.

    Examples
    --------
    >>> {symbol: f"{length:.1f}" for symbol, length in complex_lengths(("Gd", "O")).items()}
    {'Gd': '9.5-13.8j'}
    """
    found = {}
    for symbol in species:
        if symbol in (given or {}) or symbol in ("H", "D"):
            continue
        length = sum(
            (share * _complex(symbol, mass) for mass, share in (isotopes or {}).get(symbol, {"0": 1.0}).items()), 0j
        )
        if abs(length.imag) > 0.01 * abs(length):
            found[symbol] = length
    return found


def _complex(symbol: str, mass: str) -> complex:
    import periodictable

    try:
        element = periodictable.elements.symbol(symbol)
        length = (element if mass == "0" else element[int(mass)]).neutron.b_c_complex
    except (ValueError, KeyError, AttributeError):
        return 0j
    return complex(0 if length is None else length)


def _tabulated(symbol: str) -> float:
    import periodictable

    try:
        length = periodictable.elements.symbol(symbol).neutron.b_c
    except ValueError:
        length = None
    if length is None:
        raise InputError(f"{symbol} has no tabulated neutron scattering length; give one in fm")
    return float(length)


def _mixed(symbol: str, fractions: Mapping[str, float]) -> float:
    """Return the length of a mixture of isotopes."""
    import periodictable

    total = sum(fractions.values())
    if not fractions or abs(total - 1) > 1e-6 or min(fractions.values()) < 0:
        raise InputError(f"the fractions of the isotopes of {symbol} must add up to 1, got {total:g}")
    length = 0.0
    for mass, fraction in fractions.items():
        own = SEARS_1992.get(f"{mass}{symbol}")
        if own is None:
            try:
                own = periodictable.elements.symbol(symbol)[int(mass)].neutron.b_c
            except (ValueError, KeyError):
                own = None
        if own is None:
            raise InputError(f"there is no tabulated neutron scattering length of {mass}{symbol}; give one in fm")
        length += fraction * float(own)
    return length
