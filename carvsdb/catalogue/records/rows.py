"""From an entry to the rows of all tables."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from carvsdb.catalogue.records.entry import Entry, SourceInfo
from carvsdb.catalogue.records.keys import KEY_VERSION, content_key
from carvsdb.catalogue.records.refinement_run import RefinementRun
from carvsdb.compare.noise import BlockSums
from carvsdb_schemas.arrow import arrow_schema
from carvsdb_schemas.columns import LARGEST_RING
from carvsdb_schemas.tables import (
    CarvsRow,
    Environment,
    GeometryRow,
    NetEnvironment,
    NetRow,
    NoiseBlock,
    Refinement,
    Source,
    StructureRow,
)


@dataclass(frozen=True, slots=True)
class EntryKeys:
    """The keys of an entry: of its structure, its net and its ring search."""

    structure: UUID
    net: UUID
    carvs: UUID

    @classmethod
    def of(cls, entry: Entry) -> "EntryKeys":
        """Work out the keys of an entry; its label and provenance have no part in them."""
        about = entry.description
        structure = content_key("structure", entry.content_hash, entry.part)
        net = content_key("net", str(structure), about.clustering, about.bond_rule, dict(entry.parameters))
        carvs = content_key("carvs", str(net), about.ring_kind, about.linker_aware, about.max_ring_size)
        return cls(structure, net, carvs)


def source_row(source: SourceInfo) -> Source:
    """Return the row of a collection."""
    about = (source.collection, source.version, source.url, source.doi, source.licence, source.citation)
    return Source(
        id=content_key("source", *about),
        collection=source.collection,
        version=source.version,
        url=source.url,
        doi=source.doi,
        licence=source.licence,
        citation=source.citation,
    )


def structure_row(entry: Entry, keys: EntryKeys) -> StructureRow:
    """Return the row of an entry's structure."""
    return StructureRow(
        id=keys.structure,
        sha256=entry.content_hash,
        part=entry.part,
        label=entry.label,
        source_id=None if entry.source is None else source_row(entry.source).id,
        id_in_source=None if entry.source is None else entry.source.id_in_source,
        kind=entry.kind,
        formula=entry.formula,
        density=entry.density,
        file=entry.description.file,
        cell=None if entry.net.cell is None else entry.net.cell.ravel().tolist(),
        atoms=None if entry.atoms is None else entry.atoms.packed(),
        provenance=dict(entry.provenance),
    )


def net_row(entry: Entry, keys: EntryKeys) -> NetRow:
    """Return the row of an entry's net."""
    net, about = entry.net, entry.description
    return NetRow(
        id=keys.net,
        structure_id=keys.structure,
        clustering=about.clustering,
        bond_rule=about.bond_rule,
        parameters=dict(entry.parameters),
        edges=net.edges.tolist(),
        multiplicity=net.multiplicity.tolist(),
        is_node=net.is_node.tolist(),
        positions=None if net.positions is None else net.positions.tolist(),
        vertex_labels=None if net.labels is None else list(net.labels),
        n_nodes=about.n_nodes,
        n_linkers=about.n_linkers,
        n_edges=about.n_edges,
        coordination=about.coordination,
        periodicity=about.periodicity,
        stable=about.stable,
        components=[component.model_dump() for component in about.components],
        point_symbols=about.point_symbols,
        coordination_sequences=[sequence.model_dump() for sequence in about.coordination_sequences],
        td10=about.td10,
        key=about.key,
        names=about.names,
        status=about.status,
        cause=about.cause,
        quality=about.quality,
        code_version=about.version,
    )


def carvs_row(entry: Entry, keys: EntryKeys) -> CarvsRow:
    """Return the row of an entry's ring search."""
    about, carvs = entry.description, entry.carvs()
    return CarvsRow(
        id=keys.carvs,
        net_id=keys.net,
        ring_kind=about.ring_kind,
        linker_aware=about.linker_aware,
        max_ring_size=about.max_ring_size,
        completeness=about.completeness,
        largest_ring=about.largest_ring,
        ring_counts=about.ring_counts,
        mean_counts=_padded(carvs.vector[None])[0].tolist(),
        normalised=carvs.normalised.tolist() if carvs.has_rings else None,
        sigma=carvs.sigma,
        symbol=carvs.symbol,
        vertex_symbols=about.vertex_symbols,
        vertex_symbols_all=about.vertex_symbols_all,
        seconds=about.seconds,
        code_version=about.version,
    )


