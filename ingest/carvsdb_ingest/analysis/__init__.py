"""From a file to its nets: read, find bonds, cluster, look at the tolerance.

``read`` goes from a file to its nets, ``nets_of_atoms`` makes nets of a structure, ``tolerance`` asks if a slightly
wider bond rule changes them, ``analyse`` counts rings and names a net.
"""

from carvsdb_ingest.analysis.nets_of_atoms import items_of_structure
from carvsdb_ingest.analysis.read import read_each, read_items, read_nets, read_structures

__all__ = ["items_of_structure", "read_each", "read_items", "read_nets", "read_structures"]
