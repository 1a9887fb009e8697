"""The operations of space groups and plane groups, by the names that CGD files use."""

from functools import lru_cache

import gemmi
import numpy as np
from numpy.typing import NDArray

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

Operations = tuple[NDArray[np.float64], NDArray[np.float64]]


def group_operations(name: str, dimension: int, alpha: float = 90.0, gamma: float = 120.0) -> Operations | None:
    """Return the operations of a group, or None if there is no such group.

    Parameters
    ----------
    name : str
        A Hermann-Mauguin symbol, with or without a setting: ``Fd-3m:2``, ``R-3m:H``, ``P6/mmm``; for two
        dimensions a plane group: ``p6mm``.
    dimension : int
        3 or 2.
    alpha, gamma : float
        Angles of the cell in degrees; they tell hexagonal from rhombohedral axes where the symbol does not.

    Returns
    -------
    rotations, translations : ndarrays of float64, shapes (n, 3, 3) and (n, 3)
        ``image = rotation @ position + translation`` in fractional coordinates; centring included; the
        identity is first.

    Notes
    -----
    Without a setting the symbol means origin choice 2 and hexagonal axes, as in Systre (its defaults
    ``preferSecondOrigin`` and ``preferHexagonal``) and the RCSR (which writes ``:2`` and ``:H``, but `fog` as
    ``R-3m`` in hexagonal axes). A rhombohedral cell (alpha = gamma) takes rhombohedral axes all the same.

    Examples
    --------
    >>> rotations, translations = group_operations("Fd-3m", 3)
    >>> len(rotations)
    192
    """
    key = name.replace("_", "").replace(" ", "")
    if dimension == 2:
        key = _SHORT_NAMES.get(key.lower(), key.lower())
        return _operations(_SPACE_OF_PLANE_GROUP[key], False) if key in _SPACE_OF_PLANE_GROUP else None
    # A bare number is a group's number in gemmi, but in a CGD file more likely a mistake.
    rhombohedral = abs(alpha - gamma) < 1
    return _operations(key, rhombohedral) if key.isascii() and key[:1].isalpha() and len(key) < 20 else None


@lru_cache(maxsize=512)
def _operations(name: str, rhombohedral: bool) -> Operations | None:
    group = gemmi.find_spacegroup_by_name(name, *((60.0, 60.0) if rhombohedral else (90.0, 120.0)), "2H")
    if group is None:
        return None
    ops = sorted(group.operations(), key=lambda op: op.triplet() != "x,y,z")
    scale = gemmi.Op.DEN
    rotations = np.array([op.rot for op in ops], np.float64) / scale
    translations = np.array([op.tran for op in ops], np.float64) / scale
    rotations.flags.writeable = translations.flags.writeable = False
    return rotations, translations


def keeps_metric(rotations: NDArray[np.float64], cell: NDArray[np.float64], dimension: int) -> bool:
    """Tell whether a cell (rows, Å) has the symmetry of rotations (fractional), within 2 %."""
    vectors = cell[:dimension]
    metric = vectors @ vectors.T
    turned = rotations[:, :dimension, :dimension]
    images = np.einsum("nji,jk,nkl->nil", turned, metric, turned)
    lengths = np.sqrt(np.diag(metric))
    return bool((np.abs(images - metric) <= 0.02 * np.outer(lengths, lengths)).all())
