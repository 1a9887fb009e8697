"""What the refinement commands say with ``--json``."""

from pydantic import Field

from carvsdb_schemas.answers import CommandAnswer


class FitNumbers(CommandAnswer):
    """How well a curve fits."""

    rw: float
    chi2: float | None = Field(description="With the data set's weight; null without errors.")
    reduced_chi2: float | None = Field(
        default=None, description="Without that weight, over the points less the free scale and offset."
    )
    scale: float
    offset: float
    n_points: int


class FittedAnswer(FitNumbers):
    """The same for the curve that the run fits."""

    beyond_box: str
    r_max: float = Field(description="In Å: where the pairs of the model end.")


class DataAnswer(FitNumbers):
    """How well a model fits a data set: the curve as measured."""

    kind: str
    file: str
    function: str
    fitted: FittedAnswer
    best_scale: float | None = Field(default=None, description="Were it free and without bounds.")
    best_rw: float | None = Field(default=None, description="At that scale.")
    notes: list[str] = Field(default_factory=list, description="How the file was read, where that is worth a word.")


class ScoreAnswer(CommandAnswer):
    """How well a model does as it is."""

    config: str
    model: str
    n_atoms: int
    number_density: float = Field(description="Atoms per Å³.")
    energy_per_atom: float | None = Field(description="In eV; null without a potential.")
    energy_by_element: dict[str, float] | None = Field(description="Mean of each element's atoms in eV.")
    chi2: float | None = Field(description="What the run lowers: the sum over the fitted curves.")
    data: list[DataAnswer]
    violations: dict[str, int] = Field(description="How often the model breaks each constraint.")
    soft: dict[str, float] = Field(default_factory=dict, description="What each soft constraint adds to chi².")
    doubts: list[str] = Field(default_factory=list, description="What is likely to be wrong, a sentence each.")
    version: str
    tables: list[str] = Field(default_factory=list, description="Files of curves and partials that were written.")


class RunAnswer(ScoreAnswer):
    """How a run ended: the score of its last model, and how it got there."""

    folder: str
    moves: int = Field(description="Tried in the whole run.")
    temperature: float = Field(description="In K, at the end.")
    tried: dict[str, int] = Field(description="By kind of move.")
    accepted: dict[str, int]
    drift: str = Field(description="What the last full recomputation found.")
    seed: int
    stopped: str | None = Field(default=None, description="Why it ended before its time; null if it did not.")
    seconds: float = Field(description="Of this process.")
    moves_per_second: float | None
    entries: list[str] | None = Field(default=None, description="Labels in the catalogue, if one was given.")


class FailedReplica(CommandAnswer):
    """A model that was not made."""

    seed: int
    code: int = Field(description="What the command would have ended with for this one alone.")
    message: str


class ReplicasAnswer(CommandAnswer):
    """How several runs from one config ended, one a seed."""

    config: str
    folder: str
    replicas: list[RunAnswer] = Field(description="Those that reached their end.")
    failed: list[FailedReplica]
    rw_mean: list[float] = Field(description="Of each data set as measured, over the models.")
    rw_deviation: list[float] = Field(description="Standard deviation between models; 0 of a single one.")
    energy_mean: float | None = Field(description="In eV an atom.")
    energy_deviation: float | None
    entries: list[str] | None = Field(default=None, description="Labels in the catalogue, if one was given.")


class StatusAnswer(CommandAnswer):
    """Where a run is."""

    config: str
    folder: str
    state: str = Field(description="new, running, stopped or finished.")
    moves: int
    total: int
    temperature: float | None
    chi2: float | None
    rw: list[float] = Field(description="Of each data set, as it is fitted.")
    energy_per_atom: float | None
    acceptance: dict[str, float] = Field(description="By kind of move, over the whole run.")
    drift: str
    snapshots: int
    began: str | None = Field(default=None, description="When, in UTC.")
    ended: str | None = Field(default=None, description="When the last checkpoint was written, in UTC.")
    moves_per_second: float | None = Field(default=None, description="Over all processes of the run.")
    version: str | None = Field(default=None, description="Of carvsdb, in the last process.")


class StatusesAnswer(CommandAnswer):
    """Where the runs in a folder are."""

    folder: str
    runs: list[StatusAnswer]


class ReportAnswer(CommandAnswer):
    """What a report wrote."""

    page: str
    figures: list[str]
    tables: list[str] = Field(default_factory=list, description="Curves, partials and angles as CSV.")


