"""Single node: each metal cluster and each linker is one vertex."""

from carvsdb_ingest.clustering.building_units import BuildingUnits
from carvsdb_ingest.clustering.clustered import Clustered


def single_node(units: BuildingUnits) -> Clustered:
    """Make one vertex of each metal cluster and of each linker.

    Parameters
    ----------
    units : BuildingUnits

    Raises
    ------
    NoNetError
        If no edge is left.

    Notes
    -----
    Finite components are guests, and so are cations in the cavities of an oxide framework (`find_oxide_framework`),
    whose T atoms are vertices. Atoms are inorganic or organic (`classify`); connected sets of either are clusters;
    the halves of paddle-wheels are joined; infinite inorganic units are split around their metals, which
    `Clustered.quality` says. Clusters of one O atom, and of one C or N atom between metals (formate, carbonate),
    become edges between their neighbours. Last, vertices of degree 0 and 1 are dropped, those of degree 2 become
    edges, until none is left.

    References
    ----------
    .. [1] Bonneau et al., Cryst. Growth Des. 18, 3411 (2018), doi:10.1021/acs.cgd.8b00126
    .. [2] Zoubritzky & Coudert, SciPost Chem. 1, 005 (2022), doi:10.21468/SciPostChem.1.2.005
    """
    return units.net("single-node", units.metal_clusters, units.linkers)
