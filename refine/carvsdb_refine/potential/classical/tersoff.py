"""The Tersoff potential."""

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
from carvsdb_refine.potential.classical.tables import TERSOFF, ClassicalTables

# m, gamma, lambda_3, c, d, cos theta_0, n, beta, lambda_2, B, R, D, lambda_1, A
_SILICON = (
    3.0, 1.0, 1.7322, 1.0039e5, 16.218, -0.59826, 0.78734, 1.0999e-6, 1.7322, 471.18, 2.85, 0.15, 2.4799, 1830.8,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Tersoff(ClassicalPotential):
    """Bonds whose strength depends on the other bonds of their atoms.

    The energy of an atom is half the sum over its neighbours of ``f(r) (A exp(-lambda_1 r) - b B exp(-lambda_2 r))``;
    the bond order is ``b = (1 + (beta zeta)^n)^(-1/2n)``, where zeta sums ``f(s) g(theta) exp(lambda_3^m (r - s)^m)``
    over its other neighbours, ``g = gamma (1 + c²/d² - c²/(d² + (cos theta - cos theta_0)²))``; ``f`` falls from 1 at
    ``R - D`` to 0 at ``R + D``.

    Attributes
    ----------
    name : str
        Name of the file or the set.
    triples : dict
        ``(m, gamma, lambda_3, c, d, cos theta_0, n, beta, lambda_2, B, R, D, lambda_1, A)`` of each (centre, neighbour,
        other neighbour), in eV and Å; bonds are those of (centre, neighbour, neighbour).

    References
    ----------
    .. [1] Tersoff, Phys. Rev. B 38, 9902 (1988), doi:10.1103/PhysRevB.38.9902
    .. [2] Tersoff, Phys. Rev. B 39, 5566 (1989), doi:10.1103/PhysRevB.39.5566

    Examples
    --------
    >>> potential = Tersoff.silicon()
    >>> fcc = np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]) / 2
    >>> sites = np.concatenate([fcc, fcc + 0.25]) * 5.432
    >>> potential.energies(["Si"] * 8, sites, np.eye(3) * 5.432).round(2).tolist()[0]
    -4.63
    """

    name: str
    triples: Triples = field(repr=False)

    def __post_init__(self) -> None:
        for triple, row in self.triples.items():
            where = f"potential {self.name}: {' '.join(triple)}"
            if row[0] not in (1.0, 3.0):
                raise InputError(f"{where} has m = {row[0]:g}; expected 1 or 3")
            if not np.isfinite(row).all() or row[4] == 0 or row[10] <= 0 or row[11] <= 0:
                raise InputError(f"{where} needs finite numbers, d other than 0, R and D above 0")
            if triple[1] == triple[2] and (row[6] <= 0 or row[7] < 0):
                raise InputError(f"{where} needs n above 0 and beta of 0 or more")
        _ = self.tables

    @classmethod
    def silicon(cls) -> "Tersoff":
        """Return the published potential Si(C), also called T3."""
        return cls("Si(C)", {("Si", "Si", "Si"): _SILICON})

    @classmethod
    def read(cls, path: str | Path) -> "Tersoff":
        """Read a LAMMPS parameter file (``.tersoff``).

        Raises
        ------
        InputError
            With file and line, for whatever cannot be read.
        """
        return cls(Path(path).name, read_triples(path, 14, "Tersoff"))

    @cached_property
    def elements(self) -> tuple[str, ...]:
        """Symbols of the elements, in alphabetical order."""
        return elements_of_triples(self.triples, self.name)

    @cached_property
    def tables(self) -> ClassicalTables:
        """The potential as the kernels read it."""
        given = triple_array(self.triples, self.elements)
        same = np.arange(len(self.elements))
        _, _, _, _, _, _, n, beta, lambda_2, b, r, d, lambda_1, a = np.moveaxis(given[:, same, same], -1, 0)
        pair = np.stack([r + d, r, d, a, lambda_1, b, lambda_2, beta, n], axis=-1)
        triple = given[..., [10, 11, 0, 1, 2, 3, 4, 5]]
        farthest = float((given[..., 10] + given[..., 11]).max())
        return ClassicalTables(TERSOFF, farthest, pair, np.ascontiguousarray(triple))
