"""What a refinement is told: the tables and keys of its TOML file."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from carvsdb_schemas.config_table import (
    Count,
    File,
    Finite,
    Fraction,
    Ion,
    Isotope,
    NotNegative,
    Pair,
    Positive,
    Range,
    Symbol,
    Table,
    Triple,
    TypeNumber,
)
from carvsdb_schemas.potential_tables import AceTable, PotentialTable


class StartTable(Table):
    """`[start]`: the model that the run begins with."""

    model: File = Field(description="Atoms of any format; relative to the TOML file.")
    types: dict[TypeNumber, Symbol] | None = Field(
        default=None, description="The element of each LAMMPS atom type, where the file has no elements."
    )
    molecules: Literal["file", "bonds", "none"] = Field(
        default="none", description="Rigid bodies: the file's molecules, pieces held by bonds, or none."
    )
    bonds: dict[Pair, Positive] | None = Field(
        default=None, description="For molecules = 'bonds': the longest bond of each pair that bonds, in Å."
    )


class DataTable(Table):
    """`[[data]]`: a measured curve and how the model is compared with it."""

    kind: Literal["neutron", "xray"]
    file: File = Field(description="Two columns, or three with errors, below any header.")
    columns: Annotated[list[Count], Field(min_length=2, max_length=3)] | None = Field(
        default=None, description="Which columns are x, the value and the error, counted from 1."
    )
    function: Literal["F(Q)", "i(Q)", "S(Q)", "Q[S(Q)-1]", "G(r)", "D(r)", "T(r)", "PDF"] = "F(Q)"
    q_unit: Literal["1/Å", "1/nm"] | None = Field(
        default=None, description="By default 1/Å, and a range that can only be 1/nm is refused."
    )
    deuterium: Fraction | None = Field(default=None, description="Fraction of the hydrogen that is ²H.")
    isotopes: dict[Symbol, dict[TypeNumber, Fraction]] = Field(
        default_factory=dict, description="Fractions of an element's isotopes by mass number."
    )
    lengths: dict[Isotope, Finite] = Field(
        default_factory=dict, description="Neutron scattering lengths in fm that replace the tables'."
    )
    form_factors: Literal["waasmaier-kirfel", "cromer-mann"] = "waasmaier-kirfel"
    ions: dict[Symbol, Ion] = Field(
        default_factory=dict, description="Form factors of ions for elements: {O = 'O2-', Zn = 'Zn2+'}."
    )
    normalisation: Literal["<f>^2", "<f^2>"] = Field(
        default="<f>^2", description="What F(Q) of X-rays is divided by: the square of the mean, or the mean square."
    )
    sigma: Positive | None = Field(default=None, description="One error for all points, in place of a third column.")
    weight: NotNegative = Field(default=1.0, description="Factor of this data set's chi².")
    scale: Literal["fixed", "free"] | Positive = Field(
        default="fixed",
        description="Factor of the calculated curve: 1, a number, or the best at each step.",
    )
    scale_bounds: Range | None = Field(
        default=None, description="Within which a free scale stays; by default 0 or more."
    )
    offset: Literal["free"] | Finite = Field(
        default=0.0, description="Constant that is added to the scaled calculated curve."
    )
    fit_range: Range | None = Field(default=None, description="First and last Q or r that count; by default all.")
    beyond_box: Literal["cut", "nothing", "window"] = Field(
        default="cut",
        description="Q data: freed of what comes from beyond r_max, compared as they are, or with g = 1 and a window.",
    )
    window: Literal["step", "lorch", "cosine"] | None = Field(
        default=None, description="For beyond_box = 'window'; lorch by default."
    )
    r_max: Positive | None = Field(default=None, description="In Å; by default half the shortest height of the cell.")
    q_resolution: NotNegative = Field(default=0.0, description="Standard deviation of the Q resolution in Å⁻¹.")
    broadening: NotNegative | dict[Pair, NotNegative] = Field(
        default=0.0, description="Standard deviation of distances in Å, one for all or by pair."
    )
    q_max: Positive | None = Field(default=None, description="Functions of r: the largest Q measured, in Å⁻¹.")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.kind == "xray" and (self.deuterium is not None or self.isotopes or self.lengths):
            raise ValueError("X-ray data take no deuterium, isotopes or lengths; expected them with kind = 'neutron'")
        of_xrays = self.model_fields_set & {"form_factors", "ions", "normalisation"}
        if self.kind == "neutron" and of_xrays:
            raise ValueError(f"neutron data take no {min(of_xrays)}; expected them with kind = 'xray'")
        if self.normalisation == "<f^2>" and self.function == "T(r)":
            raise ValueError("T(r) has no constant level with normalisation = '<f^2>'; expected D(r)")
        if self.window is not None and self.beyond_box != "window":
            raise ValueError(f"a window needs beyond_box = 'window', got '{self.beyond_box}'")
        if self.q_max is not None and self.function.endswith(("(Q)", "-1]")):
            raise ValueError(f"q_max belongs to functions of r, got function = '{self.function}'")
        for name in ("scale_bounds", "fit_range"):
            given = getattr(self, name)
            if given is not None and not given[0] <= given[1]:
                raise ValueError(f"{name} must ascend, got [{given[0]:g}, {given[1]:g}]")
        return self


class CoordinationTable(Table):
    """`[[constraints.coordination]]`: how many neighbours an atom may have."""

    pair: Pair = Field(description="Centre and neighbour, such as Si-O.")
    cutoff: Positive = Field(description="In Å: up to which an atom is a neighbour.")
    minimum: Annotated[int, Field(ge=0)] = 0
    maximum: Annotated[int, Field(ge=0)]


class AngleTable(Table):
    """`[[constraints.angles]]`: within which bounds an angle must lie."""

    triple: Triple = Field(description="End, centre, end, such as O-Si-O.")
    cutoff: Positive = Field(description="In Å: the longest arm.")
    minimum: Annotated[float, Field(ge=0, le=180)] = 0.0
    maximum: Annotated[float, Field(ge=0, le=180)] = 180.0


class FractionTable(Table):
    """`[[constraints.fractions]]`: a share of the centres has so many neighbours; soft."""

    pair: Pair = Field(description="Centre and neighbour, such as Zn-N.")
    cutoff: Positive = Field(description="In Å: up to which an atom is a neighbour.")
    number: Annotated[int, Field(ge=0)] = Field(description="Of neighbours.")
    fraction: Fraction = Field(description="Of the centres: 0.98.")
    sigma: Positive = Field(default=0.01, description="Departures add ((fraction - target) / sigma)² to chi².")


class StretchTable(Table):
    """`[[constraints.stretch]]`: lengths of bonds of the start, within molecules if there are any; soft."""

    pair: Pair
    longest: Positive = Field(description="In Å: the longest bond of the start.")
    length: Positive | None = Field(default=None, description="In Å; by default that of the start, bond by bond.")
    sigma: Positive = Field(default=0.02, description="In Å.")


class BendTable(Table):
    """`[[constraints.bend]]`: angles between bonds of the start, within molecules if there are any; soft."""

    triple: Triple = Field(description="End, centre, end, such as N-C-N.")
    longest: Positive = Field(description="In Å: the longest bond of the start.")
    angle: Annotated[float, Field(ge=0, le=180)] | None = Field(
        default=None, description="In degrees; by default that of the start, angle by angle."
    )
    sigma: Positive = Field(default=2.0, description="In degrees.")


class ConstraintsTable(Table):
    """`[constraints]`: what no accepted configuration may violate, and what it should be like."""

    hard_spheres: dict[Pair, Positive] = Field(
        default_factory=dict, description="Shortest distance of each pair in Å; pairs that are not named have none."
    )
    within_molecules: bool = Field(default=False, description="Judge atoms of one molecule by hard spheres too.")
    bond_lengths: dict[Pair, Range] = Field(
        default_factory=dict, description="Atoms bonded at the start stay within these distances in Å."
    )
    coordination: list[CoordinationTable] = Field(default_factory=list)
    angles: list[AngleTable] = Field(default_factory=list)
    fixed: list[Symbol] = Field(default_factory=list, description="Elements whose atoms do not move.")
    fixed_atoms: list[Annotated[int, Field(ge=0)]] = Field(
        default_factory=list, description="Atoms that do not move, from 0, in the order of the model."
    )
    fractions: list[FractionTable] = Field(default_factory=list)
    stretch: list[StretchTable] = Field(default_factory=list)
    bend: list[BendTable] = Field(default_factory=list)


MoveKind = Literal["molecule", "atom", "bend", "swap", "volume"]


class MovesTable(Table):
    """`[moves]`: what is tried, how far, and how often."""

    translation: NotNegative = Field(default=0.1, description="Largest shift of a molecule or atom, in Å.")
    rotation: NotNegative = Field(default=5.0, description="Largest rotation of a molecule, in degrees.")
    bend: NotNegative = Field(default=0.0, description="Largest shift of an atom within its molecule, in Å.")
    swap: list[Pair] = Field(default_factory=list, description="Pairs of elements that trade places.")
    volume: NotNegative = Field(default=0.0, description="Largest relative change of the cell's volume.")
    weights: dict[MoveKind, NotNegative] = Field(
        default_factory=dict, description="How often each kind of move is tried, relative to the others."
    )
    target_acceptance: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=0.4, description="What step sizes are adapted to during equilibration."
    )


class StageTable(Table):
    """`[[run.schedule]]`: a temperature and for how long."""

    temperature: NotNegative = Field(description="In K.")
    moves: Count = Field(description="Where atoms move by forces: steps.")
    until: NotNegative | None = Field(default=None, description="In K: the temperature at the end, reached linearly.")
    engine: Literal["monte-carlo", "dynamics"] = Field(
        default="monte-carlo", description="What moves the atoms in this stage: moves that are judged, or forces."
    )


class RunTable(Table):
    """`[run]`: acceptance, length, seed, and what is written when."""

    engine: Literal["monte-carlo", "dynamics"] = Field(
        default="monte-carlo", description="What moves the atoms: moves that are judged, or forces, as [dynamics] says."
    )
    chi2_factor: NotNegative = Field(default=1.0, description="f of exp(-(f Δchi² + ΔE/kT)); 0.5 is the likelihood.")
    data_energy: Positive | None = Field(
        default=None,
        description="In place of chi2_factor: what a unit of chi² costs in eV at any temperature, so that f is this "
        "over kT. With it atoms that move by forces follow the data too.",
    )
    temperature: NotNegative = Field(default=300.0, description="In K.")
    moves: Count = Field(default=100_000, description="Moves that are tried, equilibration included.")
    schedule: list[StageTable] = Field(
        default_factory=list, description="In place of temperature and moves: stages, one after the other."
    )
    equilibration: Annotated[int, Field(ge=0)] = Field(
        default=0, description="First moves, during which step sizes adapt; frozen then."
    )
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    seeds: Annotated[list[Annotated[int, Field(ge=0, lt=2**31)]], Field(max_length=1000)] = Field(
        default_factory=list, description="In place of seed: several models, one a seed, side by side on the cores."
    )
    acceptance: Literal["joint", "energy first", "data first"] = Field(
        default="joint", description="Both terms at once, or delayed: what the first rejects is not asked the second."
    )
    bin_width: Positive = Field(default=0.02, description="Of the pair histogram, in Å.")
    bin_correction: bool = Field(
        default=True, description="Give back what counting distances in bins takes from the curves at high Q."
    )
    check_every: Count = Field(default=50_000, description="Moves between full recomputations.")
    checkpoint_every: Count = Field(default=5_000, description="Moves between checkpoints.")
    trace_every: Count = Field(default=500, description="Moves between lines of the trace.")

    @model_validator(mode="after")
    def _different_seeds(self) -> Self:
        if self.seeds and "seed" in self.model_fields_set:
            raise ValueError("seeds stands in place of seed; expected one or the other")
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError("seeds names a seed twice; expected different ones")
        return self

    @model_validator(mode="after")
    def _one_schedule(self) -> Self:
        if self.schedule and self.model_fields_set & {"temperature", "moves"}:
            raise ValueError("schedule stands in place of temperature and moves; expected one or the other")
        return self

    @model_validator(mode="after")
    def _one_price(self) -> Self:
        if self.data_energy is None:
            return self
        if "chi2_factor" in self.model_fields_set:
            raise ValueError("data_energy stands in place of chi2_factor; expected one or the other")
        coldest = [one.temperature if one.until is None else min(one.temperature, one.until) for one in self.schedule]
        if min(coldest, default=self.temperature) <= 0:
            raise ValueError("data_energy is divided by kT; expected temperatures above 0 K")
        return self

    @property
    def moves_by_forces(self) -> bool:
        """Whether atoms move by their forces, in some stage at least."""
        return self.engine == "dynamics" or any(stage.engine == "dynamics" for stage in self.schedule)


class DynamicsStageTable(Table):
    """`[[dynamics.schedule]]`: a temperature and for how long."""

    temperature: NotNegative = Field(description="In K.")
    steps: Count
    until: NotNegative | None = Field(default=None, description="In K: the temperature at the end, reached linearly.")


class DynamicsTable(Table):
    """`[dynamics]`: molecular dynamics of the same model, for `engine = "dynamics"` and `carvsdb refine dynamics`."""

    ensemble: Literal["nvt", "npt", "nve"] = Field(
        default="nvt", description="Langevin dynamics, the same with a piston on the volume, or Newton's alone."
    )
    timestep: Positive = Field(default=1.0, description="In fs.")
    thermostat: Positive = Field(default=100.0, description="Relaxation time of the temperature in fs.")
    barostat: Positive = Field(default=1000.0, description="Relaxation time of the volume in fs.")
    pressure: Finite = Field(default=0.0, description="In GPa.")
    temperature: NotNegative = Field(default=300.0, description="In K.")
    steps: Count = Field(default=10_000, description="Of the whole trajectory.")
    schedule: list[DynamicsStageTable] = Field(
        default_factory=list,
        description="In place of temperature and steps: stages, such as a melt and a quench, one after the other.",
    )

    @model_validator(mode="after")
    def _one_schedule(self) -> Self:
        if self.schedule and self.model_fields_set & {"temperature", "steps"}:
            raise ValueError("schedule stands in place of temperature and steps; expected one or the other")
        return self


class WatchTable(Table):
    """`[watch]`: the extrapolation grade of every atom, on each line of the trace and in kept models."""

    active_set: File = Field(description="`.asi`, of the potential's `.yaml`.")
    select: Positive = Field(default=5.0, description="Atoms above it are counted.")
    stop: Positive | None = Field(default=None, description="The run ends where an atom is above it.")
    every: Count | None = Field(
        default=None,
        description="Grade what every so many-th accepted move changed as well; 1 is every accepted move. Without it "
        "grades are those of lines of the trace and of kept models.",
    )
    proposals: Count | None = Field(
        default=None,
        description="Grade what every so many-th proposal would change, accepted or not, in two columns of its own; "
        "`stop` heeds accepted moves only. 1 is every proposal that the potential is asked about.",
    )


class OutputsTable(Table):
    """`[outputs]`: where results go."""

    folder: File | None = Field(
        default=None, description="Below the config's; by default the TOML file's name without its ending."
    )
    model: File | None = Field(
        default=None,
        description="Name of the last model; by default model and the start's ending, or .xyz.",
    )
    snapshots_every: Count | None = Field(default=None, description="Moves between models that are kept.")
    bonds: dict[Pair, Positive] = Field(
        default_factory=dict, description="Cut-offs in Å that replace the bond rule of the net and the coordination."
    )
    clustering: str | None = Field(default=None, description="Of the net; by default the one that suits the model.")
    max_ring_size: Annotated[int, Field(ge=3, le=32)] | None = Field(
        default=None, description="Cut-off of the ring search in nodes; by default the usual one."
    )


class RefinementConfig(Table):
    """A refinement: start, data, potential, constraints, moves, run and outputs."""

    start: StartTable
    data: list[DataTable] = Field(default_factory=list)
    potential: PotentialTable | None = None
    constraints: ConstraintsTable = Field(default_factory=ConstraintsTable)
    moves: MovesTable = Field(default_factory=MovesTable)
    run: RunTable = Field(default_factory=RunTable)
    dynamics: DynamicsTable = Field(default_factory=DynamicsTable)
    watch: WatchTable | None = None
    outputs: OutputsTable = Field(default_factory=OutputsTable)

    @model_validator(mode="after")
    def _has_an_aim(self) -> Self:
        if not self.data and self.potential is None:
            raise ValueError("there is neither data nor a potential; expected at least one [[data]] or a [potential]")
        if self.run.moves_by_forces:
            if self.potential is None or self.potential.kind == "none":
                raise ValueError("engine = 'dynamics' needs forces; expected a [potential]")
            if self.run.data_energy is not None and self.dynamics.ensemble == "npt":
                raise ValueError("data_energy needs a cell that stays; expected ensemble = 'nvt' or 'nve'")
        if self.run.data_energy is not None and not self.data:
            raise ValueError("data_energy is what data cost; expected at least one [[data]]")
        if self.watch is not None and not isinstance(self.potential, AceTable):
            raise ValueError("[watch] needs the functions of a potential; expected a [potential] of kind 'ace'")
        return self
