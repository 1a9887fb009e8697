"""What a file says of a bond or an embedding, checked; and the refusal, by name, of what is not built."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import gemmi
import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.potential.ace.embedding import EMBEDDINGS, PLAIN
from carvsdb_refine.potential.ace.form import Bond, InnerCutoff, RadialBasis
from carvsdb_refine.potential.ace.radial_forms import BESSEL, TABULATED, is_built

Floats = NDArray[np.float64]

INNER_CUTOFFS = ("density", "distance", "zbl")
# What pacemaker takes for a B-basis that does not say it.
CORE_LIMIT = (100_000.0, 250.0)
# A grid of fewer bins than this tells nothing of a function.
_FEWEST_BINS = 4

# Radial functions of a kind; real potentials have some tens.
_MOST_RADIAL = 500


def refuse_unbuilt_basis(name: object, pair: str, path: Path) -> str:
    """Return the name of a radial basis, or refuse it.

    Raises
    ------
    InputError
        If there is no such basis here.
    """
    if not is_built(str(name)):
        raise InputError(
            f"the radial basis {name} is not built (bond {pair}); built are SBessel, ChebExpCos, ChebPow, ChebLinear "
            "and Tabulated",
            path=path,
        )
    return str(name)


def radial_of(
    text: Mapping[str, Any], names: Mapping[str, str], spacing: float, table: Floats | None, pair: str, path: Path
) -> RadialBasis:
    """Return the radial basis of a bond.

    Parameters
    ----------
    text : mapping
        What the file says of the bond.
    names : mapping
        What the file calls "basis", "width" and "parameters".
    """
    name = refuse_unbuilt_basis(text[names["basis"]], pair, path)
    is_plain = name in BESSEL or name == TABULATED or name.startswith("TEST_") or name == "ChebLinear"
    parameters = text.get(names["parameters"]) or ()
    if not parameters and not is_plain:
        raise InputError(f"{names['parameters']} of {pair}: {name} needs a number", path=path)
    width = float(text.get(names["width"], 0.0) if is_plain else text[names["width"]])
    radial = RadialBasis(name, float(parameters[0]) if parameters else 1.0, width, spacing, table)
    if name == "ChebExpCos" and radial.parameter == 0:
        raise InputError(f"{names['parameters']} of {pair}: {name} needs a number other than 0", path=path)
    if not (np.isfinite(radial.parameter) and 0 <= width < np.inf):
        raise InputError(f"the radial basis of {pair} needs a finite number and a width of at least 0 Å", path=path)
    return radial


def inner_of(kind: object, end: object, width: object, pair: str, path: Path) -> InnerCutoff:
    """Return the inner cut-off of a bond."""
    if kind not in INNER_CUTOFFS:
        raise InputError(
            f"the inner cut-off type {kind} is not built (bond {pair}); built are {', '.join(INNER_CUTOFFS)}", path=path
        )
    inner = InnerCutoff(str(kind), float(str(end)), float(str(width)))
    if not (np.isfinite(inner.end) and 0 <= inner.width < np.inf):
        raise InputError(f"the inner cut-off of {pair} needs a finite end and a width of at least 0 Å", path=path)
    return inner


def radial_shape(n_radial: Any, l_max: Any, n_base: Any) -> tuple[int, int, int]:
    """Return the shape of radial coefficients (n, l, k) that a file asks for.

    Raises
    ------
    ValueError
        If it is none, or larger than that of any potential: what a file asks for is made.
    """
    shape = (int(n_radial), int(l_max) + 1, int(n_base))
    if min(shape) < 0 or max(shape) > _MOST_RADIAL:
        raise ValueError(f"{shape} radial functions (n, l, k), more than {_MOST_RADIAL} of a kind, or fewer than none")
    return shape


def coefficients_of(numbers: Any, shape: tuple[int, int, int], pair: str, path: Path) -> Floats:
    """Return radial coefficients of a shape; an old flat list runs over k, n, l."""
    coefficients = np.array(numbers, dtype=np.float64)
    if coefficients.size == 0 and 0 in shape:
        return np.zeros(shape)
    if coefficients.ndim == 1 and coefficients.size == np.prod(shape):
        return np.ascontiguousarray(coefficients.reshape(shape[2], *shape[:2]).transpose(1, 2, 0))
    if coefficients.ndim != 3 or any(has < needs for has, needs in zip(coefficients.shape, shape, strict=True)):
        raise InputError(f"radcoefficients of {pair}: expected {shape}, got {coefficients.shape}", path=path)
    return coefficients[: shape[0], : shape[1], : shape[2]]


def checked_bond(bond: Bond, pair: str, path: Path) -> Bond:
    """Return the bond, or refuse numbers that its functions cannot be made from."""
    if not 0 < bond.cutoff < np.inf:
        raise InputError(f"expected a cut-off above 0 Å, got {bond.cutoff}", path=path)
    if not (bond.radial.spacing > 0 and bond.cutoff / bond.radial.spacing >= _FEWEST_BINS):
        raise InputError(
            f"expected a spacing of the splines above 0 Å and well below the cut-off of {pair} ({bond.cutoff} Å), "
            f"got {bond.radial.spacing}",
            path=path,
        )
    if not np.all(np.isfinite(bond.repulsion)):
        raise InputError(f"the core repulsion of {pair} is not a number", path=path)
    if bond.inner.kind == "zbl" and bond.repulsion[0] != 0 and 0 in bond.charges:
        raise InputError(f"{pair}: ZBL needs the atomic numbers, and one of these is no element", path=path)
    return bond


def with_charges(bond: Bond, symbols: tuple[str, str]) -> Bond:
    """Return the bond with the atomic numbers of its elements; 0 for what is none."""
    first, second = (gemmi.Element(symbol).atomic_number for symbol in symbols)
    return replace(bond, charges=(first, second))


def embedding_of(name: object, parameters: list[float], n_densities: int, path: Path) -> tuple[str, Floats]:
    """Return the embedding's name, and weights and exponents of the densities.

    Raises
    ------
    InputError
        If the embedding is not built, or the numbers are not two to a density.
    """
    if name not in EMBEDDINGS:
        raise InputError(f"the embedding {name} is not built; built are {' and '.join(EMBEDDINGS)}", path=path)
    numbers = np.array(parameters, dtype=np.float64).ravel()
    if n_densities < 1 or len(numbers) != 2 * n_densities:
        raise InputError(f"the embedding: expected 2 numbers for each of {n_densities} densities, got {len(numbers)}",
                         path=path)  # fmt: skip
    if name != PLAIN and not np.all(numbers[1::2] > 0):
        raise ValueError("an exponent of an embedding that is not above 0")
    return str(name), numbers.reshape(n_densities, 2)


def zero_energies_of(said: object, elements: Sequence[str], path: Path) -> tuple[float, ...]:
    """Return the energy of each element alone, said by element, by index or as a list; none is 0.

    Raises
    ------
    InputError
        If there are others.
    """
    if not said:
        return (0.0,) * len(elements)
    if isinstance(said, Mapping):
        said = [said.get(element, said.get(index, 0.0)) for index, element in enumerate(elements)]
    try:
        energies = np.array(said, np.float64)
    except (TypeError, ValueError):
        energies = np.zeros(0)
    if energies.shape != (len(elements),):
        raise InputError(f"E0: expected an energy for each of {', '.join(elements)}, got {str(said)[:60]}", path=path)
    return tuple(energies.tolist())


def core_limit_of(end: object, width: object, path: Path) -> tuple[float, float]:
    """Return at which core sum the expansion is gone, and over which width it goes."""
    limit = float(str(end)), float(str(width))
    if not (np.isfinite(limit[0]) and 0 <= limit[1] < np.inf):
        raise InputError("the core's limit of density needs a finite number and a width of at least 0", path=path)
    return limit
