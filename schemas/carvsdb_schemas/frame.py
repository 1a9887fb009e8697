"""What `describe --frames` says about a frame of a trajectory: one record for each frame and clustering."""

from pydantic import BaseModel, ConfigDict, Field

from carvsdb_schemas.description import CarvsDescription


class FrameDescription(BaseModel):
    """The net of a frame, its rings and its CARVS."""

    model_config = ConfigDict(extra="forbid")

    file: str
    frame: int = Field(ge=0, description="Which frame of the file, from 0.")
    step: int | None = Field(default=None, description="Time step, as the file says it.")
    time: float | None = Field(default=None, description="In the unit of the file, or of the table beside it.")
    temperature: float | None = Field(default=None, description="In K.")
    clustering: str
    bond_rule: str
    n_atoms: int | None = Field(default=None, description="Null where the file holds nets.")
    n_nodes: int
    n_linkers: int
    n_edges: int
    changed_edges: int | None = Field(
        default=None,
        description="Edges gained or lost since the frame described before; null for other vertices.",
    )
    coordination: dict[str, int] = Field(description="Nodes by number of edges.")
    ring_kind: str
    linker_aware: bool
    max_ring_size: int
    completeness: str
    largest_ring: int
    ring_counts: dict[str, int] = Field(description="Ring classes in a cell, by size.")
    carvs: CarvsDescription
    volume: float | None = Field(default=None, description="Of the cell, in Å³.")
    quality: list[str]
    version: str

    def __repr__(self) -> str:
        edges = f"{self.n_nodes} nodes, {self.n_edges} edges"
        return f"<FrameDescription {self.frame} of {self.file}: {edges}; {self.carvs.symbol}>"

    def __str__(self) -> str:
        return repr(self)
