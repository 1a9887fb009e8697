"""Bonds: from atoms in a cell to a periodic graph of atoms."""

from carvsdb_ingest.bonds.found import Bonds
from carvsdb_ingest.bonds.options import BondOptions, parse_pair
from carvsdb_ingest.bonds.search import find_bonds

__all__ = ["BondOptions", "Bonds", "find_bonds", "parse_pair"]
