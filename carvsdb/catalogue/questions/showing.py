"""Reading an entry back: the net, and all that is known of it."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from carvsdb.atoms.histogram import Histogram
from carvsdb.atoms.structure import Structure
from carvsdb.catalogue.file.schema import BEST
from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.questions.refinements import refinements_of
from carvsdb.catalogue.questions.resolving import NetRef
from carvsdb.catalogue.records.unit_rows import units_of_net
from carvsdb.errors import InputError, NotFoundError
from carvsdb.net.graph import Net
from carvsdb.rings.by_coordination import carvs_by_coordination
from carvsdb.topology.derived_names import derived_name
from carvsdb.topology.framework_line import framework_line
from carvsdb_schemas.answers import SearchAnswer, ShowAnswer, SourceAnswer
from carvsdb_schemas.description import (
    CarvsDescription,
    ComponentDescription,
    CoordinationCarvs,
    CoordinationSequence,
    Description,
    HistogramDescription,
)
from carvsdb_schemas.released import GRAPH_LEFT_OUT

_NETS = "SELECT net.*, structure.cell FROM net JOIN structure ON structure.id = structure_id WHERE "


def load_net(storage: Storage, ref: NetRef) -> Net:
    """Return a net as it was stored.

    Raises
    ------
    NotFoundError
        If it is stored without its graph, as a release holds it of a source that has no open licence.
    """
    row = storage.table(f"{_NETS} net.id = ?", [ref.net_id]).to_pylist()[0]
    if GRAPH_LEFT_OUT in row["quality"] and not row["is_node"]:
        raise NotFoundError(
            f"{ref.label!r} is stored without its graph: its source has no open licence", item=ref.label
        )
    return net_of_row(row, ref.label)


def load_nets(storage: Storage, net_ids: Sequence[str]) -> Iterator[Net]:
    """Return nets as they were stored, by their keys and in that order, much faster than one by one; without names."""
    for start in range(0, len(net_ids), _NETS_AT_ONCE):
        # One text, since DuckDB looks at each item of a list as if it might be of another package.
        keys = net_ids[start : start + _NETS_AT_ONCE]
        rows = storage.table(
            f"{_NETS} net.id IN (SELECT unnest(string_split(?, ',')::UUID[]))", [",".join(keys)]
        ).to_pylist()
        found = {str(row["id"]): row for row in rows}
        for key in keys:
            yield net_of_row(found[key], "")


_NETS_AT_ONCE = 1000


def net_of_row(row: dict[str, Any], name: str) -> Net:
    """Return a net from the columns of its row and the cell of its structure."""
    return Net.from_edges(
        np.array(row["edges"], np.int32).reshape(-1, 5),
        len(row["is_node"]),
        multiplicity=row["multiplicity"],
        is_node=row["is_node"],
        positions=row["positions"],
        cell=None if row["cell"] is None else np.array(row["cell"]).reshape(3, 3),
        labels=row["vertex_labels"],
        name=name,
    )


def load_atoms(storage: Storage, ref: NetRef) -> Structure:
    """Return the structure itself."""
    ((packed,),) = storage.rows("SELECT atoms FROM structure WHERE id = ?", [ref.structure_id])
    if packed is None:
        raise NotFoundError(f"{ref.label!r} came as a net, without atoms", item=ref.label)
    return Structure.unpacked(packed)


def load_geometry(storage: Storage, ref: NetRef) -> tuple[Histogram, ...]:
    """Return the histograms of an entry, by quantity."""
    rows = storage.rows(
        "SELECT quantity, unit, edges, counts FROM geometry WHERE net_id = ? ORDER BY quantity", [ref.net_id]
    )
    return tuple(
        Histogram(quantity, unit, np.array(edges), np.array(counts, np.int64)) for quantity, unit, edges, counts in rows
    )


def show(storage: Storage, ref: NetRef) -> ShowAnswer:
    """Return all that is known of an entry, described by the search that speaks for it."""
    net = _only(storage, "SELECT * FROM net WHERE id = ?", ref.net_id)
    structure = _only(storage, "SELECT * EXCLUDE (atoms) FROM structure WHERE id = ?", ref.structure_id)
    searches = storage.table(f"SELECT * FROM carvs WHERE net_id = ? ORDER BY {BEST}", [ref.net_id]).to_pylist()
    description = _description(storage, ref, structure, net, searches[0])
    return ShowAnswer(
        label=ref.label,
        kind=structure["kind"],
        sha256=structure["sha256"],
        part=structure["part"],
        formula=structure["formula"],
        density=structure["density"],
        source=_source(storage, structure),
        parameters=json.loads(net["parameters"]),
        provenance=json.loads(structure["provenance"]),
        searches=[SearchAnswer(**{field: search[field] for field in SearchAnswer.model_fields}) for search in searches],
        description=description.model_copy(update={"mofid_like": framework_line(description)}),
        refinements=refinements_of(storage, ref.structure_id),
        same_net=_with_the_same_net(storage, net),
        tags=[
            tag
            for (tag,) in storage.rows("SELECT tag FROM tag WHERE structure_id = ? ORDER BY tag", [ref.structure_id])
        ],
    )


def exact_vector(storage: Storage, carvs_id: str, max_ring_size: int) -> list[float]:
    """Return mean ring counts in double precision, from the environments of the nodes.

    Notes
    -----
    The stored vector is in single precision, made for searching.
    """
    rows = storage.rows(
        "SELECT counts, multiplicity FROM net_environment "
        "JOIN environment ON environment.id = environment_id WHERE carvs_id = ?",
        [carvs_id],
    )
    if not rows:
        return [0.0] * max_ring_size
    counts = np.array([row[0] for row in rows], np.int64).reshape(len(rows), -1)
    weights = np.array([row[1] for row in rows], np.int64)
    mean: list[float] = ((weights @ counts) / weights.sum())[:max_ring_size].tolist()
    return mean


def _by_coordination(storage: Storage, carvs: dict[str, Any], n_nodes: int) -> list[CoordinationCarvs]:
    rows = storage.rows(
        "SELECT coordination, multiplicity, counts FROM net_environment "
        "JOIN environment ON environment.id = environment_id WHERE carvs_id = ?",
        [carvs["id"]],
    )
    if len({coordination for coordination, _, _ in rows}) < 2:
        return []
    numbers = np.array([row[1] for row in rows])
    if numbers.sum() != n_nodes or (numbers < 1).any():
        raise InputError(
            f"carvs {carvs['id']}: its environments are not those of {n_nodes} nodes",
            path=storage.path,
            hint="`carvsdb db verify` lists all that is wrong",
        )
    split = carvs_by_coordination(
        np.repeat(np.array([row[2] for row in rows], np.int64), numbers, axis=0)[:, : carvs["max_ring_size"]],
        np.repeat(np.array([row[0] for row in rows], np.int64), numbers),
        completeness=carvs["completeness"],
        ring_kind=carvs["ring_kind"],
        linker_aware=carvs["linker_aware"],
    )
    return [
        CoordinationCarvs(coordination=number, n_nodes=one.n_nodes, vector=one.vector.tolist(), symbol=one.symbol)
        for number, one in split.items()
    ]


def _histogram(one: Histogram) -> HistogramDescription:
    return HistogramDescription(
        quantity=one.quantity,
        unit=one.unit,
        edges=one.edges.tolist(),
        counts=one.counts.tolist(),
    )


def _with_the_same_net(storage: Storage, net: dict[str, Any]) -> int | None:
    """Count the structures that have a net of the same key in the same clustering."""
    if net["key"] is None:
        return None
    found = storage.rows(
        "SELECT count(DISTINCT structure_id) FROM net WHERE key = ? AND clustering = ?", [net["key"], net["clustering"]]
    )
    return int(found[0][0])


def _only(storage: Storage, query: str, key: str) -> dict[str, Any]:
    row: dict[str, Any] = storage.table(query, [key]).to_pylist()[0]
    return row


def _source(storage: Storage, structure: dict[str, Any]) -> SourceAnswer | None:
    if structure["source_id"] is None:
        return None
    source = _only(storage, "SELECT * EXCLUDE (id) FROM source WHERE id = ?", structure["source_id"])
    return SourceAnswer(**source, id_in_source=structure["id_in_source"])


def _description(
    storage: Storage, ref: NetRef, structure: dict[str, Any], net: dict[str, Any], carvs: dict[str, Any]
) -> Description:
    return Description(
        file=structure["file"],
        label=ref.label,
        clustering=net["clustering"],
        bond_rule=net["bond_rule"],
        status=net["status"],
        cause=net["cause"],
        n_nodes=net["n_nodes"],
        n_linkers=net["n_linkers"],
        n_edges=net["n_edges"],
        coordination=json.loads(net["coordination"]),
        periodicity=net["periodicity"],
        stable=net["stable"],
        components=[ComponentDescription(**component) for component in json.loads(net["components"])],
        ring_kind=carvs["ring_kind"],
        linker_aware=carvs["linker_aware"],
        max_ring_size=carvs["max_ring_size"],
        completeness=carvs["completeness"],
        largest_ring=carvs["largest_ring"],
        ring_counts=_by_number(carvs["ring_counts"]),
        carvs=CarvsDescription(
            vector=exact_vector(storage, carvs["id"], carvs["max_ring_size"]),
            sigma=carvs["sigma"],
            symbol=carvs["symbol"],
        ),
        vertex_symbols=json.loads(carvs["vertex_symbols"]),
        vertex_symbols_all=json.loads(carvs["vertex_symbols_all"]),
        point_symbols=json.loads(net["point_symbols"]),
        coordination_sequences=[
            CoordinationSequence(**sequence) for sequence in json.loads(net["coordination_sequences"])
        ],
        td10=net["td10"],
        key=net["key"],
        derived_name=None if net["names"] else derived_name(net["key"]),
        names=net["names"],
        name=", ".join(net["names"]) or None,
        quality=net["quality"],
        seconds=carvs["seconds"],
        version=carvs["code_version"],
        formula=structure["formula"],
        density=None if structure["density"] is None else round(structure["density"], 4),
        geometry=[_histogram(one) for one in load_geometry(storage, ref)],
        units=units_of_net(storage, ref.net_id),
        carvs_by_coordination=_by_coordination(storage, carvs, net["n_nodes"]),
    )


def _by_number(text: str) -> dict[str, int]:
    """Read ring counts, sizes ascending (as text, 10 comes before 4)."""
    counts: dict[str, int] = json.loads(text)
    return dict(sorted(counts.items(), key=lambda item: int(item[0])))
