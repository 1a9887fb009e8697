"""Classical potentials: an atom's energy depends on its own neighbours alone.

====================  ==================================================================================
`potential`           what they have in common
`lennard_jones`, `morse`, `stillinger_weber`, `tersoff`  parameters of each; `lammps_parameters` their files
`tables`              parameters as the kernels read them
`stillinger_weber_energy`, `tersoff_energy`  the formulas with their derivatives
`energy`              all atoms, or those that a move touches
`bound`               energies of a model, kept up to date
`reference`           the naive twins
====================  ==================================================================================
"""
