"""Tags of CIF files by which cells and atoms are written and read back, and words that are no values."""

CELL = ("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma")
"""Parameters of a cell, without their category."""

RESERVED = ("data_", "loop_", "save_", "stop_", "global_")
"""What no value without quotes begins with."""

MATRIX = tuple(f"_atom_sites_Cartn_tran_matrix_{row}{column}" for row in (1, 2, 3) for column in (1, 2, 3))
VECTOR = tuple(f"_atom_sites_Cartn_tran_vector_{row}" for row in (1, 2, 3))
CARTESIAN = tuple(f"_atom_site_Cartn_{axis}" for axis in "xyz")
FRACTIONS = tuple(f"_atom_site_fract_{axis}" for axis in "xyz")
OWN = {
    "atom_ids": ("_atom_site_carvsdb_id",),
    "molecule_ids": ("_atom_site_carvsdb_molecule",),
    "images": tuple(f"_atom_site_carvsdb_image_{axis}" for axis in "uvw"),
    "charges": ("_atom_site_carvsdb_charge",),
}
"""What CIF has no word for: field of a structure -> tags."""
