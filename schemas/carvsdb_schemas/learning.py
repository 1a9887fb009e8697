"""What a loop of active learning is told: the tables of its TOML file."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from carvsdb_schemas.config_table import Count, File, NotNegative, Positive, Table
from carvsdb_schemas.labels import LabelsTable
from carvsdb_schemas.refinement import (
    ConstraintsTable,
    DataTable,
    DynamicsTable,
    MovesTable,
    OutputsTable,
    RunTable,
    StartTable,
)


class PackingTable(Table):
    """`[[learn.initial]]`, `kind = "packing"`: atoms at random, kept apart."""

    kind: Literal["packing"]
    formula: str = Field(min_length=1, max_length=100, description="Such as Si or SiO2.")
    units: Count = Field(description="Of the formula in each.")
    densities: list[Positive] = Field(min_length=1, description="Atoms per Å³, taken in turn.")
    number: Count = Field(default=10, description="Structures.")


class CrystalTable(Table):
    """`[[learn.initial]]`, `kind = "crystal"`: a crystal, its atoms shaken and its cell strained."""

    kind: Literal["crystal"]
    file: File = Field(description="Atoms of any format.")
    number: Count = Field(default=10, description="Structures.")
    shaken: list[NotNegative] = Field(
        default_factory=lambda: [0.05, 0.2, 0.4], description="Standard deviations of places in Å, taken in turn."
    )
    strain: NotNegative = Field(default=0.03, description="Standard deviation of each component of the strain.")


class FramesTable(Table):
    """`[[learn.initial]]`, `kind = "frames"`: structures of a file; they are labelled like all others."""

    kind: Literal["frames"]
    file: File


class HotTable(Table):
    """`[[learn.initial]]`, `kind = "hot"`: a short molecular dynamics by the reference method, from a packing."""

    kind: Literal["hot"]
    formula: str = Field(min_length=1, max_length=100, description="Such as Si or SiO2.")
    units: Count = Field(description="Of the formula.")
    density: Positive = Field(description="Atoms per Å³.")
    temperature: Positive = Field(default=3000.0, description="In K, at the beginning.")
    until: Positive | None = Field(default=None, description="In K, at the end; reached linearly.")
    steps: Count = Field(default=2000)
    timestep: Positive = Field(default=1.0, description="In fs.")
    number: Count = Field(default=20, description="Structures, evenly spaced; the packing itself is one more.")


InitialTable = Annotated[PackingTable | CrystalTable | FramesTable | HotTable, Field(discriminator="kind")]


class CutTable(Table):
    """`[learn.cut]`: pieces of the models are labelled, in cubic cells of their own."""

    edge: Positive = Field(description="Of the cube, in Å, at least twice the cut-off; up to 12 % longer.")
    core: Positive | None = Field(
        default=None, description="In Å: how far around the centre atoms keep their places; by default the cut-off."
    )
    pieces: Count = Field(default=3, description="Of each model, at most; centres lie a core apart.")
    steps: Annotated[int, Field(ge=0)] = Field(default=50, description="Of the relaxation outside of the core.")


class LearnTable(Table):
    """`[learn]`: the loop."""

    initial: list[InitialTable] = Field(min_length=1)
    iterations: Count = Field(default=8, description="At most.")
    select: Positive = Field(default=5.0, description="Grade above which an environment is one to learn.")
    stop: Positive = Field(default=25.0, description="Grade at which a run ends.")
    most_added: Count = Field(default=10, description="Structures that an iteration adds.")
    cut: CutTable | None = Field(default=None, description="By default structures are labelled whole.")
    functions: Count = Field(default=150, description="Of each element.")
    cutoff: Positive = Field(default=5.0, description="Of the potential, in Å.")
    radial: Literal["sbessel", "chebyshev"] = "sbessel"
    degree_weights: list[NotNegative] | None = Field(
        default=None,
        min_length=2,
        max_length=2,
        description="What a unit of l, and a further factor, add to the degree; by default chosen on parts of the "
        "training in each iteration.",
    )
    held_out: Annotated[float, Field(ge=0, lt=0.9)] = Field(default=0.1, description="Share of the frames.")
    energy_error: Positive = Field(default=0.001, description="In eV per atom, against the next.")
    force_error: Positive = Field(default=0.1, description="In eV/Å.")
    largest_force: Positive = Field(default=50.0, description="Frames with a larger one are not fitted, in eV/Å.")
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.select < self.stop:
            raise ValueError(f"select must be below stop, got {self.select:g} and {self.stop:g}")
        if self.cut is not None:
            core = self.cut.core or self.cutoff
            if self.cut.edge < 2 * max(core, self.cutoff):
                raise ValueError(
                    f"cut: the edge must be at least twice the cut-off and the core, {2 * max(core, self.cutoff):g} Å, "
                    f"got {self.cut.edge:g}"
                )
        return self


class LearnConfig(Table):
    """Active learning: a refinement whose potential is made on the way, its labels, and the loop."""

    start: StartTable
    data: list[DataTable] = Field(default_factory=list)
    constraints: ConstraintsTable = Field(default_factory=ConstraintsTable)
    moves: MovesTable = Field(default_factory=MovesTable)
    run: RunTable = Field(default_factory=RunTable)
    dynamics: DynamicsTable = Field(default_factory=DynamicsTable)
    outputs: OutputsTable = Field(default_factory=OutputsTable)
    learn: LearnTable
    labels: LabelsTable
