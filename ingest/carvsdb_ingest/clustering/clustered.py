"""A structure whose atoms are gathered into the vertices of a net."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.net import Net
from carvsdb_ingest.bonds import Bonds


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Clustered:
    """A net of clusters.

    Attributes
    ----------
    net : Net
        The net; it may have several components, which are keyed one by one.
    clustering : str
        How atoms became vertices: ``single-node``, ``node-linker``.
    site_to_vertex : ndarray of int64, shape (n_atoms,)
        The vertex of each atom; -1 for guests and for atoms whose cluster became an edge.
    site_to_unit : ndarray of int64, shape (n_atoms,)
        The cluster of each atom, whether it is a vertex, became an edge or was dropped; -1 for guests and for atoms
        that were left out.
    cells : ndarray of int64, shape (n_atoms, 3)
        In which cell the cluster of cell 0 has the atom.
    bonds : Bonds
        Those that counted: without those of counter-ions and cations in cavities.
    quality : tuple of str
        What is doubtful: rods and how they were split.
    notes : tuple of str
        What was decided: guests, contracted linkers.
    """

    net: Net
    clustering: str
    site_to_vertex: NDArray[np.int64]
    site_to_unit: NDArray[np.int64]
    cells: NDArray[np.int64]
    bonds: Bonds
    quality: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Clustered {self.clustering}: {self.net!r}>"
