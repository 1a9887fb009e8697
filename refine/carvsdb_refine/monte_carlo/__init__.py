"""Monte Carlo of atomic models against energies and scattering data.

================  ==========================================================================================
`chain`           `Chain`: moves, one after the other; counters, checks, exact resumption
`chain_options`   how it judges, adapts and checks
`acceptance`      the rule: jointly, or the cheap term first
`moves`           how proposals are drawn
`constraints/`    shortest distances, coordination numbers, angles, bonds, fixed atoms; soft ones
`data/`           pair counts, curves and chi² of data sets, kept up to date
`protocols`       what the parts promise one another
`saved_state`     the model and the generator of a checkpoint, checked
`configuration`   the configuration they share
================  ==========================================================================================

A chain proposes a move, judges it by constraints, energies and data, and accepts or rejects; each part has its own
state, which only changes where something moved.

References
----------
.. [1] McGreevy & Pusztai, Mol. Simul. 1, 359 (1988), doi:10.1080/08927028808080958
.. [2] Opletal et al., Mol. Simul. 28, 927 (2002), doi:10.1080/089270204000002584
"""

from carvsdb_refine.monte_carlo.acceptance import BOLTZMANN, Verdict
from carvsdb_refine.monte_carlo.chain import Chain, Drift, MoveCount
from carvsdb_refine.monte_carlo.chain_options import ChainOptions
from carvsdb_refine.monte_carlo.configuration import Configuration
from carvsdb_refine.monte_carlo.constraints.bonded_shapes import Bend, Stretch
from carvsdb_refine.monte_carlo.constraints.coordination_fraction import CoordinationFraction
from carvsdb_refine.monte_carlo.constraints.fixed import FixedAtoms
from carvsdb_refine.monte_carlo.constraints.geometric import Angle, BondLengths, Coordination
from carvsdb_refine.monte_carlo.constraints.hard_spheres import HardSpheres
from carvsdb_refine.monte_carlo.constraints.soft import SoftTerm
from carvsdb_refine.monte_carlo.data.scattering_state import Fit, ScatteringData, ScatteringState
from carvsdb_refine.monte_carlo.moves import AtomMove, RigidMove, SwapMove, VolumeMove, bend_move
from carvsdb_refine.monte_carlo.protocols import (
    BoundConstraint,
    BoundData,
    Constraint,
    DataTerm,
    Move,
    Proposal,
)
from carvsdb_refine.monte_carlo.saved_state import model_of_state

__all__ = [
    "BOLTZMANN",
    "Angle",
    "AtomMove",
    "Bend",
    "BondLengths",
    "BoundConstraint",
    "BoundData",
    "Chain",
    "ChainOptions",
    "Configuration",
    "Constraint",
    "Coordination",
    "CoordinationFraction",
    "DataTerm",
    "Drift",
    "Fit",
    "FixedAtoms",
    "HardSpheres",
    "Move",
    "MoveCount",
    "Proposal",
    "RigidMove",
    "ScatteringData",
    "ScatteringState",
    "SoftTerm",
    "Stretch",
    "SwapMove",
    "Verdict",
    "VolumeMove",
    "bend_move",
    "model_of_state",
]
