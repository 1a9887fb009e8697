"""From files to nets: one file a format.

``read`` chooses the format. ``cgd`` reads CGD files: ``cgd_blocks`` is their grammar, ``asymmetric_unit``
and ``crystal`` make nets of atoms and edges (with ``cell``, ``symmetry``, ``places`` and ``edge_listing``),
``periodic_graph`` of graphs. ``lammps`` reads LAMMPS data files: ``lammps_sections`` is their grammar and
``nearest_image`` says where bonds go. ``arc`` reads archives of named nets. ``text_file`` holds the lines and
knows where an error is, ``item`` holds what comes out.
"""

from carvsdb_ingest.readers.item import NetItem, ReadOptions
from carvsdb_ingest.readers.read import read_items, read_nets

__all__ = ["NetItem", "ReadOptions", "read_items", "read_nets"]
