"""Potentials: the energy of every atom, in eV.

Whatever the kind, a potential has ``energies``, ``energies_and_forces`` and ``bind``, which makes of it the incremental
state that a chain asks for energy changes (`potential`); `potential_from_config` makes them by name. `checks` says what
a structure must be.

Classical potentials:

====================  ==================================================================================
`classical`           what they have in common: an atom's energy depends on its own neighbours alone
`lennard_jones`, `morse`, `stillinger_weber`, `tersoff`  parameters of each; `lammps_parameters` their files
`classical_tables`    parameters as the kernels read them
`pair_energy`, `stillinger_weber_energy`, `tersoff_energy`  the formulas with their derivatives
`classical_energy`    all atoms, or those that a move touches
`bound_classical`     energies of a model, kept up to date
`moving_grid`         who is near, while atoms move
`pair_listing`        all pairs closer than a distance
`keating`             bonds and angles of a fixed net
`ase_calculator`      any ASE calculator, slow
`classical_reference` the naive twins
====================  ==================================================================================

Atomic cluster expansions:

================  ======================================================================================
`ace`             `AcePotential` and `read_ace`: what users call
`potential_file`  reading either form of a file
`yace`            the C-tilde form
`bbasis`          the B-basis form
`coupling`        generalised Clebsch-Gordan coefficients, from the one form to the other
`form`            what such a file says
`tables`          the same, laid out for the kernels
`radial`          radial basis g_n(r)
`harmonics`       spherical harmonics Y_lm
`embedding`       from densities to energy
`neighbours`      who is near, in a periodic cell of any shape and size
`atomic_base`     A = sum over neighbours of R_nl Y_lm, and the gradient by one neighbour
`products`        products of A, densities, and the way back
`evaluate`        all atoms
`bound_ace`       energies of a model, kept up to date as atoms move
`ace_changes`     which bases a move changes, and how
`boxes`           who is near a place, while atoms move
`pair_lanes`      what pairs add to bases, many pairs side by side
`product_plan`    which partial products are shared
`product_lanes`   energies from bases, many atoms side by side
`reference`       the naive twin: slow, straight from the formulas
================  ======================================================================================

References
----------
.. [1] Drautz, Phys. Rev. B 99, 014104 (2019), doi:10.1103/PhysRevB.99.014104
.. [2] Lysogorskiy et al., npj Comput. Mater. 7, 97 (2021), doi:10.1038/s41524-021-00559-9
.. [3] Bochkarev et al., Phys. Rev. Mater. 6, 013804 (2022), doi:10.1103/PhysRevMaterials.6.013804
"""

from carvsdb_refine.potential.ace import AcePotential, read_ace
from carvsdb_refine.potential.ase_calculator import AseCalculator
from carvsdb_refine.potential.from_config import potential_from_config
from carvsdb_refine.potential.keating import Keating
from carvsdb_refine.potential.lennard_jones import LennardJones, LennardJonesPair
from carvsdb_refine.potential.morse import Morse, MorsePair
from carvsdb_refine.potential.stillinger_weber import StillingerWeber
from carvsdb_refine.potential.tersoff import Tersoff

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
    "potential_from_config",
    "read_ace",
]
