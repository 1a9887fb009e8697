"""A framework in one line of text: its units and its net."""

from carvsdb.topology.keys import short_id
from carvsdb_schemas.description import Description

SCHEME = "carvsdb1"
"""Name and version of the line."""

_METALS = ("metal", "metalloligand")
_T_ATOM = ("inorganic", "vertex")


def framework_line(description: Description) -> str | None:
    """Write a framework in one line: its nodes and linkers, its net and how often that is there.

    ``Zn4O(CO2)6.O=C([O-])c1ccc(C(=O)[O-])cc1 carvsdb1.pcu.cat0.single-node``: formulas of metal units and SMILES of
    linkers, sorted, with dots between them; then the scheme, the net (its names joined by ``=``, else its short
    identifier), ``cat`` and how many further copies interpenetrate, and the clustering. The order is that of a MOFid,
    the text is not: nodes are formulas here. Terminal ligands and guests have no part in it.

    Parameters
    ----------
    description : Description
        With its units.

    Returns
    -------
    str or None
        None if there is no linker, or one without a SMILES, or no key.

    References
    ----------
    .. [1] Bucior et al., Cryst. Growth Des. 19, 6682 (2019), doi:10.1021/acs.cgd.9b01050
    """
    held = [one for one in description.units or [] if one.role not in ("terminal", "guest")]
    linkers = [one for one in held if one.kind == "linker"]
    periodic = [part for part in description.components if part.periodicity]
    if not linkers or any(one.smiles is None for one in linkers) or description.key is None or not periodic:
        return None
    nodes = sorted({one.formula for one in held if one.kind in _METALS or (one.kind, one.role) == _T_ATOM})
    copies = sum(part.multiplicity for part in periodic)
    name = "=".join(description.names) or short_id(description.key)
    pieces = [*nodes, *sorted({one.smiles or "" for one in linkers})]
    return f"{'.'.join(pieces)} {SCHEME}.{name}.cat{copies - 1}.{description.clustering}"
