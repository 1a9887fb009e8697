"""The tables of the catalogue.

Keys are immutable 128-bit hashes of content (the first half of a SHA-256), so that the same thing has the
same key in every catalogue. There are no foreign keys and no cascades: what is removed is kept in the trash.

Keys and labels are unique because the one writer sees to it (and `db verify` checks it), not by indexes: on random
keys those cost more than the rows that they guard, in seconds and in bytes.
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from carvsdb_schemas import columns
from carvsdb_schemas.filters import KINDS as KINDS
from carvsdb_schemas.stored_columns import ADDED_COLUMNS as ADDED_COLUMNS
from carvsdb_schemas.stored_columns import ADDED_TABLES as ADDED_TABLES
from carvsdb_schemas.stored_columns import SCHEMA_VERSION as SCHEMA_VERSION

STATUSES = ("named", "keyed", "unkeyed", "no net", "timeout", "error")
"""The status of a net, or of an input that gave none."""


class SchemaInfo(SQLModel, table=True):
    """What the file itself is: schema version and the code that made it."""

    __tablename__ = "schema_info"

    name: str = Field(primary_key=True)
    value: str


class Source(SQLModel, table=True):
    """A collection that structures come from."""

    __tablename__ = "source"

    id: UUID = Field(primary_key=True)
    collection: str
    version: str | None = None
    url: str | None = None
    doi: str | None = None
    licence: str | None = None
    citation: str | None = None


class StructureRow(SQLModel, table=True):
    """An entry: the input that nets were made from, and what it is called."""

    __tablename__ = "structure"

    id: UUID = Field(primary_key=True)
    sha256: str = Field(description="SHA-256 of the input, in hexadecimal digits.")
    part: str = Field(description="Which net of an input with several; empty where there is one.")
    label: str = Field(description="Unique in a catalogue.")
    source_id: UUID | None
    id_in_source: str | None = Field(description="A refcode, for example.")
    kind: str = Field(description="crystalline, amorphous or generated.")
    formula: str | None
    density: float | None = Field(default=None, sa_type=sa.Double, description="Of the atoms, in g/cm³.")
    file: str | None = Field(description="The file as it was named when it was read.")
    cell: list[float] | None = Field(sa_type=columns.CellMatrix, description="Lattice vectors as rows, in Å.")
    atoms: bytes | None = Field(
        default=None, sa_type=sa.LargeBinary, description="The structure itself: compressed JSON of its atoms."
    )
    provenance: dict[str, Any] = Field(sa_type=columns.JsonText, description="Options, seeds, reports.")


class NetRow(SQLModel, table=True):
    """A net made from a structure by one clustering, bond rule and set of parameters."""

    __tablename__ = "net"

    id: UUID = Field(primary_key=True)
    structure_id: UUID
    clustering: str
    bond_rule: str
    parameters: dict[str, Any] = Field(sa_type=columns.JsonText)
    edges: list[list[int]] = Field(sa_type=columns.EdgeRows)
    multiplicity: list[int] = Field(sa_type=columns.Integers, description="Parallel links, by edge.")
    is_node: list[bool] = Field(sa_type=columns.Flags, description="By vertex; False for linkers.")
    positions: list[list[float]] | None = Field(sa_type=columns.PositionRows, description="Fractional.")
    vertex_labels: list[str] | None = Field(sa_type=columns.Texts)
    n_nodes: int
    n_linkers: int
    n_edges: int
    coordination: dict[str, int] = Field(sa_type=columns.JsonText)
    periodicity: int
    stable: bool | None
    components: list[Any] = Field(sa_type=columns.JsonText)
    point_symbols: dict[str, int] = Field(sa_type=columns.JsonText)
    coordination_sequences: list[Any] = Field(sa_type=columns.JsonText)
    td10: float = Field(sa_type=sa.Double)
    key: str | None
    names: list[str] = Field(sa_type=columns.Texts)
    status: str
    cause: str | None
    quality: list[str] = Field(sa_type=columns.Texts)
    code_version: str


class CarvsRow(SQLModel, table=True):
    """The rings of a net, searched in one way to one cut-off."""

    __tablename__ = "carvs"

    id: UUID = Field(primary_key=True)
    net_id: UUID
    ring_kind: str = Field(description="ring or strong.")
    linker_aware: bool
    max_ring_size: int = Field(description="Cut-off of the search, in nodes.")
    completeness: str = Field(description="proved, observed or no.")
    largest_ring: int
    ring_counts: dict[str, int] = Field(sa_type=columns.JsonText, description="Classes per cell, by size.")
    mean_counts: list[float] = Field(sa_type=columns.RingVector, description="Mean rings through a node.")
    normalised: list[float] | None = Field(
        sa_type=columns.RingVector, description="mean_counts over their sum; null without rings."
    )
    sigma: float = Field(sa_type=sa.Double)
    symbol: str
    vertex_symbols: dict[str, int] = Field(sa_type=columns.JsonText)
    vertex_symbols_all: dict[str, int] = Field(sa_type=columns.JsonText)
    seconds: float = Field(sa_type=sa.Double)
    code_version: str


class Environment(SQLModel, table=True):
    """A distinct node: its rings, its vertex symbol and its coordination."""

    __tablename__ = "environment"

    id: UUID = Field(primary_key=True)
    counts: list[int] = Field(sa_type=columns.RingCounts, description="Rings through the node, by size.")
    vertex_symbol: str
    coordination: int


class NetEnvironment(SQLModel, table=True):
    """How often a net has an environment, as seen by one ring search."""

    __tablename__ = "net_environment"

    carvs_id: UUID = Field(primary_key=True)
    environment_id: UUID = Field(primary_key=True)
    net_id: UUID
    multiplicity: int


class NoiseBlock(SQLModel, table=True):
    """The rings in one block of space of an amorphous net; what its noise is resampled from."""

    __tablename__ = "noise_block"

    carvs_id: UUID = Field(primary_key=True)
    block: int = Field(primary_key=True)
    n_nodes: int
    counts: list[int] = Field(sa_type=columns.RingCounts, description="Sums over the nodes of the block.")


class GeometryRow(SQLModel, table=True):
    """A histogram of distances or angles of a net."""

    __tablename__ = "geometry"

    net_id: UUID = Field(primary_key=True)
    quantity: str = Field(primary_key=True, description="node-linker distance, node-linker-node angle, ...")
    unit: str = Field(description="Å or °.")
    edges: list[float] = Field(sa_type=columns.Numbers, description="Of the bins: one more than counts.")
    counts: list[int] = Field(sa_type=columns.Integers)


class UnitRow(SQLModel, table=True):
    """A building unit: what vertices and edges of nets are made of."""

    __tablename__ = "unit"

    id: UUID = Field(primary_key=True)
    key: str = Field(description="Of its elements and bonds: 12 hexadecimal digits.")
    formula: str = Field(description="Zn4O(CO2)6; of linkers in Hill order.")
    composition: str = Field(description="Of its own atoms, in Hill order.")
    metals: list[str] = Field(sa_type=columns.Texts)
    name: str | None = Field(description="Trivial name of a well-known ligand.")
    smiles: str | None = Field(description="Null where no molecule could be drawn, or without RDKit.")
    inchikey: str | None
    parent: str | None = Field(description="Beginning of the InChIKey of the neutral molecule.")
    charge: int | None


class NetUnit(SQLModel, table=True):
    """How often a net has a unit, and as what."""

    __tablename__ = "net_unit"

    net_id: UUID = Field(primary_key=True)
    unit_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True, description="metal, linker, ligand, fragment, inorganic, guest, ...")
    role: str = Field(primary_key=True, description="vertex, edge, between, terminal, guest or whole.")
    degree: int = Field(primary_key=True, description="Of the vertex; of others how many units it touches.")
    points_of_extension: int = Field(primary_key=True)
    multiplicity: int
    doubts: list[str] = Field(sa_type=columns.Texts)


class Refinement(SQLModel, table=True):
    """A refinement run: what it was told, what it was given, and how well it ended."""

    __tablename__ = "refinement"

    id: UUID = Field(primary_key=True)
    structure_id: UUID | None = Field(description="The model that it made; a run that made several has several rows.")
    config: dict[str, Any] = Field(sa_type=columns.JsonText)
    seed: int
    data_sha256: list[str] = Field(sa_type=columns.Texts, description="Of each data set.")
    potential_sha256: str | None
    results: dict[str, Any] = Field(sa_type=columns.JsonText, description="chi2, Rw, energies, acceptance, gamma.")
    files: list[str] = Field(sa_type=columns.Texts)
    code_version: str


class EmbeddingRow(SQLModel, table=True):
    """A map: how it was made."""

    __tablename__ = "embedding"

    id: UUID = Field(primary_key=True)
    number: int = Field(description="Counts up from 1; the largest is the newest.")
    method: str
    parameters: dict[str, Any] = Field(sa_type=columns.JsonText)
    versions: dict[str, str] = Field(sa_type=columns.JsonText)
    seed: int


class EmbeddingPoint(SQLModel, table=True):
    """Where a net lies on a map of nets."""

    __tablename__ = "embedding_point"

    embedding_id: UUID = Field(primary_key=True)
    carvs_id: UUID = Field(primary_key=True)
    coordinates: list[float] = Field(sa_type=columns.Numbers)


class EmbeddingEnvironment(SQLModel, table=True):
    """Where a node lies on a map of node environments."""

    __tablename__ = "embedding_environment"

    embedding_id: UUID = Field(primary_key=True)
    environment_id: UUID = Field(primary_key=True)
    coordinates: list[float] = Field(sa_type=columns.Numbers)


class Attempt(SQLModel, table=True):
    """An input that was tried, and its status."""

    __tablename__ = "attempt"

    id: UUID = Field(primary_key=True)
    task: UUID | None = Field(
        default=None, description="Key of the input's bytes and all options: what need not be done again."
    )
    item: int = Field(default=0, description="Which net of the input, from 0.")
    structure_id: UUID | None = Field(default=None, description="Null if it gave no entry.")
    sha256: str | None = Field(description="Of the input; null if it could not be read.")
    input: str = Field(description="The file, or where else it came from.")
    label: str | None
    status: str
    cause: str | None
    line: int | None = Field(default=None, description="Of the input, where the cause is.")
    error: str | None = Field(default=None, description="Class of the error; null if there was none.")
    seconds: float = Field(sa_type=sa.Double)
    code_version: str


class Tag(SQLModel, table=True):
    """A word of the user's own on an entry."""

    __tablename__ = "tag"

    structure_id: UUID = Field(primary_key=True)
    tag: str = Field(primary_key=True)


