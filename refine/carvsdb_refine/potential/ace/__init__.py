"""Atomic cluster expansions.

================  ======================================================================================
`potential`       `AcePotential` and `read_ace`: what users call
`files`           reading either form of a file
`c_tilde`         the C-tilde form (.yace)
`b_basis`         the B-basis form (.yaml)
`bonds`           what either says of bonds and embeddings, checked; refusals by name
`coupling`        generalised Clebsch-Gordan coefficients, from the one form to the other
`form`            what such a file says
`tables`          the same, laid out for the kernels
`radial_forms`    radial bases g_n(r) by formula
`repulsion`       core repulsion, ZBL, and how the expansion fades below them
`grid`            the same on a grid, as the programs evaluate them
`radial`          simplified Bessel functions, the radial basis that needs no grid
`harmonics`       spherical harmonics Y_lm
`embedding`       from densities to energy
`atomic_base`     A = sum over neighbours of R_nl Y_lm, and the gradient by one neighbour
`products`        products of A, densities, and the way back
`evaluate`        all atoms
`nearest`         the nearest neighbour, which switches to ZBL
`bound`           energies of a model, kept up to date as atoms move
`changes`         which bases a move changes, and how
`pair_lanes`      what pairs add to bases, many pairs side by side
`product_plan`    which partial products are shared
`product_lanes`   energies from bases, many atoms side by side
`written`         writing either form of a file
`reference`       the naive twin: slow, straight from the formulas; `reference_pairs` its radial functions and repulsion
================  ======================================================================================

References
----------
.. [1] Drautz, Phys. Rev. B 99, 014104 (2019), doi:10.1103/PhysRevB.99.014104
.. [2] Lysogorskiy et al., npj Comput. Mater. 7, 97 (2021), doi:10.1038/s41524-021-00559-9
.. [3] Bochkarev et al., Phys. Rev. Mater. 6, 013804 (2022), doi:10.1103/PhysRevMaterials.6.013804
"""
