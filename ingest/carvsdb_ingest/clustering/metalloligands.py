"""The clustering *metalloligand*: a linker that wraps a metal takes it in."""

from dataclasses import replace

from carvsdb.atoms.elements import is_metal
from carvsdb_ingest.clustering.building_units import BuildingUnits, Parts
from carvsdb_ingest.clustering.cells import HOME, Graph, Offset, minus, plus
from carvsdb_ingest.clustering.clustered import Clustered
from carvsdb_ingest.clustering.groups import Group, connected_groups
from carvsdb_ingest.clustering.vertices import together

_FEWEST_BONDS = 3


def metalloligand(units: BuildingUnits) -> Clustered:
    """Do as `single_node`, but make one vertex of a linker and of each metal that three or more of its bonds hold.

    Raises
    ------
    NoNetError
        If no edge is left.

    Notes
    -----
    Porphyrins, salens, tripods and terpyridines are made first and bind a framework's metals afterwards: their own
    metal, if it is a cluster by itself, belongs to the linker, whatever else it holds. Bonds to a metal are counted by
    its donors: atoms of the linker, or O, N, S ... of the cluster that are bonded to the linker. What would repeat for
    ever so stays apart.
    """
    inorganic, organic = units.metal_clusters, units.linkers
    groups = [*inorganic.groups, *organic.groups]
    n_inorganic = len(inorganic.groups)
    home = {atom: (number, cell) for number, group in enumerate(groups) for atom, cell in group.atoms.items()}
    links: Graph = [[] for _ in groups]
    for number, group in enumerate(inorganic.groups):
        metals = [atom for atom in group.atoms if is_metal(units.elements[atom])]
        if len(metals) != 1:
            continue
        for (linker, offset), donors in _holders(units, number, metals[0], home, n_inorganic).items():
            if len(donors) >= _FEWEST_BONDS:
                links[number].append((linker, offset))
                links[linker].append((number, minus(HOME, offset)))
    metal_units: list[Group] = []
    linker_units: list[Group] = []
    joined = 0
    for part in connected_groups(links, [0] * len(groups)):
        if len(part.atoms) > 1 and not part.is_infinite:
            linker_units.append(together(groups, part))
            joined += 1
        else:
            for number in sorted(part.atoms):
                (metal_units if number < n_inorganic else linker_units).append(groups[number])
    clustered = units.net("metalloligand", Parts(metal_units, inorganic.quality), Parts(linker_units, organic.quality))
    if not joined:
        return clustered
    notes = (*clustered.notes, f"linkers that took in the metals they wrap: {joined}")
    return replace(clustered, notes=notes)


def _holders(
    units: BuildingUnits, number: int, metal: int, home: dict[int, tuple[int, Offset]], n_inorganic: int
) -> dict[tuple[int, Offset], set[tuple[int, Offset]]]:
    """Return the linkers around a metal, seen from its cluster in cell 0, with the donors by which each holds it."""
    here = home[metal][1]
    found: dict[tuple[int, Offset], set[tuple[int, Offset]]] = {}
    for donor, offset in units.graph[metal]:
        if donor not in home:
            continue
        place = plus(here, offset)
        inside = home[donor][0] == number
        reached = units.graph[donor] if inside else [(donor, HOME)]
        for atom, step in reached:
            if atom in home and home[atom][0] >= n_inorganic:
                linker, cell = home[atom]
                found.setdefault((linker, minus(plus(place, step), cell)), set()).add((donor, place))
    return found
