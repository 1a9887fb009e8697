"""What `describe` says about a net: one JSON object per distinct net."""

from pydantic import BaseModel, ConfigDict, Field

Symbols = dict[str, int]

UNIT_KINDS = ("metal", "metalloligand", "inorganic", "linker", "fragment", "ligand", "guest")
"""What a building unit can be, metals first."""

UNIT_ROLES = ("vertex", "edge", "between", "terminal", "guest", "whole")
"""What a building unit is to the net."""


class ComponentDescription(BaseModel):
    """One connected component, or several that are isomorphic."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    key: str | None = Field(description="Canonical key; null where it was not searched.")
    names: list[str] = Field(description="All archive names of the key.")
    periodicity: int = Field(ge=0, le=3, description="Number of directions in which it repeats.")
    multiplicity: int = Field(ge=1, description="How many copies there are.")


class CarvsDescription(BaseModel):
    """A CARVS vector, its spread and its symbol."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    vector: list[float] = Field(description="vector[k] is the mean number of rings of size k+1 through a node.")
    sigma: float = Field(ge=0, description="Root mean square distance of the nodes' vectors from their mean.")
    symbol: str = Field(description="For reading only.")


class CoordinationSequence(BaseModel):
    """A coordination sequence and how many nodes have it."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    sequence: list[int] = Field(min_length=10, max_length=10, description="Nodes in shells 1 to 10.")
    multiplicity: int = Field(ge=1, description="Number of nodes in the cell that have it.")


class HistogramDescription(BaseModel):
    """How often a distance, an angle or a number of bonds occurs in a cell."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    quantity: str
    unit: str = Field(description="Å, ° or bonds.")
    mean: float | None = Field(default=None, description="Of all values; null where only the histogram is kept.")
    deviation: float | None = Field(default=None, description="Standard deviation of all values; null likewise.")
    edges: list[float] = Field(description="Of the bins.")
    counts: list[int]


class CoordinationCarvs(BaseModel):
    """The CARVS of the nodes of one coordination."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    coordination: int = Field(description="Distinct bonds of a node.")
    n_nodes: int
    vector: list[float] = Field(description="vector[k] is the mean number of rings of size k+1 through such a node.")
    symbol: str = Field(description="For reading only.")


class UnitDescription(BaseModel):
    """A building unit of a net; identical ones are counted."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    key: str = Field(description="The same for the same atoms bonded in the same way, in any structure.")
    kind: str = Field(description=f"One of {', '.join(UNIT_KINDS)}.")
    role: str = Field(description=f"One of {', '.join(UNIT_ROLES)}; whole is a linker that is in parts.")
    count: int = Field(ge=1, description="How many there are in the cell.")
    degree: int = Field(ge=0, description="Of the vertex; of others how many units it touches.")
    formula: str = Field(description="Zn4O(CO2)6: brackets hold the ends of linkers, which are atoms of these.")
    composition: str = Field(description="Of its own atoms, in Hill order.")
    name: str | None = Field(default=None, description="Trivial name of a well-known ligand.")
    smiles: str | None = Field(
        default=None, description="Of the ligand as it is, with its charges; null without RDKit."
    )
    inchikey: str | None = None
    parent: str | None = Field(
        default=None, description="Beginning of the InChIKey of the neutral molecule (the acid)."
    )
    charge: int | None = None
    metals: list[str] = Field(default_factory=list)
    points_of_extension: int = Field(ge=0, description="At how many atoms it extends.")
    doubts: list[str] = Field(default_factory=list, description="What a reader should know before trusting the SMILES.")
    atoms: list[list[int]] | None = Field(
        default=None, description="By copy its atoms, numbered from 0 as in the cell; not stored in catalogues."
    )
    extension_atoms: list[list[int]] | None = Field(
        default=None, description="By copy the atoms at which it extends: of a metal unit those of its linkers."
    )


class Description(BaseModel):
    """What a net is: size, coordination, rings, CARVS, symbols, key and names."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    file: str | None = Field(description="The file it was read from.")
    label: str = Field(description="What the entry is called.")
    clustering: str = Field(description="How atoms became vertices.")
    bond_rule: str = Field(description="Where the bonds come from.")
    status: str = Field(description="named, keyed, unkeyed, no net, timeout or error.")
    cause: str | None = Field(description="Why the status is not `named`.")
    n_nodes: int
    n_linkers: int
    n_edges: int
    coordination: dict[str, int] = Field(description="Number of nodes by their number of distinct bonds.")
    periodicity: int = Field(ge=0, le=3)
    stable: bool | None = Field(description="Whether barycentric placement keeps vertices apart; null if not searched.")
    components: list[ComponentDescription]
    ring_kind: str = Field(description="ring or strong.")
    linker_aware: bool
    max_ring_size: int = Field(ge=1, le=32)
    completeness: str = Field(description="proved, observed or no.")
    largest_ring: int
    ring_counts: dict[str, int] = Field(description="Number of ring classes per cell, by size in nodes.")
    carvs: CarvsDescription
    vertex_symbols: Symbols
    vertex_symbols_all: Symbols
    point_symbols: Symbols
    coordination_sequences: list[CoordinationSequence]
    td10: float = Field(description="Mean over nodes of 1 + the nodes in shells 1 to 10.")
    key: str | None
    names: list[str]
    name: str | None
    quality: list[str] = Field(description="What a reader should know before trusting the entry.")
    seconds: float
    version: str
    formula: str | None = Field(default=None, description="Of all atoms, guests too; null for a file of nets.")
    density: float | None = Field(default=None, description="Of all atoms, guests too, in g/cm³.")
    framework_formula: str | None = Field(
        default=None,
        description="Without guests, free ions among them; null where there are none, or the atoms are not at hand.",
    )
    framework_density: float | None = Field(default=None, description="Without guests, in g/cm³; null as the formula.")
    geometry: list[HistogramDescription] = Field(
        default_factory=list, description="Of the atoms of a framework of nodes and linkers; empty for a file of nets."
    )
    carvs_by_coordination: list[CoordinationCarvs] = Field(
        default_factory=list, description="CARVS of the nodes of each coordination, where there are several."
    )
    units: list[UnitDescription] | None = Field(
        default=None, description="What vertices and edges are made of, and guests; null unless asked for."
    )
    derived_name: str | None = Field(
        default=None,
        description="What a net without archive names is, told from its key: chain, ladder, subnet (flu-3,6-C2/c).",
    )
    mofid_like: str | None = Field(
        default=None, description="Nodes and linkers, net, catenation and clustering in one line; null without SMILES."
    )

    @property
    def summary(self) -> str:
        """What the net is, in a few words."""
        vertices = f"{self.n_nodes} nodes, {self.n_linkers} linkers" if self.n_linkers else f"{self.n_nodes} nodes"
        return f"{self.name or self.status}; {vertices}, {self.n_edges} edges; {self.carvs.symbol}"

    def __repr__(self) -> str:
        return f"<Description {self.label}: {self.summary}>"

    def __str__(self) -> str:
        return repr(self)
