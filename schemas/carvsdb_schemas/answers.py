"""What commands and the catalogue answer, as JSON."""

from pydantic import BaseModel, ConfigDict, Field

from carvsdb_schemas.description import Description

Json = dict[str, object]


class CommandAnswer(BaseModel):
    """What all answers share: no unknown fields."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class ListItem(CommandAnswer):
    """One line of `list`."""

    label: str
    name: str | None = Field(description="Archive names of the net's key.")
    kind: str
    source: str | None
    n_nodes: int
    symbol: str | None = Field(description="CARVS symbol; for reading only.")
    sigma: float | None
    status: str
    interpenetration: int | None = Field(description="How many periodic nets there are, of one sort or several.")
    coordination: str = Field(description="Numbers of bonds of the nodes: 3,4.")
    point_symbol: str = Field(description="With stoichiometry; the number of sorts where there are many.")
    vertex_symbol: str | None = Field(description="Of the nodes; the number of sorts where there are many.")
    clustering: str
    bond_rule: str
    formula: str | None = Field(description="Of all atoms, guests too.")


class Hit(CommandAnswer):
    """A neighbour."""

    label: str
    name: str | None
    source: str | None
    kind: str
    distance: float = Field(ge=0, description="Topological distance, 0 to 1.")
    noise: float = Field(ge=0, description="How far chance alone would put the two apart.")
    noise_kind: str = Field(description="blocks, models or none.")
    symbol: str
    interpenetration: int | None = Field(description="How many periodic nets there are, of one sort or several.")
    coordination: str = Field(description="Numbers of bonds of the nodes: 3,4.")
    clustering: str
    bond_rule: str


class SimilarAnswer(CommandAnswer):
    """The nearest nets, nearest first."""

    query: str
    catalogue: str = Field(default="", description="Its path, or `reference-nets` where there is none.")
    hits: list[Hit]


class EnvironmentShare(CommandAnswer):
    """A crystalline environment, and of how many nodes it is the nearest."""

    vertex_symbol: str
    coordination: int
    share: float = Field(ge=0, le=1, description="Of the nodes of the net.")
    nodes: int
    distance: float = Field(ge=0, description="Mean topological distance of those nodes from it.")
    nets: list[str] = Field(description="Some crystals that have it.")
    environment: str = Field(description="Its key.")


class EnvironmentsAnswer(CommandAnswer):
    """The crystalline environments that make up a net, the most frequent first."""

    query: str
    catalogue: str = Field(default="", description="Its path, or `reference-nets` where there is none.")
    environments: list[EnvironmentShare]


class NodeSort(CommandAnswer):
    """A sort of node of a net."""

    sort: int = Field(ge=0, description="Its number, the most frequent first.")
    vertex_symbol: str
    coordination: int
    nodes: int
    share: float = Field(ge=0, le=1, description="Of the nodes of the net.")
    symbol: str = Field(description="The rings through such a node; for reading only.")
    environment: str = Field(description="Its key.")


class SortsAnswer(CommandAnswer):
    """The sorts of node of a net."""

    query: str
    sorts: list[NodeSort]


class NetWithNodes(CommandAnswer):
    """A net that contains such nodes."""

    label: str
    kind: str
    nodes: int = Field(description="How many it has.")
    share: float = Field(ge=0, le=1, description="Of its nodes.")
    distance: float = Field(ge=0, description="Of the nearest of them, as a topological distance.")


class ContainingAnswer(CommandAnswer):
    """The nets that contain nodes like those of one sort, the largest share first."""

    query: str
    sort: NodeSort
    nets: list[NetWithNodes]


class DuplicateGroup(CommandAnswer):
    """What is stored more than once: an item of `duplicates`."""

    representative: str
    count: int = Field(ge=2)
    keys: int = Field(ge=0, description="Different canonical keys among them.")
    labels: list[str]


class DistinctNet(CommandAnswer):
    """A net, and how many materials have it: an item of `duplicates --nets`."""

    name: str | None
    clustering: str
    nets: int = Field(ge=1, description="Entries.")
    materials: int = Field(ge=1, description="Those that differ by more than an ending such as _ASR.")
    formulas: int
    representative: str
    key: str


class DistanceAnswer(CommandAnswer):
    """Distances between entries and their noise."""

    labels: list[str]
    matrix: list[list[float]]
    noise: list[list[float]]
    noise_kind: list[list[str]] = Field(description="blocks, models or none.")
    words: list[list[str]] = Field(description="Whether two entries differ beyond noise.")
    metric: str = Field(description="carvs, ring-sizes, nodes or shells.")
    clusterings: list[list[str]] = Field(description="Of each entry: how its atoms became vertices.")
    bond_rules: list[list[str]] = Field(description="Of each entry: where its bonds come from.")


class Rejection(CommandAnswer):
    """An input that gave no entry."""

    file: str
    line: int | None
    message: str
    status: str = Field(default="error", description="no net, timeout or error.")
    cause: str = Field(default="bad input", description="In a few words.")


class CauseCount(CommandAnswer):
    """How many nets, or inputs without one, have a status and a cause."""

    status: str
    cause: str | None
    number: int


class IngestAnswer(CommandAnswer):
    """The statuses of the inputs of one run: added, unchanged, rejected and why."""

    files: int = Field(description="Number of files tried.")
    added: int
    unchanged: int
    rejected: list[Rejection]
    by_status: dict[str, int]
    by_cause: list[CauseCount] = Field(default_factory=list, description="The same by status and cause.")


class RemovalAnswer(CommandAnswer):
    """What was moved into the trash, came back from there, or is gone for good."""

    labels: list[str]
    trash: int | None = Field(default=None, description="The number under which the trash has it.")
    rows: dict[str, int] = Field(default_factory=dict, description="By table, how many rows hung on the entries.")


class ErrorDetail(CommandAnswer):
    """Why a command failed."""

    code: int = Field(description="Exit code.")
    item: str | None
    message: str
    hint: str | None
    quality: list[str] = Field(
        default_factory=list, description="What was doubtful about the input before, if anything."
    )


class ErrorAnswer(CommandAnswer):
    """What a failed command prints."""

    error: ErrorDetail


class SourceAnswer(CommandAnswer):
    """Where a structure comes from."""

    collection: str
    version: str | None
    url: str | None
    doi: str | None
    licence: str | None
    citation: str | None
    id_in_source: str | None


class SearchAnswer(CommandAnswer):
    """A ring search that is stored."""

    ring_kind: str
    linker_aware: bool
    max_ring_size: int
    completeness: str


class RefinedData(CommandAnswer):
    """A data set that a model was refined against."""

    kind: str
    function: str
    file: str
    sha256: str | None
    rw: float | None = Field(description="Of the curve as measured; null where a kept model has none.")
    fitted_rw: float | None = Field(description="Of the curve as the run fits it.")


class RefinementAnswer(CommandAnswer):
    """The refinement that made a model."""

    seed: int
    moves: int | None
    temperature: float | None = Field(description="In K.")
    energy_per_atom: float | None = Field(description="In eV.")
    potential: str | None = Field(description="Kind and file; null for pure reverse Monte Carlo.")
    potential_sha256: str | None
    data: list[RefinedData]
    files: list[str]
    version: str = Field(description="Of carvsdb, in the run.")


class ShowAnswer(CommandAnswer):
    """All that the catalogue knows of an entry."""

    catalogue: str = Field(default="", description="Its path, or `reference-nets` where there is none.")
    label: str
    kind: str
    sha256: str
    part: str
    formula: str | None
    density: float | None = Field(description="Of the atoms, in g/cm³.")
    source: SourceAnswer | None
    parameters: Json = Field(description="Parameters of the bond rule.")
    provenance: Json
    searches: list[SearchAnswer] = Field(description="All ring searches of this net; the description is of the first.")
    description: Description
    refinements: list[RefinementAnswer] = Field(default_factory=list, description="The runs that made the structure.")
    tags: list[str] = Field(default_factory=list, description="The user's own words on the entry.")
    same_net: int | None = Field(
        default=None, description="Structures with a net of this key in this clustering, itself among them."
    )

    def __repr__(self) -> str:
        return f"<ShowAnswer {self.label}, {self.kind}: {self.description.summary}>"

    def __str__(self) -> str:
        return repr(self)
