"""From a net to what is known of it: rings, symbols, shells, and what a reader should doubt."""

import time
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb.net import Net, replace_linkers
from carvsdb.rings import (
    DEFAULT_CUT_OFF,
    RingCensus,
    angle_counts,
    carvs_by_coordination,
    coordination_sequences,
    find_rings_to_the_last,
    find_rings_within_budget,
    find_strong_rings,
    point_symbols_within_budget,
    ring_budget,
    td10,
    vertex_symbols,
)
from carvsdb.topology import Identity, identify
from carvsdb.topology.derived_names import derived_name
from carvsdb.topology.framework_line import framework_line
from carvsdb.topology.names_file import NamesFile
from carvsdb.version import VERSION
from carvsdb_ingest.analysis.item import NetItem
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

MOST_RINGS = 2**60
"""Ring classes that may be allowed; the kernels count in 64 bits."""

_RISING_CUT_OFFS = (12, 20, 27, 32)
_UNIQUE_SHARE = 0.5
_MOST_CRYSTALLINE_KINDS = 100
_FEWEST_AMORPHOUS_NODES = 100


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """How nets are analysed.

    Attributes
    ----------
    max_ring_size : int or None
        Cut-off of the ring search, in nodes; None raises it until the list is complete, or 32 is met.
    node_only : bool
        Replace every linker by edges between its nodes before anything is counted.
    ring_kind : str
        ``ring``, or ``strong`` for strong rings instead.
    max_rings : int, optional
        How many ring classes a net may have; the search of one with more ends at a smaller cut-off.
    names : NamesFile, optional
        Names of one's own, next to those that come with carvsdb.
    units : bool
        Also say what vertices and edges are made of, where there are atoms; linkers get a SMILES if RDKit is installed.
    """

    max_ring_size: int | None = DEFAULT_CUT_OFF
    node_only: bool = False
    ring_kind: str = "ring"
    max_rings: int | None = None
    names: NamesFile | None = None
    units: bool = False

    def __post_init__(self) -> None:
        if self.ring_kind not in ("ring", "strong"):
            raise InputError(f"rings are searched as 'ring' or 'strong', got {self.ring_kind!r}")
        if self.max_rings is not None and not 1 <= self.max_rings <= MOST_RINGS:
            raise InputError(f"max_rings must be 1 to {MOST_RINGS}, got {self.max_rings}")


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """A net with its rings and its description.

    Attributes
    ----------
    item : NetItem
        What the reader gave.
    census : RingCensus
        The rings; ``census.net`` is the net that was searched.
    node_vertex_symbols : tuple of str
        Vertex symbol of each node.
    description : Description
        What `describe` says.
    """

    item: NetItem
    census: RingCensus
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


@dataclass(frozen=True, slots=True, eq=False)
class _Searched:
    sequences: NDArray[np.int64]
    census: RingCensus
    symbols: tuple[str, ...]
    symbols_all: tuple[str, ...]
    point_symbols: tuple[str, ...]
    longest_cycle: int
    identity: Identity


class Analyser:
    """Analyses nets one after another; those of one structure that are the same net are searched once.

    Parameters
    ----------
    options : AnalysisOptions, optional

    Notes
    -----
    Several clusterings often split a structure alike. What was found is kept till the next structure.
    """

    def __init__(self, options: AnalysisOptions | None = None) -> None:
        self._options = options or AnalysisOptions()
        self._structure: str | None = None
        self._searched: dict[tuple[int, bytes, bytes], _Searched] = {}

    def analyse(self, item: NetItem) -> Analysis:
        """Search the rings of a net, or take those of the same net before it, and describe it."""
        began = time.perf_counter()
        if self._structure != item.content_hash or not item.content_hash:
            self._structure, self._searched = item.content_hash, {}
        net = replace_linkers(item.net) if self._options.node_only else item.net
        same = (net.n_vertices, net.edges.tobytes(), net.is_node.tobytes())
        if same not in self._searched:
            self._searched[same] = self._search(net)
        found = self._searched[same]
        if found.census.net is not net:  # the same edges, but vertices may stand elsewhere
            found = replace(found, census=replace(found.census, net=net))
        return self._described(item, found, began)

    def _search(self, net: Net) -> _Searched:
        sequences = coordination_sequences(net)  # first, since nets whose shells do not end are refused at once
        census = search_rings(net, self._options)
        rings_at = angle_counts(census)
        points, longest = point_symbols_within_budget(net, census.max_ring_size)
        return _Searched(
            sequences,
            census,
            tuple(vertex_symbols(census, rings_at=rings_at)),
            tuple(vertex_symbols(census, all_rings=True, rings_at=rings_at)),
            tuple(points),
            longest,
            identify(net, self._options.names.archive() if self._options.names else None),
        )

    def _described(self, item: NetItem, found: _Searched, began: float) -> Analysis:
        census, net, identity = found.census, found.census.net, found.identity
        carvs = census.carvs()
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
            ring_kind=census.ring_kind,
            linker_aware=census.linker_aware,
            max_ring_size=census.max_ring_size,
            completeness=census.completeness,
            largest_ring=census.largest_ring,
            ring_counts={str(size): number for size, number in census.ring_counts.items()},
            carvs=CarvsDescription(vector=carvs.vector.tolist(), sigma=carvs.sigma, symbol=carvs.symbol),
            vertex_symbols=_counted(found.symbols),
            vertex_symbols_all=_counted(found.symbols_all),
            point_symbols=_counted(found.point_symbols),
            coordination_sequences=_sequences(found.sequences),
            td10=td10(found.sequences),
            key=identity.key,
            names=list(identity.names),
            name=identity.name,
            quality=[*item.quality, *_doubts(net), *_unfinished(census, self._options), *_short(found)],
            seconds=round(time.perf_counter() - began, 3),
            version=VERSION,
            formula=None if item.structure is None else item.structure.formula,
            density=None if item.structure is None else round(item.structure.density, 4),
            geometry=[_histogram(one) for one in item.geometry],
            carvs_by_coordination=_by_coordination(census),
            derived_name=None if identity.names else derived_name(identity.key),
            units=units,
        )
        if units is not None:
            description = description.model_copy(update={"mofid_like": framework_line(description)})
        return Analysis(item, census, found.symbols, description)


