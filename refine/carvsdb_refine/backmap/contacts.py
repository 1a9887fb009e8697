"""Contact distances: how near atoms that are not bonded may come."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import HALIDES, HYDROGEN, METALLOIDS, NOBLE_GASES, covalent_radius, is_metal
from carvsdb.errors import InputError

# Half the distances, in Å, at which atoms of start models begin to repel one another. They lie somewhat above half the
# shortest contacts of well-annealed models of amorphous ZIFs (H-H 1.59, C-H 2.01, C-C 2.81, N-N 2.68 Å), so that a
# little softness leaves no contact below those.
_RADII = {"H": 1.0, "D": 1.0, "C": 1.55, "N": 1.5, "O": 1.4}
_OTHER = 1.45


# Elements that are packed alone as molecules or not at all.
_NO_BONDS_ALONE = NOBLE_GASES | HALIDES | HYDROGEN | {"N", "O"}


LONGEST_CONTACT = 20.0
"""Å at which a pair may begin to repel; the work grows with its third power."""


def contact_distances(
    species: Sequence[str], given: Mapping[str, float] | None = None, *, bonding: bool = False
) -> NDArray[np.float64]:
    """Return the distance at which each pair of elements begins to repel, shape (n_species, n_species), in Å.

    Parameters
    ----------
    species : sequence of str
        Chemical symbols.
    given : mapping of str to float, optional
        Distances of pairs by names such as ``Si-Si``; by default sums of radii: H 1.0, C 1.55, N 1.5, O 1.4, others
        1.45 Å.
    bonding : bool
        Let pairs that bond come as near as their covalent radii say: metals and metalloids with nonmetals, and an
        element that is alone with itself.

    Raises
    ------
    InputError
        If a pair names an element that is not there, or a distance is below 0 or no distance of neighbours.

    Examples
    --------
    >>> contact_distances(["H", "Zn"], {"Zn-Zn": 3.3}).tolist()
    [[2.0, 2.45], [2.45, 3.3]]
    """
    radii = np.array([_RADII.get(symbol, _OTHER) for symbol in species])
    distances: NDArray[np.float64] = radii[:, None] + radii
    for i, one in enumerate(species if bonding else ()):
        for j, other in enumerate(species):
            alone = len(species) == 1 and one not in _NO_BONDS_ALONE
            unlike = _is_centre(one) is not _is_centre(other) and not {one, other} & (NOBLE_GASES | HYDROGEN)
            if alone or unlike:
                distances[i, j] = min(distances[i, j], covalent_radius(one) + covalent_radius(other))
    for pair, distance in (given or {}).items():
        first, _, second = pair.partition("-")
        if first not in species or second not in species:
            raise InputError(
                f"contact {pair!r} is no pair of {', '.join(species)}; expected such as {species[0]}-{species[0]}"
            )
        if not 0 <= distance <= LONGEST_CONTACT:
            raise InputError(f"contact {pair} must be 0 to {LONGEST_CONTACT:g} Å, got {distance}")
        for i, one in enumerate(species):
            for j, other in enumerate(species):
                if {one, other} == {first, second}:
                    distances[i, j] = distance
    return distances


def _is_centre(symbol: str) -> bool:
    return is_metal(symbol) or symbol in METALLOIDS
