"""The columns of the released tables: type, unit, and what they are."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from carvsdb_schemas.arrow import table_of
from carvsdb_schemas.card import DatasetCard
from carvsdb_schemas.released import RELEASED, released_schema

UNITS = {
    "structure.density": "g/cm³",
    "structure.cell": "Å",
    "geometry.edges": "see geometry.unit",
    "carvs.mean_counts": "1",
    "carvs.normalised": "1",
    "carvs.sigma": "1",
    "net.positions": "1",
    "net.td10": "1",
}
"""Units of numbers that the card says nothing about; all others are counts or codes."""

DESCRIPTIONS = {
    "source.collection": "Name of the collection.",
    "source.licence": "SPDX expression.",
    "structure.formula": "Chemical formula.",
    "structure.source_id": "Key of its source.",
    "net.structure_id": "Key of the structure that it is the net of.",
    "net.clustering": "How atoms became vertices.",
    "net.bond_rule": "Where its edges come from.",
    "net.edges": "Rows (src, dst, u, v, w): vertex src of cell 0 is joined to vertex dst of cell (u, v, w).",
    "net.n_nodes": "Number of nodes per cell.",
    "net.n_linkers": "Number of linkers per cell.",
    "net.n_edges": "Number of edges per cell.",
    "net.coordination": "Number of nodes by number of bonds.",
    "net.periodicity": "In how many directions it repeats.",
    "net.stable": "Whether no two vertices share a place in the barycentric placement.",
    "net.components": "Its connected components, with key, names and multiplicity.",
    "net.point_symbols": "Number of nodes by point symbol.",
    "net.coordination_sequences": "Shells 1 to 10 and how many nodes have them.",
    "net.td10": "Mean over nodes of 1 + the nodes in shells 1 to 10.",
    "net.key": "Canonical key: the primitive quotient graph in normal form.",
    "net.names": "All names that the key has in the archive.",
    "net.status": "named, keyed, unkeyed, no net, timeout or error.",
    "net.cause": "Why the status is not named.",
    "net.quality": "What is doubtful.",
    "carvs.net_id": "Key of the net.",
    "carvs.linker_aware": "Whether linkers took part in rings without counting towards their size.",
    "carvs.largest_ring": "Size of the largest ring found.",
    "carvs.sigma": "Root mean square distance of the ring counts of nodes from their mean.",
    "carvs.symbol": "CARVS as it is written.",
    "carvs.vertex_symbols": "Number of nodes by vertex symbol.",
    "carvs.vertex_symbols_all": "Number of nodes by vertex symbol of all rings.",
    "environment.vertex_symbol": "Vertex symbol of the node.",
    "environment.coordination": "Number of bonds of the node.",
    "net_environment.multiplicity": "How many nodes of the net have the environment.",
    "unit.metals": "Symbols of its metals.",
    "unit.inchikey": "Standard InChIKey of the molecule as it is.",
    "unit.charge": "Of the molecule.",
    "net_unit.net_id": "Key of the net.",
    "net_unit.unit_id": "Key of the unit.",
    "net_unit.points_of_extension": "At how many atoms the unit extends.",
    "net_unit.multiplicity": "How many of the unit are in the cell.",
    "net_unit.doubts": "What is doubtful about the molecule.",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a released table.

    Attributes
    ----------
    table, name : str
    kind : pyarrow.DataType
    nullable : bool
    unit : str
        Empty for text, codes and counts.
    description : str
    """

    table: str
    name: str
    kind: pa.DataType
    nullable: bool
    unit: str
    description: str


def columns_of(card: DatasetCard) -> Iterator[Column]:
    """Yield the columns of all tables; what the card says of a column goes before what is said here."""
    for model in RELEASED:
        table = str(model.__tablename__)
        fields = {field.name: field for field in released_schema(model)}
        for name, field in fields.items():
            full = f"{table}.{name}"
            said = card.properties.get(full)
            own = model.model_fields[name].description or DESCRIPTIONS.get(full) or _usual(name)
            yield Column(
                table,
                name,
                field.type,
                bool(field.nullable),
                UNITS.get(full, "") if said is None else said.unit,
                own if said is None else said.description,
            )


def primary_key(table: str) -> list[str]:
    """Return the columns that tell the rows of a table apart."""
    model = next(model for model in RELEASED if model.__tablename__ == table)
    return [column.name for column in table_of(model).primary_key.columns]


def _usual(name: str) -> str:
    if name == "id":
        return "Key: the first half of the SHA-256 of the content."
    if name.endswith("_id"):
        return f"Key of the {name.removesuffix('_id').replace('_', ' ')}."
    return name.replace("_", " ").capitalize() + "."
