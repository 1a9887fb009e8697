"""Atomic models: atoms in a periodic cell, read and written without rounding.

Floors: ``files`` / ``lammps | extended_xyz | cif`` / ``atomic_model | chemical_symbols``.
"""

from carvsdb.atoms.model import AtomicModel
from carvsdb_refine.model.files import model_text, read_model, write_model

__all__ = ["AtomicModel", "model_text", "read_model", "write_model"]
