"""All node: each metal cluster, each branch point of a linker is a vertex."""

from carvsdb_ingest.clustering.building_units import BuildingUnits
from carvsdb_ingest.clustering.clustered import Clustered


def all_node(units: BuildingUnits) -> Clustered:
    """Make vertices of metal clusters, and of the ring systems, points of extension and other parts of linkers.

    Raises
    ------
    NoNetError
        If no edge is left.

    References
    ----------
    .. [1] Bonneau et al., Cryst. Growth Des. 18, 3411 (2018), doi:10.1021/acs.cgd.8b00126
    .. [2] Zoubritzky & Coudert, SciPost Chem. 1, 005 (2022), doi:10.21468/SciPostChem.1.2.005
    """
    return units.net("all-node", units.metal_clusters, units.organic_parts)
