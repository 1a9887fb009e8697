"""The clusterings by name."""

from collections.abc import Callable, Iterable, Iterator

from carvsdb.atoms.structure import Structure
from carvsdb.errors import CarvsdbError, InputError
from carvsdb_ingest.bonds import Bonds
from carvsdb_ingest.clustering.all_node import all_node
from carvsdb_ingest.clustering.atoms import atoms
from carvsdb_ingest.clustering.building_units import BuildingUnits
from carvsdb_ingest.clustering.clustered import Clustered
from carvsdb_ingest.clustering.counter_ions import building_units
from carvsdb_ingest.clustering.metalloligands import metalloligand
from carvsdb_ingest.clustering.node_linker import node_linker
from carvsdb_ingest.clustering.organic import organic
from carvsdb_ingest.clustering.points_of_extension import points_of_extension, shortest_points_of_extension
from carvsdb_ingest.clustering.saturated_rings import with_amines_settled
from carvsdb_ingest.clustering.separated_metals import points_of_extension_and_metals, standard
from carvsdb_ingest.clustering.single_node import single_node

ALL = "all"
"""The word for the clusterings of `OF_UNITS` together."""

OF_UNITS: dict[str, Callable[[BuildingUnits], Clustered]] = {
    "single-node": single_node,
    "all-node": all_node,
    "standard": standard,
    "pem": points_of_extension_and_metals,
    "pe": points_of_extension,
    "pe-shortest": shortest_points_of_extension,
    "metalloligand": metalloligand,
}
OTHERS: dict[str, Callable[[Structure, Bonds], Clustered]] = {
    "node-linker": node_linker,
    "organic": organic,
    "atoms": atoms,
}
CLUSTERINGS = (*OF_UNITS, *OTHERS)


def check_clustering(name: str) -> None:
    """Raise InputError if there is no clustering of that name."""
    if name not in CLUSTERINGS:
        raise InputError(f"there is no clustering called {name!r}; there are {', '.join(CLUSTERINGS)} and {ALL}")


def clusterings_asked(names: Iterable[str]) -> tuple[str, ...]:
    """Return clusterings by name, each once, ``all`` written out.

    Raises
    ------
    InputError
        If there is none of that name.

    Examples
    --------
    >>> clusterings_asked(["standard", "single-node", "standard"])
    ('standard', 'single-node')
    """
    asked = [one for name in names for one in (OF_UNITS if name == ALL else (name,))]
    for name in asked:
        check_clustering(name)
    return tuple(dict.fromkeys(asked))


def clusterings(structure: Structure, bonds: Bonds, names: Iterable[str]) -> Iterator[Clustered | CarvsdbError]:
    """Gather the atoms of a structure into vertices in several ways; for one that gives no net, yield why.

    What the clusterings have in common is worked out once.

    Parameters
    ----------
    structure : Structure
    bonds : Bonds
        From `carvsdb_ingest.bonds.find_bonds`.
    names : iterable of str
        ``single-node``, ``all-node``, ``standard``, ``pem``, ``pe``, ``pe-shortest``, ``metalloligand``,
        ``node-linker``, ``organic``, ``atoms``.
    """
    units: BuildingUnits | None = None
    for name in names:
        try:
            check_clustering(name)
            if name in OTHERS:
                yield OTHERS[name](structure, bonds)
            else:
                units = units or with_amines_settled(building_units(structure, bonds))
                yield OF_UNITS[name](units)
        except CarvsdbError as error:
            yield error


def cluster(structure: Structure, bonds: Bonds, clustering: str) -> Clustered:
    """Gather the atoms of a structure into the vertices of a net.

    Parameters
    ----------
    structure : Structure
    bonds : Bonds
    clustering : str
        As in :func:`clusterings`.

    Raises
    ------
    NoNetError
        If the structure has no net: no bonds, or nothing that repeats.
    InputError
        If there is no such clustering.
    """
    (found,) = clusterings(structure, bonds, [clustering])
    if isinstance(found, CarvsdbError):
        raise found
    return found
