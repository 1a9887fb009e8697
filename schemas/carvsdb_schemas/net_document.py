"""A net that was found, with the atoms of each vertex: what `carvsdb net` writes as JSON."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class VertexDocument(_Part):
    """A vertex of the quotient graph; its number is its place in the list, from 0."""

    label: str | None
    is_node: bool = Field(description="False for linkers of a node-linker net.")
    coordination: int = Field(ge=0, description="Edge ends, parallel links counted once.")
    component: int = Field(ge=0, description="Which of the connected parts of the quotient graph.")
    position: list[float] | None = Field(description="Fractional, in `cell`; not wrapped.")
    atoms: list[int] | None = Field(description="Numbers of its atoms, from 0; null where atoms are not known.")


class EdgeDocument(_Part):
    """An edge: vertex `src` of cell 0 is joined to vertex `dst` of cell `offset`."""

    src: int
    dst: int
    offset: list[int] = Field(min_length=3, max_length=3)
    multiplicity: int = Field(ge=1, description="Parallel links that it stands for.")


class AtomsDocument(_Part):
    """The atoms that the net was found in, in the order of their file."""

    elements: list[str]
    labels: list[str]
    positions: list[list[float]] = Field(description="Fractional, in `cell`.")
    vertex: list[int | None] = Field(
        description="The vertex of each atom; null for guests and for atoms whose cluster became an edge."
    )


class NetDocument(_Part):
    """A net, its vertices and edges, and which atoms make which vertex."""

    label: str
    file: str | None
    clustering: str
    bond_rule: str
    parameters: dict[str, Any]
    key: str | None = Field(description="Canonical key of the net without its two-connected linkers.")
    names: list[str]
    status: str
    periodicity: int
    cell: list[list[float]] | None = Field(description="Lattice vectors as rows, in Å.")
    vertices: list[VertexDocument]
    edges: list[EdgeDocument]
    atoms: AtomsDocument | None
    quality: list[str] = Field(description="What is doubtful.")
    notes: list[str] = Field(description="What was decided.")
    version: str = Field(description="Of carvsdb.")
