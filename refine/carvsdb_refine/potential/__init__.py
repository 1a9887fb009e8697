"""Potentials: the energy of every atom, in eV.

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
`reference`       the naive twin: slow, straight from the formulas
================  ======================================================================================

References
----------
.. [1] Drautz, Phys. Rev. B 99, 014104 (2019), doi:10.1103/PhysRevB.99.014104
.. [2] Lysogorskiy et al., npj Comput. Mater. 7, 97 (2021), doi:10.1038/s41524-021-00559-9
.. [3] Bochkarev et al., Phys. Rev. Mater. 6, 013804 (2022), doi:10.1103/PhysRevMaterials.6.013804
"""

from carvsdb_refine.potential.ace import AcePotential, read_ace

__all__ = ["AcePotential", "read_ace"]
