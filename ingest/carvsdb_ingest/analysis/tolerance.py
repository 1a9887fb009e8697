"""Sensitivity to the bond tolerance: whether a net hangs on it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from carvsdb.atoms.structure import Structure
from carvsdb.errors import CarvsdbError
from carvsdb.topology import identify
from carvsdb_ingest.bonds import BondOptions, Bonds, find_bonds
from carvsdb_ingest.clustering import Clustered, clusterings

WIDER = 0.2
"""How much wider the other tolerance is, in Å: bonds of thermal snapshots are stretched by as much."""


class WiderTolerance:
    """The nets of a structure at a bond tolerance wider by 0.2 Å; its bonds are found once for all clusterings.

    Parameters
    ----------
    structure : Structure
    bonds : Bonds
        By `options`.
    names : sequence of str
        The clusterings that will be asked about.
    options : BondOptions
    """

    def __init__(self, structure: Structure, bonds: Bonds, names: Sequence[str], options: BondOptions) -> None:
        self._structure = structure
        self._bonds = bonds
        self._names = names
        self._options = replace(options, tolerance=options.tolerance + WIDER)
        self._is_given = structure.bonds is not None and options.from_file
        self._where = f"a bond tolerance of {self._options.tolerance:g} Å instead of {options.tolerance:g} Å"

    def sentences(self, clustered: Clustered) -> list[str]:
        """Say whether a net is another one there; nothing if it is the same, or the bonds are those of the file."""
        if self._is_given:
            return []
        others = self._others
        if others is None:
            return []
        other = others if isinstance(others, CarvsdbError) else others[clustered.clustering]
        if isinstance(other, CarvsdbError):
            return [f"{self._where} leaves no net ({other.message})"]
        net, wide = clustered.net, other.net
        if net.same_as(wide):
            return []
        if net.n_nodes != wide.n_nodes:
            return [f"{self._where} gives another net, of {wide.n_nodes} nodes instead of {net.n_nodes}"]
        changed = int(np.count_nonzero(net.degrees()[net.is_node] != wide.degrees()[wide.is_node]))
        if changed:
            which = f"{changed} of {net.n_nodes} nodes have another coordination"
        else:
            # Rows of edges differ where a unit is counted from another cell, too: then the net is the same.
            key = identify(net).key
            if key is not None and key == identify(wide).key:
                return []
            which = "of the same coordination numbers"
        return [
            f"{self._where} gives another net: {which}; a cut-off of a pair of elements, such as --bonds Zn-N=2.5, "
            "settles it"
        ]

    @cached_property
    def _others(self) -> dict[str, Clustered | CarvsdbError] | CarvsdbError | None:
        """What the clusterings make of the bonds found there; None if they are the same."""
        try:
            bonds = find_bonds(self._structure, self._options)
        except CarvsdbError as error:
            return error
        if np.array_equal(bonds.edges, self._bonds.edges):
            return None
        return dict(zip(self._names, clusterings(self._structure, bonds, self._names), strict=True))
