"""Trial moves: how proposals are drawn.

Every way there is as likely as the way back (detailed balance), unless the proposal says otherwise.
"""

from dataclasses import dataclass
from math import exp, pi, radians

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled
from carvsdb.errors import InputError
from carvsdb_refine.monte_carlo.configuration import Configuration
from carvsdb_refine.monte_carlo.protocols import Proposal

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RigidMove:
    """A molecule is shifted and turned about its centre; a molecule of one atom is only shifted.

    Attributes
    ----------
    translation : float
        Largest shift along each axis, in Å; shifts are uniform in that cube.
    rotation : float
        Largest angle in degrees, uniform, about an axis that is uniform on the sphere.
    weight : float
        How often the move is tried, relative to others.
    """

    translation: float = 0.1
    rotation: float = 5.0
    weight: float = 1.0
    name: str = "molecule"
    adaptable: bool = True

    def propose(self, configuration: Configuration, scale: float, rng: np.random.Generator) -> Proposal:
        """Draw a molecule, a shift and a rotation."""
        atoms = configuration.molecules[rng.integers(len(configuration.molecules))]
        moved = configuration.positions[atoms] + rng.uniform(-scale, scale, 3) * self.translation
        if len(atoms) > 1 and self.rotation > 0:
            angle = rng.uniform(-1, 1) * min(scale * radians(self.rotation), pi)
            _turn(configuration.connected(atoms), random_axis(rng), angle, moved)
        return Proposal(atoms, moved)


@dataclass(frozen=True, slots=True)
class AtomMove:
    """One atom is shifted, whatever molecule it belongs to.

    Attributes
    ----------
    translation : float
        Largest shift along each axis, in Å; shifts are uniform in that cube.
    weight : float
        How often the move is tried, relative to others.
    within_molecules : bool
        Only atoms of molecules of at least two atoms: the molecules bend.
    """

    translation: float = 0.1
    weight: float = 1.0
    within_molecules: bool = False
    name: str = "atom"
    adaptable: bool = True

    def propose(self, configuration: Configuration, scale: float, rng: np.random.Generator) -> Proposal:
        """Draw an atom and a shift."""
        if self.within_molecules:
            candidates = configuration.atoms_in_molecules
            if len(candidates) == 0:
                raise InputError("moves that bend molecules need a molecule of at least two atoms; there is none")
            atoms = candidates[rng.integers(len(candidates), size=1)]
        else:
            atoms = rng.integers(configuration.model.n_atoms, size=1)
        return Proposal(atoms, configuration.positions[atoms] + rng.uniform(-scale, scale, 3) * self.translation)


def bend_move(translation: float = 0.02, weight: float = 1.0) -> AtomMove:
    """Return the move that bends molecules under the potential: one of their atoms is shifted."""
    return AtomMove(translation, weight, True, "bend")


@dataclass(frozen=True, slots=True)
class SwapMove:
    """Two free atoms of different elements trade places.

    Attributes
    ----------
    first, second : str
        The elements; only atoms that are molecules of their own are traded.
    weight : float
        How often the move is tried, relative to others.
    """

    first: str
    second: str
    weight: float = 1.0
    adaptable: bool = False

    @property
    def name(self) -> str:
        """``swap A-B``."""
        return f"swap {self.first}-{self.second}"

    def propose(self, configuration: Configuration, scale: float, rng: np.random.Generator) -> Proposal:
        """Draw one atom of each element."""
        free = configuration.free_atoms
        for symbol in (self.first, self.second):
            if len(free.get(symbol, ())) == 0 or self.first == self.second:
                raise InputError(
                    f"{self.name} needs free atoms of two elements; {symbol} has {len(free.get(symbol, ()))}"
                )
        atoms = np.array([free[symbol][rng.integers(len(free[symbol]))] for symbol in (self.first, self.second)])
        positions = configuration.positions[atoms]
        way = configuration.nearest(positions[1] - positions[0])
        return Proposal(atoms, positions + np.array([way, -way]))


@dataclass(frozen=True, slots=True)
class VolumeMove:
    """The cell grows or shrinks alike in all directions, and with it the distances between molecules' centres.

    Attributes
    ----------
    change : float
        Largest change of the logarithm of the volume; changes are uniform.
    pressure : float
        In eV/Å³ (1 GPa is 0.0062415).
    weight : float
        How often the move is tried, relative to others.

    References
    ----------
    .. [1] Eppenga & Frenkel, Mol. Phys. 52, 1303 (1984), doi:10.1080/00268978400101951
    """

    change: float = 0.01
    pressure: float = 0.0
    weight: float = 0.01
    name: str = "volume"
    adaptable: bool = True

    def propose(self, configuration: Configuration, scale: float, rng: np.random.Generator) -> Proposal:
        """Draw a change of the volume."""
        log_ratio = rng.uniform(-scale, scale) * self.change
        factor = exp(log_ratio / 3)
        positions = configuration.positions.copy()
        origin = configuration.model.origin
        for atoms in configuration.molecules:
            centre = configuration.connected(atoms).mean(axis=0)
            positions[atoms] += (factor - 1) * (centre - origin)
        # Uniform in ln V instead of V: one power more than the number of centres.
        n_centres = len(configuration.molecules)
        volume = abs(float(np.linalg.det(configuration.cell)))
        return Proposal(
            np.arange(len(positions)),
            _nearest_copies(configuration, positions, factor),
            configuration.cell * factor,
            (n_centres + 1) * log_ratio,
            self.pressure * volume * (exp(log_ratio) - 1),
        )


def _nearest_copies(configuration: Configuration, positions: Floats, factor: float) -> Floats:
    """Return positions such that atoms of a broken molecule keep to its centre: their images scale with the cell."""
    for atoms in configuration.molecules:
        if len(atoms) > 1:
            images = configuration.connected(atoms) - configuration.positions[atoms]
            positions[atoms] -= (factor - 1) * images
    return positions


@compiled
def _turn(positions: Floats, axis: Floats, angle: float, moved: Floats) -> None:
    """Add to `moved` what a rotation about the centre shifts the atoms of a whole molecule, shape (k, 3)."""
    n_atoms = positions.shape[0]
    arms, centre = np.empty((n_atoms, 3)), np.zeros(3)
    for k in range(n_atoms):
        for row in range(3):
            arms[k, row] = positions[k, row] - positions[0, row]
            centre[row] += arms[k, row] / n_atoms
    cosine, sine = np.cos(angle), np.sin(angle)
    for k in range(n_atoms):
        x, y, z = arms[k, 0] - centre[0], arms[k, 1] - centre[1], arms[k, 2] - centre[2]
        along = (1.0 - cosine) * (axis[0] * x + axis[1] * y + axis[2] * z)
        moved[k, 0] += (cosine - 1.0) * x + sine * (axis[1] * z - axis[2] * y) + along * axis[0]
        moved[k, 1] += (cosine - 1.0) * y + sine * (axis[2] * x - axis[0] * z) + along * axis[1]
        moved[k, 2] += (cosine - 1.0) * z + sine * (axis[0] * y - axis[1] * x) + along * axis[2]


def random_axis(rng: np.random.Generator) -> Floats:
    """Return a unit vector, uniform on the sphere."""
    while True:
        vector = rng.standard_normal(3)
        length = float(np.sqrt(vector @ vector))
        if length > 1e-6:
            return vector / length
