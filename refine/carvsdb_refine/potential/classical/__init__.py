"""Classical potentials: an atom's energy depends on its own neighbours alone.

====================  ==================================================================================
`potential`           what they have in common
`pair_potentials`     Lennard-Jones, Morse: the numbers of their pairs
`stillinger_weber`, `tersoff`  parameters of each; `lammps_parameters` their files
`tables`              parameters as the kernels read them, and the formulas of pairs
`stillinger_weber_energy`, `tersoff_energy`  the other formulas, with their derivatives
`energy`              all atoms, or those that a move touches
`bound`               energies of a model, kept up to date
`reference`           the naive twins
====================  ==================================================================================
"""
