"""What `carvsdb refine fit` and `refine gamma` say with ``--json``."""

from pydantic import Field

from carvsdb_schemas.answers import CommandAnswer


class LabelErrors(CommandAnswer):
    """Errors of a potential; null without such labels."""

    n_frames: int
    energy_rms: float | None = Field(description="Root mean square, in meV/atom.")
    energy_mean: float | None = Field(description="Mean absolute, in meV/atom.")
    force_rms: float | None = Field(description="Root mean square of the components, in meV/Å.")
    force_mean: float | None = Field(description="Mean absolute of the components, in meV/Å.")


class LearningPoint(CommandAnswer):
    """Errors on what is held out, with fewer frames to learn from."""

    n_frames: int
    energy_rms: float | None = Field(description="In meV/atom.")
    force_rms: float | None = Field(description="In meV/Å.")


class DegreeWeights(CommandAnswer):
    """What counts towards the degree of a function, and how narrow the prior of its coefficient is."""

    angular_weight: float = Field(description="A unit of l, against one of n.")
    rank_step: float = Field(description="Each factor beyond the first.")
    narrowing: float = Field(description="By how much the prior is narrower for each factor beyond the first.")
    strength: float | None = Field(
        description="Of the prior, as a part of that at which it expects forces as large as the labels'; null for that "
        "of the largest evidence."
    )
    chosen: bool = Field(description="Whether by errors on parts of the training.")


class FitAnswer(CommandAnswer):
    """A potential that was fitted."""

    files: list[str] = Field(
        description="What was written: the potential, its C-tilde form, its active set, its posterior."
    )
    data: list[str] = Field(description="What was read.")
    labels: list[str] = Field(description="Names under which energies, forces and stresses were found.")
    elements: list[str]
    cutoff: float = Field(description="In Å.")
    n_functions: dict[str, int] = Field(description="By element.")
    n_functions_by_rank: dict[str, int] = Field(description="Of one element.")
    degree: DegreeWeights | None = Field(description="Null for the functions of a file.")
    n_labels: int = Field(description="Energies, components of forces and of stresses.")
    effective: float = Field(description="How many coefficients the data determine.")
    zero_energies: dict[str, float] = Field(description="E0 in eV.")
    training: LabelErrors
    held_out: LabelErrors | None
    learning_curve: list[LearningPoint]
    active_set: dict[str, int] | None = Field(description="Environments chosen by element; null if none was made.")
    doubts: list[str]
    seed: int
    seconds: float
    version: str


class GradesOfModel(CommandAnswer):
    """Extrapolation grades of a structure."""

    model: str
    frame: int = Field(description="From 1.")
    n_atoms: int
    median: float
    percentile_99: float
    largest: float
    largest_by_element: dict[str, float]
    above_1: int
    above_select: int
    above_stop: int
    energy_deviation: float | None = Field(
        description="Posterior standard deviation of the energy in meV/atom; null without the posterior of the fit."
    )


class GammaAnswer(CommandAnswer):
    """Extrapolation grades of structures; below 1 is interpolation."""

    potential: str
    active_set: str
    select: float
    stop: float
    models: list[GradesOfModel]
    files: list[str] = Field(description="Files with the grades of all atoms.")
    version: str
