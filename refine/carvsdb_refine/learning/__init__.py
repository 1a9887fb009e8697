"""Potentials that learn: a basis of one's own, its fit to energies and forces, and where it does not know.

==================  ====================================================================================
`basis`             which functions a new potential has
`couplings`         which couplings of given factors are independent
`new_potential`     its radial functions, and the core that keeps atoms apart
`projections`       every function at every atom, and how it changes as atoms move: what others call
`projection_plan`   the functions laid out for the kernels
`projection_kernels`  from neighbours to bases to functions, and back; `projection_parts` their steps
`frames`            labelled structures from extended xyz
`data_set`          training frames and frames held out
`scales`            how large errors of labels may be; `frame_weights` how much labels count
`design_rows`       what each label says of the coefficients; `kept_rows` those that are there already
`prior`             how strongly coefficients are held down; `bayesian_ridge` the regression with it
`basis_choice`      which basis and prior are best on parts of the training, by errors on what is `left_out`
                    (`left_out_grams`, `left_out_triangles`)
`fit`               the fit, its errors and its learning curve
`maxvol`            rows of the largest determinant
`posterior`         a second opinion: how sure a fit is of an energy
`active_set`        extrapolation grades (gamma); `active_set_file` its `.asi`; `frames_active_set` that of a data set
`fit_files`         a fit from files to files; `gamma_files` grades
==================  ====================================================================================

References
----------
.. [1] Drautz, Phys. Rev. B 99, 014104 (2019), doi:10.1103/PhysRevB.99.014104
.. [2] Lysogorskiy et al., Phys. Rev. Mater. 7, 043801 (2023), doi:10.1103/PhysRevMaterials.7.043801
"""
