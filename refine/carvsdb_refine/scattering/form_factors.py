"""X-ray form factors of free atoms."""

import re
from collections.abc import Mapping
from math import pi

import gemmi
import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import HYDROGEN
from carvsdb.errors import InputError

# Table -> the largest sin(theta)/lambda in Å⁻¹ that it was fitted to.
RANGES = {"waasmaier-kirfel": 6.0, "cromer-mann": 2.0}
# The Cromer-Mann table has two hydrogens; gemmi has the bonded one. This is the free atom (Hartree-Fock), as all
# the other elements are and as the published models have it.
_FREE_HYDROGEN = (
    np.array([0.489918, 0.262003, 0.196767, 0.049879]),
    np.array([20.6593, 7.74039, 49.5519, 2.20159]),
    0.001305,
)


def form_factors(
    species: tuple[str, ...],
    q: NDArray[np.float64],
    table: str = "waasmaier-kirfel",
    ions: Mapping[str, str] | None = None,
) -> NDArray[np.float64]:
    """Return the form factors of neutral atoms or of ions, in electrons, shape (n_species, n_q).

    Parameters
    ----------
    species : tuple of str
        The elements; ``D`` scatters as ``H``.
    q : ndarray of float64
        Q in Å⁻¹.
    table : str
        ``waasmaier-kirfel`` (five Gaussians, up to Q = 75 Å⁻¹) or ``cromer-mann`` (four Gaussians, up to 25 Å⁻¹; the
        International Tables' and those of the published models).
    ions : mapping of str to str, optional
        For an element the ion whose form factor it has, in waasmaier-kirfel only: ``{"O": "O2-", "Zn": "Zn2+"}``.

    Raises
    ------
    InputError
        If a table is unknown, an ion is not one of its element, or the table has no such element or not that Q.

    References
    ----------
    .. [1] Waasmaier & Kirfel, Acta Cryst. A 51, 416 (1995), doi:10.1107/S0108767394013292
    .. [2] Cromer & Mann, Acta Cryst. A 24, 321 (1968), doi:10.1107/S0567739468000550
    .. [3] International Tables for Crystallography C, table 6.1.1.4 (1992)

    Examples
    --------
    >>> form_factors(("Si", "Zn"), np.array([0.0, 5.0])).round(2).tolist()
    [[14.0, 7.22], [29.99, 17.48]]
    >>> form_factors(("O",), np.array([0.0, 5.0]), ions={"O": "O2-"}).round(2).tolist()
    [[10.0, 2.95]]
    """
    if table not in RANGES:
        raise InputError(f"there is no table of form factors {table!r}; expected one of {', '.join(RANGES)}")
    s_squared = (q / (4 * pi)) ** 2
    if len(q) and s_squared.max() > RANGES[table] ** 2 * (1 + 1e-9):
        raise InputError(
            f"the {table} form factors reach Q = {4 * pi * RANGES[table]:.1f} Å⁻¹, got {q.max():.1f} Å⁻¹",
            hint="cut the fit range" if table == "waasmaier-kirfel" else "use waasmaier-kirfel or cut the fit range",
        )
    named = _named_ions(species, table, ions or {})
    result = np.empty((len(species), len(q)))
    for row, symbol in enumerate(species):
        amplitudes, widths, constant = _coefficients(named.get(symbol, "H" if symbol in HYDROGEN else symbol), table)
        result[row] = constant + amplitudes @ np.exp(-np.multiply.outer(widths, s_squared))
    return result


def _named_ions(species: tuple[str, ...], table: str, ions: Mapping[str, str]) -> dict[str, str]:
    """Return the ions as the table calls them: ``Na1+``, not ``Na+``."""
    named = {}
    for symbol, ion in ions.items():
        found = re.fullmatch(r"([A-Z][a-z]?)([1-9]?)([+-])", ion)
        if found is None or found[1] != symbol:
            raise InputError(f"the ion of {symbol} must be one of it, such as {symbol}2+, got {ion!r}")
        if symbol not in species:
            raise InputError(f"ions name {symbol}, which the model does not have; it has {', '.join(species)}")
        if table != "waasmaier-kirfel":
            raise InputError(f"the {table} form factors are those of neutral atoms", hint="use waasmaier-kirfel")
        named[symbol] = f"{symbol}{found[2] or 1}{found[3]}"
    return named


def _coefficients(symbol: str, table: str) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Return the amplitudes, the widths in Å², and the constant."""
    if table == "cromer-mann":
        if symbol == "H":
            return _FREE_HYDROGEN
        four = gemmi.Element(symbol).it92
        if four is None or not any(four.a):
            raise InputError(f"{symbol} has no Cromer-Mann form factor")
        return np.array(four.a), np.array(four.b), float(four.c)
    from periodictable.cromermann import getCMformula

    try:
        five = getCMformula(symbol)
    except (KeyError, ValueError):
        raise InputError(f"{symbol} has no Waasmaier-Kirfel form factor") from None
    return np.array(five.a), np.array(five.b), float(five.c)
