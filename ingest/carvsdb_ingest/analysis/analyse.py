"""From a net to what is known of it: rings, symbols, shells, and what a reader should doubt."""

import time
from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.structure import Structure
from carvsdb.interpreting import no_interpreting
from carvsdb.net import Net, replace_linkers
from carvsdb.rings import RingCounts, carvs_by_coordination, td10
from carvsdb.topology import Identity
from carvsdb.topology.derived_names import derived_name
from carvsdb.topology.framework_line import framework_line
from carvsdb.version import VERSION
from carvsdb_ingest.analysis.item import NetItem
from carvsdb_ingest.analysis.searching import AnalysisOptions, Searched, Searcher, search_rings
from carvsdb_ingest.analysis.units import described_units
from carvsdb_ingest.geometry import Histogram
from carvsdb_schemas.description import (
    CarvsDescription,
    ComponentDescription,
    CoordinationCarvs,
    CoordinationSequence,
    Description,
    HistogramDescription,
)

__all__ = ["Analyser", "Analysis", "AnalysisOptions", "analyse", "guess_kind", "prepare", "search_rings"]

_UNIQUE_SHARE = 0.5
_MOST_CRYSTALLINE_KINDS = 100
_FEWEST_AMORPHOUS_NODES = 100


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """A net with its rings and its description.

    Attributes
    ----------
    item : NetItem
        What the reader gave.
    net : Net
        The net that was searched.
    rings : RingCounts
        How many rings it has.
    node_vertex_symbols : tuple of str
        Vertex symbol of each node.
    description : Description
        What `describe` says.
    """

    item: NetItem
    net: Net
    rings: RingCounts
    node_vertex_symbols: tuple[str, ...]
    description: Description


def analyse(item: NetItem, options: AnalysisOptions | None = None) -> Analysis:
    """Search the rings of a net and describe it.

    Examples
    --------
    >>> from carvsdb_ingest.sources import source_named
    >>> sod = next(item for item in source_named("exact-nets").items() if item.label == "sod")
    >>> analyse(sod).description.vertex_symbols
    {'[4.4.6.6.6.6]': 6}
    """
    return Analyser(options).analyse(item)


class Analyser:
    """Analyses nets one after another; one that comes again, in whatever cell and numbering, is not searched again.

    Parameters
    ----------
    options : AnalysisOptions, optional
    """

    def __init__(self, options: AnalysisOptions | None = None) -> None:
        self._options = options or AnalysisOptions()
        self._searcher = Searcher(self._options)

    def analyse(self, item: NetItem) -> Analysis:
        """Search the rings of a net, or take what is known of it, and describe it."""
        began = time.perf_counter()
        net = replace_linkers(item.net) if self._options.node_only else item.net
        return self._described(item, net, *self._searcher.search(net), began)

    def _described(self, item: NetItem, net: Net, identity: Identity, found: Searched, began: float) -> Analysis:
        rings = found.rings
        carvs = rings.carvs()
        framework = _without_guests(item)
        units = described_units(item, net) if self._options.units else None
        clustering = "node-only" if self._options.node_only and item.net.is_node_linker else item.clustering
        description = Description(
            file=item.path or None,
            label=item.label,
            clustering=clustering,
            bond_rule=item.bond_rule,
            status=identity.status,
            cause=identity.cause,
            n_nodes=net.n_nodes,
            n_linkers=net.n_linkers,
            n_edges=net.n_edges,
            coordination=_counted(net.degrees()[net.is_node].tolist()),
            periodicity=identity.periodicity,
            stable=identity.stable,
            components=[
                ComponentDescription(
                    key=part.key,
                    names=list(part.names),
                    periodicity=part.periodicity,
                    multiplicity=part.multiplicity,
                )
                for part in identity.components
            ],
            ring_kind=rings.ring_kind,
            linker_aware=rings.linker_aware,
            max_ring_size=rings.max_ring_size,
            completeness=rings.completeness,
            largest_ring=rings.largest_ring,
            ring_counts={str(size): number for size, number in rings.ring_counts.items()},
            carvs=CarvsDescription(vector=carvs.vector.tolist(), sigma=carvs.sigma, symbol=carvs.symbol),
            vertex_symbols=_counted(found.symbols),
            vertex_symbols_all=_counted(found.symbols_all),
            point_symbols=_counted(found.point_symbols),
            coordination_sequences=_sequences(found.sequences),
            td10=td10(found.sequences),
            key=identity.key,
            names=list(identity.names),
            name=identity.name,
            quality=[*item.quality, *_doubts(net), *_unfinished(found, self._options), *_short(found)],
            seconds=round(time.perf_counter() - began, 3),
            version=VERSION,
            formula=None if item.structure is None else item.structure.formula,
            density=None if item.structure is None else round(item.structure.density, 4),
            framework_formula=None if framework is None else framework.formula,
            framework_density=None if framework is None else round(framework.density, 4),
            geometry=[_histogram(one) for one in item.geometry],
            carvs_by_coordination=_by_coordination(net, rings),
            derived_name=None if identity.names else derived_name(identity.key),
            units=units,
        )
        if units is not None:
            description = description.model_copy(update={"mofid_like": framework_line(description)})
        return Analysis(item, net, rings, found.symbols, description)


