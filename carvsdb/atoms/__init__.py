"""Atoms in a cell: the ground floor of everything that starts from a structure.

================  ==========================================================================================
`structure`       `Structure`: elements, positions, cell, as files give them
`model`           `AtomicModel`: atoms that a refinement moves
`cell`            unit cells: lattice vectors from lengths and angles, volumes, heights
`elements`        chemical elements
`formula`         chemical formulas: read, and written in Hill order
`pairs`           the neighbour list of a structure: all pairs closer than a distance
`cell_list`       the cell list of moving atoms
`space_groups`    symmetry from all that a file says: operations, Hall symbol, names, number
`space_group_names`  what a name of a space group means
`symmetry_operations`  symmetry operations: from text, closed as a group, compared
`histogram`       histograms of distances and angles
================  ==========================================================================================
"""
