"""The clusterings in which each metal atom is a vertex: standard, and points of extension with metals (PEM)."""

from carvsdb_ingest.clustering.building_units import BuildingUnits
from carvsdb_ingest.clustering.clustered import Clustered
from carvsdb_ingest.clustering.leading_elements import is_metallic, leading
from carvsdb_ingest.clustering.vertices import together


def standard(units: BuildingUnits) -> Clustered:
    """Make one vertex of each metal atom and of each linker; the halves of paddle-wheels are joined.

    Raises
    ------
    NoNetError
        If no edge is left.

    References
    ----------
    .. [1] Bonneau et al., Cryst. Growth Des. 18, 3411 (2018), doi:10.1021/acs.cgd.8b00126
    """
    inorganic, organic = units.metal_atoms, units.organic_parts
    groups = [*inorganic.groups, *organic.groups]
    clusters = units.joined(groups)
    metallic = {vertex for vertex in clusters.neighbours if is_metallic(leading(groups[vertex], units.elements))}
    for vertex, merged in clusters.merge(set(clusters.neighbours) - metallic).items():
        groups[vertex] = together(groups, merged)
    return units.finished("standard", clusters, groups, len(inorganic.groups), (*inorganic.quality, *organic.quality))


def points_of_extension_and_metals(units: BuildingUnits) -> Clustered:
    """Make vertices of metal atoms and of the parts of linkers.

    Raises
    ------
    NoNetError
        If no edge is left.

    References
    ----------
    .. [1] Bonneau et al., Cryst. Growth Des. 18, 3411 (2018), doi:10.1021/acs.cgd.8b00126
    """
    return units.net("pem", units.metal_atoms, units.organic_parts)
