"""Entries for the tests of the catalogue and of releases: real small nets, real rings."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from carvsdb.catalogue import Entry, SourceInfo
from carvsdb.compare import BlockSums
from carvsdb.net import Net, library, periodicity
from carvsdb.rings import RingCensus, coordination_sequences, find_rings, point_symbols, td10, vertex_symbols
from carvsdb.version import VERSION
from carvsdb_schemas.description import CarvsDescription, CoordinationSequence, Description

RCSR = SourceInfo("RCSR", url="http://rcsr.net", doi="10.1021/ar800124u", licence="CC-BY-4.0")

CHAIN = Net.from_edges([(0, 0, 1)], name="chain")
"""A net without rings."""


@cache
def census(name: str, max_ring_size: int = 27) -> RingCensus:
    """Return the rings of a library net."""
    return find_rings(library.load(name), max_ring_size)


def library_entry(name: str, *, label: str | None = None, max_ring_size: int = 27, **changes: Any) -> Entry:
    """Return a library net as an entry."""
    return entry_of(census(name, max_ring_size), label or name, **changes)


def chain_entry(label: str = "chain") -> Entry:
    """Return a net without rings as an entry."""
    return entry_of(find_rings(CHAIN), label)


def amorphous_entry(label: str, seed: int = 0) -> Entry:
    """Return the net sod with positions and made-up blocks, called amorphous."""
    found = census("sod")
    positions = np.random.default_rng(seed).random((found.net.n_nodes, 3))
    blocks = BlockSums.of(positions, found.node_counts)
    return entry_of(found, label, kind="amorphous", blocks=blocks, content=f"{label} {seed}")


def entry_of(
    found: RingCensus,
    label: str,
    *,
    kind: str = "crystalline",
    content: str | None = None,
    source: SourceInfo | None = None,
    completeness: str | None = None,
    clustering: str = "none",
    parameters: Mapping[str, object] | None = None,
    provenance: Mapping[str, object] | None = None,
    blocks: BlockSums | None = None,
    names: tuple[str, ...] = (),
    part: str = "",
    **more: Any,
) -> Entry:
    """Return an entry, with what a pipeline would find out about its net."""
    net = found.net
    completeness = completeness or found.completeness
    carvs = found.carvs()
    sequences = Counter(map(tuple, coordination_sequences(net).tolist()))
    symbols = vertex_symbols(found)
    coordination = Counter(net.degrees()[net.is_node].tolist())
    description = Description(
        file=f"{label}.cgd",
        label=label,
        clustering=clustering,
        bond_rule="file",
        status="named" if names else "unkeyed",
        cause=None if names else "not searched",
        n_nodes=net.n_nodes,
        n_linkers=net.n_linkers,
        n_edges=net.n_edges,
        coordination={str(number): count for number, count in sorted(coordination.items())},
        periodicity=periodicity(net),
        stable=None,
        components=[],
        ring_kind=found.ring_kind,
        linker_aware=found.linker_aware,
        max_ring_size=found.max_ring_size,
        completeness=completeness,
        largest_ring=found.largest_ring,
        ring_counts={str(size): count for size, count in found.ring_counts.items()},
        carvs=CarvsDescription(vector=carvs.vector.tolist(), sigma=carvs.sigma, symbol=carvs.symbol),
        vertex_symbols=dict(Counter(symbols)),
        vertex_symbols_all=dict(Counter(vertex_symbols(found, all_rings=True))),
        point_symbols=dict(Counter(point_symbols(net))),
        coordination_sequences=[
            CoordinationSequence(sequence=list(sequence), multiplicity=count) for sequence, count in sequences.items()
        ],
        td10=td10(coordination_sequences(net)),
        key=None,
        names=list(names),
        name=", ".join(names) or None,
        quality=[],
        seconds=0.5,
        version=VERSION,
    )
    return Entry(
        label=label,
        content_hash=hashlib.sha256((content or f"the file of {net.name}").encode()).hexdigest(),
        kind=kind,
        source=source,
        net=net,
        description=description,
        node_counts=found.node_counts,
        node_vertex_symbols=tuple(symbols),
        parameters=parameters or {},
        provenance=provenance or {"seed": 1},
        blocks=blocks,
        part=part,
        **more,
    )
