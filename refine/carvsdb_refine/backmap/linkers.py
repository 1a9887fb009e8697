"""Rigid linkers: their atoms, and where they hold metals."""

from dataclasses import dataclass
from math import cos, radians, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Linker:
    """A rigid molecule with two atoms that bind a metal each, or a single atom that binds both.

    Attributes
    ----------
    name : str
        What the command line calls it.
    elements : tuple of str
        Chemical symbols.
    positions : ndarray of float64, shape (n, 3)
        In Å. The two binding atoms lie on the x axis, at equal distances from the origin, the one to the left first; y
        is the side on which the metals are.
    binding : tuple of two int
        The binding atoms; twice the same for a single atom.
    metal_distance, bond_length, bond_cutoff : float
        What suits this linker where nothing else is asked for, in Å: the mean distance of joined metals, the distance
        of metal and binding atom, and that within which these count as bonded.
    """

    name: str
    elements: tuple[str, ...]
    positions: Floats
    binding: tuple[int, int]
    metal_distance: float = 5.95
    bond_length: float = 2.0
    bond_cutoff: float = 2.5

    @property
    def is_atom(self) -> bool:
        """True for a single atom."""
        return len(self.elements) == 1

    def metal_sites(self, bond_length: float) -> Floats:
        """Return where the two metals are best, shape (2, 3): away from the atoms bonded to the binding one.

        Parameters
        ----------
        bond_length : float
            Between metal and binding atom, in Å.
        """
        sites = []
        for atom in self.binding:
            outward = np.zeros(3)
            for other in self.next_to(atom):
                bond = self.positions[atom] - self.positions[other]
                outward += bond / np.linalg.norm(bond)
            sites.append(self.positions[atom] + bond_length * outward / np.linalg.norm(outward))
        return np.array(sites)

    def next_to(self, atom: int) -> list[int]:
        """Return the atoms bonded to one: those within 1.7 Å, hydrogen left out."""
        distances = np.linalg.norm(self.positions - self.positions[atom], axis=1)
        near = (distances > 0) & (distances < 1.7)
        return [int(other) for other in np.flatnonzero(near) if self.elements[other] not in ("H", "D")]


def imidazolate() -> Linker:
    """Return the imidazolate anion C3H3N2, with the geometry of imidazole made symmetrical.

    Notes
    -----
    From the microwave structure of imidazole [1]_ with the means over its two halves: N-C2 1.339 Å (1.364, 1.314), N-C4
    1.380 Å (1.382, 1.377), C4-C5 1.364 Å, N-C2-N 112.0°, C-H 1.078 Å along the outer bisectors. The other angles follow
    (105.9° at N and 108.1° at C4; the means are the same). The nitrogens are 2.220 Å apart. With metals
    at 2.0 Å along the outer bisectors at N, these are 6.00 Å apart and on the side of C2.

    References
    ----------
    .. [1] Christen, Griffiths & Sheridan, Z. Naturforsch. A 36, 1378 (1981), doi:10.1515/zna-1981-1220

    Examples
    --------
    >>> linker = imidazolate()
    >>> "".join(linker.elements), round(float(np.ptp(linker.metal_sites(2.0)[:, 0])), 2)
    ('NCNCCHHH', 6.0)
    """
    half_angle = radians(112.0 / 2)
    half_width, rise = 1.339 * sin(half_angle), 1.339 * cos(half_angle)
    half_double = 1.364 / 2
    fall = sqrt(1.3795**2 - (half_width - half_double) ** 2)
    ring = np.array(
        [
            [-half_width, 0, 0],
            [0, rise, 0],
            [half_width, 0, 0],
            [half_double, -fall, 0],
            [-half_double, -fall, 0],
        ]
    )
    hydrogens = []
    for atom in (1, 3, 4):
        bonds = [ring[atom] - ring[other] for other in ((atom - 1) % 5, (atom + 1) % 5)]
        outward = np.sum([bond / np.linalg.norm(bond) for bond in bonds], axis=0)
        hydrogens.append(ring[atom] + 1.078 * outward / np.linalg.norm(outward))
    return Linker("imidazolate", tuple("NCNCCHHH"), np.vstack([ring, hydrogens]), (0, 2))


def oxygen() -> Linker:
    """Return the oxygen of oxide frameworks: Si-O 1.61 Å, Si-O-Si 145°.

    Notes
    -----
    The means over silica polymorphs and zeolites; silicon atoms are 3.07 Å apart, oxygens of one SiO4 2.63 Å.

    References
    ----------
    .. [1] Wragg, Morris & Burton, Chem. Mater. 20, 1561 (2008), doi:10.1021/cm071824j

    Examples
    --------
    >>> round(oxygen().metal_distance, 2)
    3.07
    """
    bond = 1.61
    return Linker("oxygen", ("O",), np.zeros((1, 3)), (0, 0), 2 * bond * sin(radians(145 / 2)), bond, 2.1)


LINKERS = {"imidazolate": imidazolate, "oxygen": oxygen}
"""By name, what makes them."""


def linker_named(name: str) -> Linker:
    """Return a linker by its name.

    Raises
    ------
    InputError
        If there is none.
    """
    if name not in LINKERS:
        raise InputError(f"there is no linker {name!r}; expected one of {', '.join(LINKERS)}, or a file")
    return LINKERS[name]()
