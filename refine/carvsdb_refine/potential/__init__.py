"""Potentials: the energy of every atom, in eV.

Whatever the kind, a `Potential` has ``energies``, ``energies_and_forces`` and ``bind``, which makes of it the
incremental state that a chain asks for energy changes (`terms`); `potential_from_config` makes them of a run's table.
`checks` says what a structure must be. ``classical/`` holds pair and three-body potentials, ``ace/`` atomic cluster
expansions, `keating` bonds and angles of a fixed net, `ase_calculator` any ASE calculator, slow.
"""

from carvsdb_refine.potential.ace.potential import AcePotential, read_ace
from carvsdb_refine.potential.ase_calculator import AseCalculator
from carvsdb_refine.potential.classical import pair_potentials
from carvsdb_refine.potential.classical.pair_potentials import LennardJones, LennardJonesPair, Morse, MorsePair
from carvsdb_refine.potential.classical.stillinger_weber import StillingerWeber
from carvsdb_refine.potential.classical.tersoff import Tersoff
from carvsdb_refine.potential.from_config import potential_from_config
from carvsdb_refine.potential.keating import Keating

__all__ = [
    "AcePotential",
    "AseCalculator",
    "Keating",
    "LennardJones",
    "LennardJonesPair",
    "Morse",
    "MorsePair",
    "StillingerWeber",
    "Tersoff",
    "pair_potentials",
    "potential_from_config",
    "read_ace",
]