def environment_tables(entry: Entry, keys: EntryKeys) -> tuple[pa.Table, pa.Table]:
    """Return the distinct environments of an entry's nodes, and how often it has each."""
    counts = _padded(entry.node_counts).astype("<i4")
    symbols, symbol_codes = np.unique(np.array(entry.node_vertex_symbols, dtype=str), return_inverse=True)
    degrees = entry.net.degrees()[entry.net.is_node]
    whole = np.column_stack([counts, symbol_codes.reshape(-1), degrees])
    distinct, multiplicity = np.unique(whole, axis=0, return_counts=True)
    vectors, coordination = distinct[:, :LARGEST_RING].astype("<i4"), distinct[:, -1].tolist()
    texts = [str(symbols[code]) for code in distinct[:, -2]]
    ids = [
        str(environment_key(vector, text, degree))
        for vector, text, degree in zip(vectors, texts, coordination, strict=True)
    ]
    environments = _table(Environment, ids, _fixed(vectors), texts, coordination)
    shared = [str(keys.carvs)] * len(ids)
    net = [str(keys.net)] * len(ids)
    return environments, _table(NetEnvironment, shared, ids, net, multiplicity.tolist())


def noise_table(blocks: BlockSums, keys: EntryKeys) -> pa.Table:
    """Return the blocks of space of an entry."""
    n_blocks = len(blocks.n_nodes)
    carvs = [str(keys.carvs)] * n_blocks
    return _table(NoiseBlock, carvs, range(n_blocks), blocks.n_nodes.tolist(), _fixed(_padded(blocks.counts)))


def geometry_table(entry: Entry, keys: EntryKeys) -> pa.Table:
    """Return the histograms of an entry."""
    return _table(
        GeometryRow,
        [str(keys.net)] * len(entry.geometry),
        [one.quantity for one in entry.geometry],
        [one.unit for one in entry.geometry],
        [one.edges.tolist() for one in entry.geometry],
        [one.counts.tolist() for one in entry.geometry],
    )


def refinement_row(run: RefinementRun, structure_id: UUID | None) -> Refinement:
    """Return the row of a refinement run."""
    model = None if structure_id is None else str(structure_id)
    about = (dict(run.config), run.seed, list(run.data_sha256), run.potential_sha256, dict(run.results), model)
    return Refinement(
        id=content_key("refinement", *about, run.code_version),
        structure_id=structure_id,
        config=dict(run.config),
        seed=run.seed,
        data_sha256=list(run.data_sha256),
        potential_sha256=run.potential_sha256,
        results=dict(run.results),
        files=list(run.files),
        code_version=run.code_version,
    )


def environment_key(vector: NDArray[np.int32], symbol: str, coordination: int) -> UUID:
    """Return the key of an environment, from its counts of rings of 1 to 32 nodes."""
    # As content_key, but on bytes: an amorphous net has thousands of environments.
    text = f"{KEY_VERSION}|environment|{symbol}|{coordination}|".encode()
    return UUID(bytes=hashlib.sha256(text + vector.tobytes()).digest()[:16])


def _padded(counts: NDArray[np.generic]) -> NDArray[np.generic]:
    padded = np.zeros((len(counts), LARGEST_RING), counts.dtype)
    padded[:, : counts.shape[1]] = counts
    return padded


def _fixed(counts: NDArray[np.generic]) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(pa.array(counts.astype(np.int32).ravel()), LARGEST_RING)


def _table(model: type, *columns: Iterable[object]) -> pa.Table:
    schema = arrow_schema(model)
    arrays = [
        column if isinstance(column, pa.Array) else pa.array(list(column), field.type)
        for column, field in zip(columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
