"""The clusterings by name."""

from collections.abc import Callable

from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError
from carvsdb_ingest.bonds import Bonds
from carvsdb_ingest.clustering.clustered import Clustered
from carvsdb_ingest.clustering.node_linker import node_linker
from carvsdb_ingest.clustering.organic import organic
from carvsdb_ingest.clustering.single_node import single_node

Clustering = Callable[[Structure, Bonds], Clustered]

CLUSTERINGS: dict[str, Clustering] = {"node-linker": node_linker, "organic": organic, "single-node": single_node}
LATER = ("all-node", "standard", "PE", "PEM")


def cluster(structure: Structure, bonds: Bonds, clustering: str) -> Clustered:
    """Gather the atoms of a structure into the vertices of a net.

    Parameters
    ----------
    structure : Structure
    bonds : Bonds
        From `carvsdb_ingest.bonds.find_bonds`.
    clustering : str
        ``single-node``, ``node-linker`` or ``organic``.

    Raises
    ------
    NoNetError
        If the structure has no net: no bonds, or nothing that repeats.
    InputError
        If there is no such clustering.
    """
    if clustering in LATER:
        raise InputError(
            f"the clustering {clustering!r} is not implemented yet; there are {', '.join(sorted(CLUSTERINGS))}"
        )
    if clustering not in CLUSTERINGS:
        raise InputError(f"there is no clustering called {clustering!r}; there are {', '.join(sorted(CLUSTERINGS))}")
    return CLUSTERINGS[clustering](structure, bonds)
