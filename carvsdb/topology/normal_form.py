"""Keys of nets, component by component."""

from carvsdb.errors import InputError, RefusedError
from carvsdb.net import Component, Net, components, contract_linkers
from carvsdb.net.own_lattice import in_own_lattice
from carvsdb.topology.canonical import canonical

# Beyond, offsets are no net of a material, and sums of them could overflow.
LARGEST_OFFSET = 10**6
LARGEST_CELL = 100_000


def checked_components(net: Net) -> list[Component]:
    """Return the components of a net.

    Raises
    ------
    RefusedError
        If the net is too large, or its offsets are.
    """
    if net.n_vertices > LARGEST_CELL:
        raise RefusedError(f"the net has {net.n_vertices} vertices; nets are identified up to {LARGEST_CELL}")
    if net.n_edges and abs(net.edges[:, 2:]).max() > LARGEST_OFFSET:
        raise RefusedError(
            f"an edge leads {int(abs(net.edges[:, 2:]).max())} cells away; nets are identified up to {LARGEST_OFFSET}"
        )
    try:
        return components(net)
    except OverflowError as error:
        raise RefusedError("the translations of the net do not fit 64-bit integers") from error


def key_of(net: Net) -> str:
    """Return the canonical key of a connected net.

    Parameters
    ----------
    net : Net
        Linkers are contracted first.

    Raises
    ------
    InputError
        If the net has no vertices or several components.
    RefusedError
        If it is too large, too symmetric, or its offsets do not fit.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> key_of(library.load("pcu"))
    'ck1:3 1 1 0 0 1 1 1 0 1 0 1 1 1 0 0'
    """
    contracted = contract_linkers(net)
    found = checked_components(contracted)
    if len(found) != 1:
        raise InputError(f"a key belongs to one connected net, but this one has {len(found)} components")
    return canonical(in_own_lattice(contracted, found[0]), found[0].periodicity).key
