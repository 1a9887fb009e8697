"""Building units as a description says them, and the line that names a framework by them."""

from importlib.util import find_spec

from carvsdb.net import Net
from carvsdb.topology import Identity, short_id
from carvsdb_ingest.analysis.item import NetItem
from carvsdb_schemas.description import UnitDescription

SCHEME = "carvsdb1"
"""Name and version of the line of a framework."""

_METALS = ("metal", "metalloligand")
_T_ATOM = ("inorganic", "vertex")


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


def mofid_like(units: list[UnitDescription], identity: Identity, clustering: str) -> str | None:
    """Write a framework in one line: its nodes and linkers, its net and how often that is there.

    ``Zn4O(CO2)6.O=C([O-])c1ccc(C(=O)[O-])cc1 carvsdb1.pcu.cat0.single-node``: formulas of metal units and SMILES of
    linkers, sorted, with dots between them; then the scheme, the net (its names joined by ``=``, else its short
    identifier), ``cat`` and how many further copies interpenetrate, and the clustering. The order is that of a MOFid,
    the text is not: nodes are formulas here. Terminal ligands and guests have no part in it.

    Returns
    -------
    str or None
        None if there is no linker, or one without a SMILES, or no key.

    References
    ----------
    .. [1] Bucior et al., Cryst. Growth Des. 19, 6682 (2019), doi:10.1021/acs.cgd.9b01050
    """
    held = [one for one in units if one.role not in ("terminal", "guest")]
    linkers = [one for one in held if one.kind == "linker"]
    periodic = [part for part in identity.components if part.periodicity]
    if not linkers or any(one.smiles is None for one in linkers) or identity.key is None or not periodic:
        return None
    nodes = sorted({one.formula for one in held if one.kind in _METALS or (one.kind, one.role) == _T_ATOM})
    copies = sum(part.multiplicity for part in periodic)
    name = "=".join(identity.names) or short_id(identity.key)
    pieces = [*nodes, *sorted({one.smiles or "" for one in linkers})]
    return f"{'.'.join(pieces)} {SCHEME}.{name}.cat{copies - 1}.{clustering}"
