"""How large errors of labels may be."""

from dataclasses import dataclass

import numpy as np

from carvsdb.errors import InputError


@dataclass(frozen=True, slots=True)
class Scales:
    """How large errors of labels may be: rows are divided by them.

    Attributes
    ----------
    energy, force, stress : float
        In eV per atom, eV/Å, and eV per atom (volume times stress).

    Raises
    ------
    InputError
        If one is not above 0.
    """

    energy: float = 0.001
    force: float = 0.1
    stress: float = 0.02

    def __post_init__(self) -> None:
        for scale in (self.energy, self.force, self.stress):
            if not 0 < scale < np.inf:
                raise InputError(f"expected scales of errors above 0, got {scale:g}")
