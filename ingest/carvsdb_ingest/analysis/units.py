"""Building units as a description says them."""

from importlib.util import find_spec

from carvsdb.net import Net
from carvsdb_ingest.analysis.item import NetItem
from carvsdb_schemas.description import UnitDescription


def described_units(item: NetItem, net: Net) -> list[UnitDescription] | None:
    """Return the units of a net, None where there are no atoms.

    Parameters
    ----------
    item : NetItem
    net : Net
        The one that is described: that of the item, or the same with its linkers as edges.
    """
    if item.structure is None or item.clustered is None:
        return None
    from carvsdb_ingest.units import find_units

    found = find_units(item.structure, item.clustered, net, chemistry=can_draw())
    return [one.described() for one in found]


def can_draw() -> bool:
    """Tell whether RDKit is installed, without loading it."""
    return find_spec("rdkit") is not None
