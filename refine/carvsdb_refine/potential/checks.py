"""What every potential asks of a structure before it evaluates anything."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carvsdb.errors import InputError
from carvsdb_refine.potential.terms import Elements


def element_indices(
    name: str,
    known: tuple[str, ...],
    elements: Elements,
    source: str | Path | None = None,
) -> NDArray[np.int64]:
    """Translate symbols to indices into `known`; indices are checked. Deuterium is hydrogen, unless it is known itself.

    Parameters
    ----------
    name : str
        Of the potential, for the message.
    known : tuple of str
        Its elements.
    elements : sequence of str or int, shape (n,)
        One per atom.
    source : str or Path, optional
        The structure's file, for the message.

    Raises
    ------
    InputError
        If the potential lacks an element.

    Examples
    --------
    >>> element_indices("zif.yace", ("H", "Zn"), ["Zn", "H", "D"]).tolist()
    [1, 0, 0]
    """
    given = np.asarray(elements)
    symbols, places = np.unique(given, return_inverse=True)
    names: Sequence[str] | range = range(len(known)) if given.dtype.kind in "iu" else known
    number = {symbol: index for index, symbol in enumerate(names)}
    if "H" in number:
        number.setdefault("D", number["H"])
    missing = [str(symbol) for symbol in symbols.tolist() if symbol not in number]
    if missing:
        has = f"it has {', '.join(known)}"
        raise InputError(f"potential {name} has no element {', '.join(missing)} ({has})", path=source)
    return np.array([number[symbol] for symbol in symbols.tolist()], np.int64)[places.reshape(-1)]


def checked_atoms(
    n_atoms: int, positions: ArrayLike, cell: ArrayLike, source: str | Path | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return positions and cell as arrays, if they are atoms in a cell.

    Raises
    ------
    InputError
        If shapes do not fit, a number is not finite, or the cell is flat.
    """
    places = np.array(positions, dtype=np.float64, ndmin=2)
    vectors = np.array(cell, dtype=np.float64)
    if places.size == 0:
        places = places.reshape(0, 3)
    if places.shape != (n_atoms, 3):
        raise InputError(f"positions: expected shape (n_atoms = {n_atoms}, 3), got {places.shape}", path=source)
    if vectors.shape != (3, 3):
        raise InputError(f"cell: expected shape (3, 3), lattice vectors as rows, got {vectors.shape}", path=source)
    if not np.all(np.isfinite(places)):
        atom = int(np.argmin(np.isfinite(places).all(axis=1)))
        raise InputError(f"the position of atom {atom} (from 0) is not a number", path=source)
    edges = float(np.prod(np.linalg.norm(vectors, axis=1)))
    if not np.all(np.isfinite(vectors)) or not abs(np.linalg.det(vectors)) > 1e-6 * edges:
        raise InputError("the cell is flat: expected three independent lattice vectors in Å", path=source)
    return places, vectors


def check_finite(energies: NDArray[np.float64], source: str | Path | None) -> None:
    """Refuse energies that are not numbers: where atoms lie on one another.

    Raises
    ------
    InputError
        Naming the first such atom.
    """
    if not np.all(np.isfinite(energies)):
        atom = int(np.argmin(np.isfinite(energies)))
        raise InputError(f"atom {atom} (from 0) has no finite energy: another lies upon it", path=source)
