"""Tables of ligands."""