@cache
def prepare() -> None:
    """Load, and on a new machine compile, what analyses need: where they run in other processes, limits count it."""
    edges = [(0, 1, 0, 0, 0), (0, 1, 1, 0, 0), (0, 2, 0, 0, 0), (0, 2, 0, 1, 0)]
    for is_node in ([True, False, False], [True, True, True]):
        net = Net.from_edges(edges, 3, is_node=is_node)
        with no_interpreting():
            analyse(NetItem(net, "", "square", 0, 0, "as given", "edges"), AnalysisOptions(max_ring_size=6))


def _by_coordination(net: Net, rings: RingCounts) -> list[CoordinationCarvs]:
    split = carvs_by_coordination(
        rings.node_counts,
        net.degrees()[net.is_node],
        completeness=rings.completeness,
        ring_kind=rings.ring_kind,
        linker_aware=rings.linker_aware,
    )
    return [
        CoordinationCarvs(coordination=number, n_nodes=carvs.n_nodes, vector=carvs.vector.tolist(), symbol=carvs.symbol)
        for number, carvs in split.items()
    ]


def _histogram(one: Histogram) -> HistogramDescription:
    return HistogramDescription(
        quantity=one.quantity,
        unit=one.unit,
        mean=one.mean,
        deviation=one.deviation,
        edges=one.edges.tolist(),
        counts=one.counts.tolist(),
    )


def _unfinished(found: Searched, options: AnalysisOptions) -> list[str]:
    reached = found.rings.max_ring_size
    if options.max_ring_size is None or reached == options.max_ring_size:
        return []
    return [
        f"the search ended at {reached}-rings: beyond are more than {found.max_rings} rings, or too many "
        "cycles like rings"
    ]


def _short(found: Searched) -> list[str]:
    if found.longest_cycle == found.rings.max_ring_size:
        return []
    return [f"point symbols go to cycles of {found.longest_cycle} edges: longer ones are too far to search"]


def guess_kind(counts: NDArray[np.int64]) -> str:
    """Call a net amorphous if it has 100 nodes or more, and most of their ring counts occur once or none is common.

    Parameters
    ----------
    counts : ndarray of int64, shape (n_nodes, max_ring_size)
        Rings through each node by size.

    Notes
    -----
    In the published a-ZIF 1,726 of 1,728 nodes differ from all others; crystals have few kinds of node, however
    large the cell. In a large model with few sizes of rings most kinds occur again by chance (a-Si of 4,096 nodes:
    18 % once, rings to 16): there the effective number of kinds, one over the chance that two nodes are alike, is
    asked. It is 387 for a-Si, and 24 for diamond that lacks 6 % of its atoms.
    """
    if len(counts) < _FEWEST_AMORPHOUS_NODES:
        return "crystalline"
    _, numbers = np.unique(counts, axis=0, return_counts=True)
    unique = int(np.count_nonzero(numbers == 1))
    effective = len(counts) ** 2 / np.sum(np.square(numbers, dtype=np.float64))
    return "amorphous" if unique > _UNIQUE_SHARE * len(counts) or effective > _MOST_CRYSTALLINE_KINDS else "crystalline"


def _without_guests(item: NetItem) -> Structure | None:
    """Return the atoms that are in the framework; None where all are, or nothing is known of them."""
    if item.structure is None or item.clustered is None:
        return None
    inside = np.flatnonzero(item.clustered.site_to_unit >= 0)
    if len(inside) in (0, item.structure.n_atoms):
        return None
    elements = tuple(item.structure.elements[atom] for atom in inside)
    return Structure(elements, item.structure.positions[inside], item.structure.cell)


def _doubts(net: Net) -> list[str]:
    degrees = net.degrees()
    doubts = []
    for what, where in (
        ("vertex pairs with parallel bonds, which were merged", net.multiplicity > 1),
        ("nodes without bonds", (degrees == 0) & net.is_node),
        ("linkers without bonds", (degrees == 0) & ~net.is_node),
        ("linkers on one node only", (degrees == 1) & ~net.is_node),
    ):
        if where.any():
            doubts.append(f"{what}: {np.count_nonzero(where)}")
    return doubts


def _counted(values: list[str] | list[int] | tuple[str, ...]) -> dict[str, int]:
    """Count values, the most frequent first."""
    return {str(value): number for value, number in Counter(values).most_common()}


def _sequences(sequences: NDArray[np.int64]) -> list[CoordinationSequence]:
    found = Counter(map(tuple, sequences.tolist()))
    return [CoordinationSequence(sequence=list(one), multiplicity=number) for one, number in found.most_common()]
