"""Nitrogen of saturated rings: part of its linker, or of the metals that it holds."""

from carvsdb.errors import NoNetError, RefusedError
from carvsdb.topology import Identity, identify
from carvsdb_ingest.clustering.building_units import BuildingUnits
from carvsdb_ingest.clustering.single_node import single_node

_SIMPLER = 2
"""By how many kinds of vertices a net must be simpler to be taken in place of that of whole linkers."""


def with_amines_settled(units: BuildingUnits) -> BuildingUnits:
    """Return the building units as they are, or with the nitrogen of saturated rings as part of its metals.

    Parameters
    ----------
    units : BuildingUnits
        With whole rings.

    Notes
    -----
    Piperazine, diazabicyclooctane and hexamethylenetetramine are linkers, as chemists draw them. CrystalNets.jl gives
    their nitrogen to the metals, and turns what remains of them into edges. Where the two ways make different nets,
    that of whole linkers stays, unless it has more kinds of vertices than the other by two at least: of two
    descriptions that with few kinds of vertices is preferred (minimal transitivity [1]_). It is single node that
    decides, for all clusterings, and what was decided is said (`BuildingUnits.doubts`).

    References
    ----------
    .. [1] Li, Li, O'Keeffe & Yaghi, Chem. Rev. 114, 1343 (2014), doi:10.1021/cr400392k
    """
    if not units.amines:
        return units
    other = units.with_amines_on_metals()
    nets = []
    for one in (units, other):
        try:
            nets.append(single_node(one).net)
        except NoNetError:
            return units
    whole, split = nets
    if whole.same_as(split):
        return units
    try:
        found, apart = identify(whole), identify(split)
    except RefusedError:  # too large a net: whoever names it says so
        return units
    if apart.key is None or found.key is None or found.key == apart.key:
        return units
    kinds, fewer = _kinds(found), _kinds(apart)
    if kinds < fewer + _SIMPLER:
        units.doubts = (
            "nitrogen of saturated rings is part of its linkers; as part of the metals that it holds "
            f"({len(units.amines)} atoms) it would make another net: {apart.name or apart.short_id}",
        )
        return units
    other.doubts = (
        f"nitrogen of saturated rings taken as part of the metals that it holds ({len(units.amines)} atoms), or the "
        f"net would have {kinds} kinds of vertices instead of {fewer}: {found.name or found.short_id}",
    )
    return other


def _kinds(found: Identity) -> int:
    return len(set(found.orbits.tolist()))
