"""The Stillinger-Weber potential."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from carvsdb.errors import InputError
from carvsdb_refine.potential.classical.lammps_parameters import (
    Triples,
    elements_of_triples,
    read_triples,
    triple_array,
)
from carvsdb_refine.potential.classical.potential import ClassicalPotential
from carvsdb_refine.potential.classical.tables import STILLINGER_WEBER, ClassicalTables

# epsilon, sigma, a, lambda, gamma, cos theta_0, A, B, p, q of silicon; epsilon in eV, sigma in Å.
_SILICON = (2.1683, 2.0951, 1.80, 21.0, 1.20, -1 / 3, 7.049556277, 0.6022245584, 4.0, 0.0)


@dataclass(frozen=True, eq=False)
class StillingerWeber(ClassicalPotential):
    """Pairs, and angles that have one best value.

    With ``w(r, s) = exp(s sigma / (r - a sigma))`` below ``a sigma``, 0 above, a pair has the energy
    ``epsilon A (B (sigma/r)^p - (sigma/r)^q) w(r, 1)``, and an angle
    ``epsilon lambda (cos theta - cos theta_0)² w(r, gamma) w(s, gamma)``.

    Attributes
    ----------
    name : str
        Name of the file or the set.
    triples : dict
        ``(epsilon, sigma, a, lambda, gamma, cos theta_0, A, B, p, q)`` of each (centre, neighbour, other neighbour);
        pairs are those of (centre, neighbour, neighbour).

    References
    ----------
    .. [1] Stillinger & Weber, Phys. Rev. B 31, 5262 (1985), doi:10.1103/PhysRevB.31.5262

    Examples
    --------
    >>> potential = StillingerWeber.silicon()
    >>> fcc = np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]) / 2
    >>> sites = np.concatenate([fcc, fcc + 0.25]) * 5.431
    >>> potential.energies(["Si"] * 8, sites, np.eye(3) * 5.431).round(4).tolist()[0]
    -4.3366
    """

    name: str
    triples: Triples = field(repr=False)

    def __post_init__(self) -> None:
        for triple, row in self.triples.items():
            if not (np.isfinite(row).all() and row[1] > 0 and row[2] > 0):
                raise InputError(f"potential {self.name}: {' '.join(triple)} needs finite numbers, sigma and a above 0")
            mirrored = self.triples.get((triple[0], triple[2], triple[1]))
            if mirrored is not None and (mirrored[0] * mirrored[3], mirrored[5]) != (row[0] * row[3], row[5]):
                raise InputError(
                    f"potential {self.name}: {' '.join(triple)} and the entry with its last two elements exchanged "
                    "stand for one angle, but differ in epsilon lambda or cos theta_0"
                )
        _ = self.tables

    @classmethod
    def silicon(cls) -> "StillingerWeber":
        """Return the published potential of silicon, with epsilon = 2.1683 eV."""
        return cls("Si", {("Si", "Si", "Si"): _SILICON})

    @classmethod
    def read(cls, path: str | Path) -> "StillingerWeber":
        """Read a LAMMPS parameter file (``.sw``); its last number, a tolerance, is left out.

        Raises
        ------
        InputError
            With file and line, for whatever cannot be read.
        """
        triples = read_triples(path, 11, "Stillinger-Weber")
        return cls(Path(path).name, {triple: row[:10] for triple, row in triples.items()})

    @cached_property
    def elements(self) -> tuple[str, ...]:
        """Symbols of the elements, in alphabetical order."""
        return elements_of_triples(self.triples, self.name)

    @cached_property
    def tables(self) -> ClassicalTables:
        """The potential as the kernels read it."""
        given = triple_array(self.triples, self.elements)
        same = np.arange(len(self.elements))
        epsilon, sigma, a, _, gamma, _, big_a, big_b, p, q = np.moveaxis(given[:, same, same], -1, 0)
        pair = np.stack([a * sigma, epsilon * big_a, big_b, p, q, sigma, gamma * sigma], axis=-1)
        triple = np.stack([given[..., 0] * given[..., 3], given[..., 5]], axis=-1)
        return ClassicalTables(STILLINGER_WEBER, float(pair[..., 0].max()), pair, triple)
