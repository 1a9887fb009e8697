"""What came of a run: switches, energies and the geometry that was measured."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.generate.options import SwitchingOptions


@dataclass(frozen=True, slots=True)
class Geometry:
    """Bonds and angles of a network.

    Attributes
    ----------
    bond_length, bond_length_spread : float
        Mean and root mean square deviation from it, in Å.
    angle, angle_spread : float
        Mean bond angle and root mean square deviation from it, in degrees.

    Examples
    --------
    >>> from carvsdb.generate.network import diamond
    >>> Geometry.of(diamond((2, 2, 2), 2.35).bond_vectors())
    Geometry(bond_length=2.35, bond_length_spread=0.0, angle=109.471221, angle_spread=0.0)
    """

    bond_length: float
    bond_length_spread: float
    angle: float
    angle_spread: float

    @classmethod
    def of(cls, bonds: NDArray[np.float64]) -> "Geometry":
        """Measure bond vectors of shape (n, 4, 3) in Å; numbers are rounded to six decimals."""
        lengths = np.linalg.norm(bonds, axis=2)
        first, second = np.triu_indices(4, 1)
        cosines = (bonds[:, first] * bonds[:, second]).sum(2) / (lengths[:, first] * lengths[:, second])
        angles = np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))
        values = (lengths.mean(), lengths.std(), angles.mean(), angles.std())
        return cls(*(round(float(value), 6) for value in values))


@dataclass(frozen=True, slots=True)
class Stage:
    """One temperature: what was tried there and what it led to.

    Attributes
    ----------
    temperature : float
        kT in eV.
    attempted, accepted : int
        Bond switches.
    energy_per_node : float
        In eV, at the end of the stage.
    """

    temperature: float
    attempted: int
    accepted: int
    energy_per_node: float


@dataclass(frozen=True, slots=True)
class GenerationReport:
    """The provenance of a generated network; it holds nothing that differs between two equal runs.

    Attributes
    ----------
    method : str
    n_nodes : int
    cells : tuple of 3 int
        Cubic diamond cells of the box at the start.
    options : SwitchingOptions
    stages : tuple of Stage
        The hot stage, then the annealing.
    attempted, accepted : int
        Bond switches in all stages.
    energy_per_node : float
        Keating energy after the last relaxation, in eV.
    force : float
        Root mean square force per coordinate that is left, in eV Å⁻¹.
    geometry : Geometry
        Of the network returned.
    closest_unbonded : float
        Shortest distance between nodes without a bond, in Å. The Keating energy has no repulsion: see
        ``closest_unbonded`` of the options.
    """

    method: str
    n_nodes: int
    cells: tuple[int, int, int]
    options: SwitchingOptions
    stages: tuple[Stage, ...]
    attempted: int
    accepted: int
    energy_per_node: float
    force: float
    geometry: Geometry
    closest_unbonded: float

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, fit for JSON."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; given to the `progress` callback some times in each stage.

    Attributes
    ----------
    stage, n_stages : int
        From 1; the hot stage is the first.
    temperature : float
        kT in eV.
    fraction : float
        Part of the stage that is done, 0 to 1.
    energy_per_node : float
        In eV.
    """

    stage: int
    n_stages: int
    temperature: float
    fraction: float
    energy_per_node: float


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, tuple) else value