@cache
def prepare() -> None:
    """Load, and on a new machine compile, what the first analysis needs: no limit of an input is to count it."""
    edges = [(0, 1, 0, 0, 0), (0, 1, 1, 0, 0), (0, 2, 0, 0, 0), (0, 2, 0, 1, 0)]
    for is_node in ([True, False, False], [True, True, True]):
        net = Net.from_edges(edges, 3, is_node=is_node)
        analyse(NetItem(net, "", "square", 0, 0, "as given", "edges"), AnalysisOptions(max_ring_size=6))


def _by_coordination(census: RingCensus) -> list[CoordinationCarvs]:
    split = carvs_by_coordination(
        census.node_counts,
        census.net.degrees()[census.net.is_node],
        completeness=census.completeness,
        ring_kind=census.ring_kind,
        linker_aware=census.linker_aware,
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


def search_rings(net: Net, options: AnalysisOptions) -> RingCensus:
    """Search the rings of a net as the options say; a budget that is met lowers the cut-off."""
    if options.ring_kind == "ring":
        if options.max_ring_size is None:
            return find_rings_to_the_last(net, max_rings=options.max_rings)
        return find_rings_within_budget(net, options.max_ring_size, max_rings=options.max_rings)
    for cut_off in _RISING_CUT_OFFS if options.max_ring_size is None else (options.max_ring_size,):
        census = find_strong_rings(net, cut_off)
        if census.completeness == "proved":
            break
    return census


def _unfinished(census: RingCensus, options: AnalysisOptions) -> list[str]:
    if options.max_ring_size is None or census.max_ring_size == options.max_ring_size:
        return []
    allowed = options.max_rings or ring_budget(census.net)
    return [
        f"the search ended at {census.max_ring_size}-rings: beyond are more than {allowed} rings, or too many "
        "cycles like rings"
    ]


def _short(found: _Searched) -> list[str]:
    if found.longest_cycle == found.census.max_ring_size:
        return []
    return [f"point symbols go to cycles of {found.longest_cycle} edges: longer ones are too far to search"]


def guess_kind(census: RingCensus) -> str:
    """Call a net amorphous if it has 100 nodes or more, and most of their ring counts occur once or none is common.

    Notes
    -----
    In the published a-ZIF 1,726 of 1,728 nodes differ from all others; crystals have few kinds of node, however
    large the cell. In a large model with few sizes of rings most kinds occur again by chance (a-Si of 4,096 nodes:
    18 % once, rings to 16): there the effective number of kinds, one over the chance that two nodes are alike, is
    asked. It is 387 for a-Si, and 24 for diamond that lacks 6 % of its atoms.
    """
    counts = census.node_counts
    if len(counts) < _FEWEST_AMORPHOUS_NODES:
        return "crystalline"
    _, numbers = np.unique(counts, axis=0, return_counts=True)
    unique = int(np.count_nonzero(numbers == 1))
    effective = len(counts) ** 2 / np.sum(np.square(numbers, dtype=np.float64))
    return "amorphous" if unique > _UNIQUE_SHARE * len(counts) or effective > _MOST_CRYSTALLINE_KINDS else "crystalline"


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