class CalculateAnswer(CommandAnswer):
    """Curves that were calculated without data."""

    model: str
    n_atoms: int
    number_density: float = Field(description="Atoms per Å³.")
    kind: str
    scattering: dict[str, str] = Field(description="What each element scatters with.")
    r_max: float = Field(description="In Å: where the pairs of the model end.")
    bin_width: float = Field(description="In Å.")
    columns: dict[str, list[float]] = Field(description="By name and unit, as in the CSV.")
    files: list[str] = Field(description="Written.")
    version: str


class GuessedCurve(CommandAnswer):
    """What a file of a curve was taken for."""

    file: str
    kind: str
    function: str
    reading: str = Field(description="What the curve is called, as S(Q)-1, where function has a scale for it.")
    scale: float | str
    sigma: float | None = Field(description="For all points; null where they have errors.")
    rw: float = Field(description="Of the start, at the best scale.")
    reasons: list[str]
    doubts: list[str]


class InitAnswer(CommandAnswer):
    """A first config of a refinement."""

    file: str
    model: str
    molecules: str = Field(description="none, file or bonds, as in [start].")
    molecules_found: str
    data: list[GuessedCurve]
    potential: str | None
    hard_spheres: dict[str, float] = Field(description="Shortest distances by pair in Å.")
    moves: int
    seed: int
    doubts: list[str]


class StartModelAnswer(CommandAnswer):
    """A model that was packed."""

    file: str
    n_atoms: int
    number_density: float = Field(description="Atoms per Å³.")
    largest_overlap: float = Field(description="In Å, after the relaxation.")
    seed: int


class BackmapAnswer(StartModelAnswer):
    """A net that was decorated."""

    n_metals: int
    n_linkers: int
    mean_bond_length: float = Field(description="Between metals and binding atoms, in Å.")
    missing: int = Field(description="Bonds that are longer than the cut-off.")
    extra: int = Field(description="Pairs within the cut-off that are no bonds.")
    linkers: dict[str, int] = Field(default_factory=dict, description="How many there are of each.")


class BundleAnswer(CommandAnswer):
    """A run as one archive."""

    file: str
    sha256: str = Field(description="Of the archive.")
    n_files: int
    command: str = Field(description="What repeats the run, typed in the folder of the bundle.")
    folder: str | None = Field(description="Where it was unpacked.")


class FailedLabel(CommandAnswer):
    """A structure that could not be labelled."""

    structure: str
    cause: str


class LabelAnswer(CommandAnswer):
    """Structures with energies and forces of a reference method."""

    file: str | None = Field(description="Extended xyz of those that are labelled.")
    structures: int = Field(description="Different ones among those given.")
    labelled: int
    kept: int = Field(description="Of these, labelled or failed before.")
    imported: int = Field(description="Taken from results of other programs.")
    strangers: list[str] = Field(description="Results that belong to none of the structures.")
    left_out: list[str] = Field(default=[], description="Results that cannot be used, with their cause.")
    waiting: str | None = Field(default=None, description="File of the structures without a label.")
    failed: list[FailedLabel]
    folder: str = Field(description="Where the labels of this method are kept.")


class IterationAnswer(CommandAnswer):
    """An iteration of a loop of active learning."""

    iteration: int
    frames: int = Field(description="Labelled structures, training and held out.")
    energy_error: float | None = Field(description="Root mean square of the training, in meV/atom.")
    force_error: float | None = Field(description="In meV/Å.")
    energy_error_held_out: float | None
    force_error_held_out: float | None
    energy_error_found: float | None = Field(description="On the structures that this run added.")
    force_error_found: float | None
    moves: int
    gamma_median: float
    gamma_99: float = Field(description="99 % of the atoms of kept models are below it.")
    gamma_max: float
    above_select: int
    chi2: float | None
    rw: float | None
    energy_per_atom: float | None = Field(description="In eV.")
    added: int
    failed: int
    converged: bool


class LearnAnswer(CommandAnswer):
    """What a loop of active learning came to."""

    folder: str
    converged: bool
    cause: str | None = Field(description="Why not; null if it has.")
    iterations: list[IterationAnswer]
    potential: str
    model: str
    entries: list[str] | None = Field(default=None, description="Labels in the catalogue, if one was given.")
