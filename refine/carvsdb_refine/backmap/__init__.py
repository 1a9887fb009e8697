"""Start models: nets decorated with metals and rigid linkers, and random packings.

Floors, each importing only from below: ``decorate | packing`` / ``node_net | soft_bodies | spins`` /
``linkers | contacts``. ``node_net`` brings a net to the distance of its metals, ``linkers`` holds molecules,
``spins`` turns them, ``soft_bodies`` takes overlaps away.
"""

from carvsdb_refine.backmap.amounts import atoms_of_formula, number_density
from carvsdb_refine.backmap.decorate import BackmapOptions, Backmapped, backmap
from carvsdb_refine.backmap.linker_files import linker_of_file, molecule_of_file
from carvsdb_refine.backmap.linkers import LINKERS, Linker, imidazolate, linker_named
from carvsdb_refine.backmap.node_net import net_named, node_net
from carvsdb_refine.backmap.packing import Molecule, Packing, random_packing
from carvsdb_refine.backmap.soft_bodies import Relaxation

__all__ = [
    "LINKERS",
    "BackmapOptions",
    "Backmapped",
    "Linker",
    "Molecule",
    "Packing",
    "Relaxation",
    "atoms_of_formula",
    "backmap",
    "imidazolate",
    "linker_named",
    "linker_of_file",
    "molecule_of_file",
    "net_named",
    "node_net",
    "number_density",
    "random_packing",
]
