"""Monte Carlo of atomic models against energies and scattering data.

The floors, each importing only from below: ``chain`` / ``acceptance | moves | constraints | scattering_state`` /
``protocols`` / ``configuration``. A chain proposes a move, judges it by constraints, energies and data, and accepts
or rejects; each part has its own state, which only changes where something moved.
"""

from carvsdb_refine.monte_carlo.protocols import (
    BoundConstraint,
    BoundData,
    BoundEnergy,
    Constraint,
    EnergyTerm,
    Move,
    Proposal,
)

__all__ = [
    "BoundConstraint",
    "BoundData",
    "BoundEnergy",
    "Constraint",
    "EnergyTerm",
    "Move",
    "Proposal",
]
