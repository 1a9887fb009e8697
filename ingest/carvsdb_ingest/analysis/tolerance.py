"""Sensitivity to the bond tolerance: whether a net hangs on it."""

from dataclasses import replace

import numpy as np

from carvsdb.atoms.structure import Structure
from carvsdb.errors import CarvsdbError
from carvsdb_ingest.bonds import BondOptions, Bonds, find_bonds
from carvsdb_ingest.clustering import Clustered, cluster

WIDER = 0.2
"""How much wider the other tolerance is, in Å: bonds of thermal snapshots are stretched by as much."""


def wider_tolerance(structure: Structure, bonds: Bonds, clustered: Clustered, options: BondOptions) -> list[str]:
    """Say whether a bond tolerance wider by 0.2 Å gives another net.

    Parameters
    ----------
    structure : Structure
    bonds, clustered
        By `options`.
    options : BondOptions

    Returns
    -------
    list of str
        A sentence, or none if the net is the same, or its bonds are those of the file.
    """
    if structure.bonds is not None and options.from_file:
        return []
    wide = replace(options, tolerance=options.tolerance + WIDER)
    where = f"a bond tolerance of {wide.tolerance:g} Å instead of {options.tolerance:g} Å"
    try:
        others = find_bonds(structure, wide)
        if np.array_equal(others.edges, bonds.edges):
            return []
        other = cluster(structure, others, clustered.clustering).net
    except CarvsdbError as error:
        return [f"{where} leaves no net ({error.message})"]
    net = clustered.net
    if net.same_as(other):
        return []
    if net.n_nodes != other.n_nodes:
        return [f"{where} gives another net, of {other.n_nodes} nodes instead of {net.n_nodes}"]
    changed = int(np.count_nonzero(net.degrees()[net.is_node] != other.degrees()[other.is_node]))
    return [
        f"{where} gives another net: {changed} of {net.n_nodes} nodes have another coordination; a cut-off of a pair "
        "of elements, such as --bonds Zn-N=2.5, settles it"
    ]