class Trash(SQLModel, table=True):
    """What was removed at one time, until the trash is emptied."""

    __tablename__ = "trash"

    number: int = Field(primary_key=True, description="Counts up from 1; the largest is the newest.")
    labels: list[str] = Field(sa_type=columns.Texts, description="Of the entries.")
    removed: str = Field(description="When, in UTC.")
    content: bytes = Field(sa_type=sa.LargeBinary, description="A zip archive of TABLE.parquet: the rows.")
    code_version: str


class Shard(SQLModel, table=True):
    """A finished piece of ingestion: committed whole, or not at all."""

    __tablename__ = "shard"

    id: UUID = Field(primary_key=True, description="First half of the SHA-256 of its list of checksums.")
    number: int = Field(description="Counts up from 1, in the order of committing.")
    n_attempts: int
    n_nets: int
    code_version: str


ALL_TABLES: tuple[type[SQLModel], ...] = (
    SchemaInfo,
    Source,
    StructureRow,
    NetRow,
    CarvsRow,
    Environment,
    NetEnvironment,
    NoiseBlock,
    GeometryRow,
    UnitRow,
    NetUnit,
    Refinement,
    EmbeddingRow,
    EmbeddingPoint,
    EmbeddingEnvironment,
    Attempt,
    Tag,
    Trash,
    Shard,
)
"""In the order in which they are filled."""
