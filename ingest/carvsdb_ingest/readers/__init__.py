"""From files to nets: one file a format.

``read`` goes from a file to its nets; ``formats`` chooses the format, ``archives`` and ``compressed`` open what is
packed.

Nets: ``cgd`` reads CGD files: ``cgd_blocks`` is their grammar, ``asymmetric_unit`` and ``crystal`` make nets of atoms
and edges (with ``cell``, ``symmetry``, ``places`` and ``edge_listing``), ``periodic_graph`` of graphs. ``lammps`` reads
LAMMPS data files with bonds: ``lammps_sections`` is their grammar and ``nearest_image`` says where bonds go. ``arc``
reads archives of named nets.

Atoms: ``cif``, ``xyz``, ``poscar``, ``lammps_atoms`` and ``lammps_dump`` (with ``lammps_elements``) give structures;
``ase_atoms`` is what goes through ASE. ``structure_items`` makes nets of structures.

``text_file`` holds the lines and knows where an error is, ``item`` holds what comes out.
"""

from carvsdb_ingest.readers.item import NetItem, ReadOptions
from carvsdb_ingest.readers.read import read_each, read_items, read_nets, read_structures
from carvsdb_ingest.readers.structure_items import items_of_structure

__all__ = ["NetItem", "ReadOptions", "items_of_structure", "read_each", "read_items", "read_nets", "read_structures"]
