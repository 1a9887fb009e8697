"""Nets: periodic graphs given by their quotient graphs.

``graph`` holds the :class:`Net`; ``adjacency`` the neighbours of a vertex; ``components`` what is connected
and in how many directions it repeats; ``transforms`` the same net in another dress; ``alignment`` a net that
moves; ``linkers`` the nets that a node-linker net stands for; ``library`` tiny exact nets.
"""

from carvsdb.net.adjacency import Adjacency
from carvsdb.net.alignment import followed
from carvsdb.net.components import Component, components, periodicity
from carvsdb.net.graph import Net
from carvsdb.net.linkers import contract_linkers, replace_linkers
from carvsdb.net.transforms import relabel, shift, supercell

__all__ = [
    "Adjacency",
    "Component",
    "Net",
    "components",
    "contract_linkers",
    "followed",
    "periodicity",
    "relabel",
    "replace_linkers",
    "shift",
    "supercell",
]
