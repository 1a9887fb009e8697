"""How a chain judges, adapts and checks."""

from dataclasses import dataclass

import numpy as np

from carvsdb.errors import InputError

ORDERS = ("joint", "energy first", "data first")


@dataclass(frozen=True, slots=True)
class ChainOptions:
    """How a chain judges, adapts and checks.

    Attributes
    ----------
    temperature : float
        In K.
    chi2_factor : float
        f of the acceptance rule min(1, exp(-(f Δchi² + ΔE/kT))); 0.5 is the Gaussian likelihood.
    acceptance : str
        ``joint``, or delayed: ``energy first`` or ``data first``.
    equilibration : int
        So many first moves adapt the step sizes; then these are frozen.
    target_acceptance : float
        What they are adapted to.
    check_every : int
        Moves between checks against a full evaluation; 0 for none.
    """

    temperature: float = 300.0
    chi2_factor: float = 1.0
    acceptance: str = "joint"
    equilibration: int = 0
    target_acceptance: float = 0.4
    check_every: int = 10_000

    def __post_init__(self) -> None:
        if self.acceptance not in ORDERS:
            raise InputError(f"there is no acceptance {self.acceptance!r}; expected one of {', '.join(ORDERS)}")
        for name in ("temperature", "chi2_factor"):
            if not (np.isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                raise InputError(f"{name} must be 0 or more, got {getattr(self, name)}")
        if not 0 < self.target_acceptance < 1:
            raise InputError(f"target_acceptance must be between 0 and 1, got {self.target_acceptance}")
