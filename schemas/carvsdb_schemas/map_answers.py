"""What the commands of maps answer, as JSON."""

from pydantic import Field

from carvsdb_schemas.answers import CommandAnswer


class MapAnswer(CommandAnswer):
    """A map that is kept: how it was made, and its points (`embed fit`, `embed show`)."""

    number: int = Field(description="Maps count up from 1.")
    level: str = Field(description="nets: a point is a net; environments: a distinct node of any net.")
    method: str = Field(description="umap, densmap or pca.")
    seed: int
    parameters: dict[str, int | float | str | list[float] | list[str]] = Field(
        description="What was really used, such as the neighbours after fitting them to few nets."
    )
    versions: dict[str, str] = Field(description="Of the libraries that made it.")
    labels: list[str] = Field(description="Nets; an environment is called after a net that has it.")
    nets: list[list[str]] = Field(default_factory=list, description="Of environments: which nets have each.")
    coordinates: list[list[float]] = Field(description="Of each point, in the order of the labels.")
    trustworthiness: float | None = Field(description="0 to 1; null where there are too few points to tell.")
    trustworthiness_neighbours: int = Field(description="How many neighbours that is about.")
    nearest: list[list[tuple[str, float]]] = Field(
        default_factory=list,
        description="Of each point, its true nearest neighbours with their distances in what the map shows.",
    )


class ProjectedAnswer(CommandAnswer):
    """Where a net, or a sort of its nodes, comes to lie on a map that was made without it."""

    label: str
    map_number: int
    coordinates: list[float]
    nearest: str = Field(description="The point of the map that is truly nearest.")
    distance: float = Field(ge=0, description="From that, in what the map shows.")
    share_farther: float = Field(description="Share of the map's points whose nearest is at least as far.")
    words: str = Field(description="on the map, at its edge, or off the map, with numbers.")
    n_nodes: int | None = Field(description="On a map of environments: how many nodes of the net are of this sort.")


class ProjectAnswer(CommandAnswer):
    """Nets, or their nodes, on a map (`embed project`)."""

    map: int
    level: str = Field(description="nets or environments.")
    projected: list[ProjectedAnswer]


class ClusterAnswer(CommandAnswer):
    """What is alike on a map, by HDBSCAN on true distances."""

    number: int = Field(description="The largest cluster is 0; -1 is what is in none.")
    labels: list[str]
    summary: str = Field(description="What they have in common, in a few words.")
    description: str = Field(description="The same with numbers, kinds and names.")


class ClustersAnswer(CommandAnswer):
    """The clusters of a map (`embed clusters`)."""

    map: int
    level: str = Field(description="nets or environments.")
    min_size: int = Field(description="The fewest points that make a cluster.")
    clusters: list[ClusterAnswer]
