"""The operations of space groups and plane groups, by the names that CGD files use."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.space_group_names import meaning_of_name
from carvsdb.atoms.space_groups import SymmetryStatement, read_symmetry
from carvsdb.atoms.symmetry_operations import Operations, operations_of_setting

# Plane group -> a space group that acts as it does on z = 0 (International Tables A, chapter 6).
_SPACE_OF_PLANE_GROUP = {
    "p1": "P 1",
    "p2": "P 1 1 2",
    "pm": "P m 1 1",
    "pg": "P b 1 1",
    "cm": "C m 1 1",
    "p2mm": "P m m 2",
    "p2mg": "P m a 2",
    "p2gg": "P b a 2",
    "c2mm": "C m m 2",
    "p4": "P 4",
    "p4mm": "P 4 m m",
    "p4gm": "P 4 b m",
    "p3": "P 3",
    "p3m1": "P 3 m 1",
    "p31m": "P 3 1 m",
    "p6": "P 6",
    "p6mm": "P 6 m m",
}
_SHORT_NAMES = {
    "p1m1": "pm",
    "p1g1": "pg",
    "c1m1": "cm",
    "pmm": "p2mm",
    "pmg": "p2mg",
    "pgg": "p2gg",
    "cmm": "c2mm",
    "p4m": "p4mm",
    "p4g": "p4gm",
    "p6m": "p6mm",
}


def group_operations(name: str, dimension: int, cell: NDArray[np.float64]) -> tuple[Operations, list[str]] | None:
    """Return the operations of a group, or None if there is no such group.

    Parameters
    ----------
    name : str
        A Hermann-Mauguin symbol in any notation, with or without a setting: ``Fd-3m:2``, ``R-3m:H``, ``P6/mmm``; for
        two dimensions a plane group: ``p6mm``.
    dimension : int
        3 or 2.
    cell : ndarray of float64, shape (3, 3)
        Rows, in Å; it tells hexagonal from rhombohedral axes where the symbol does not.

    Returns
    -------
    rotations, translations : ndarrays of float64, shapes (n, 3, 3) and (n, 3)
        ``image = rotation @ position + translation`` in fractional coordinates; centring included; the
        identity is first.
    quality : list of str
        What is doubtful.

    Notes
    -----
    Without a setting the symbol means origin choice 2 and hexagonal axes, as in Systre (its defaults
    ``preferSecondOrigin`` and ``preferHexagonal``) and the RCSR (which writes ``:2`` and ``:H``, but `fog` as
    ``R-3m`` in hexagonal axes). A rhombohedral cell (alpha = gamma) takes rhombohedral axes all the same.

    Examples
    --------
    >>> (rotations, translations), quality = group_operations("Fd-3m", 3, np.eye(3))
    >>> len(rotations)
    192
    """
    if name.strip().isdigit():  # elsewhere the number of a group, but in a CGD file more likely a mistake
        return None
    if dimension == 2:
        key = name.replace("_", "").replace(" ", "").lower()
        space = meaning_of_name(_SPACE_OF_PLANE_GROUP.get(_SHORT_NAMES.get(key, key), ""))
        return None if space is None else (operations_of_setting(space.settings[0].hall), [])
    if meaning_of_name(name) is None:
        return None
    found = read_symmetry(SymmetryStatement(names=(name,)), cell, conventional=True)
    return found.readings[0].operations, [f"symmetry: {doubt}" for doubt in found.doubts]
