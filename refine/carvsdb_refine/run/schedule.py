"""The annealing schedule: which temperature a run has at which move."""

from dataclasses import dataclass

from carvsdb_schemas.refinement import RefinementConfig, RunTable, StageTable

# A ramp is a staircase of steps of so many moves: the temperature at a move does not depend on interruptions.
RAMP_STEP = 100


@dataclass(frozen=True, slots=True)
class Stage:
    """Some moves at one temperature, or while it goes linearly from one to another.

    Attributes
    ----------
    begin, end : int
        Moves from `begin` up to, not including, `end`.
    first, last : float
        Temperatures in K.
    engine : str
        What moves the atoms.
    """

    begin: int
    end: int
    first: float
    last: float
    engine: str = "monte-carlo"


@dataclass(frozen=True, slots=True)
class Schedule:
    """The stages of a run.

    Examples
    --------
    >>> run = RunTable.model_validate({"schedule": [{"temperature": 900, "until": 300, "moves": 600},
    ...                                             {"temperature": 300, "moves": 400}]})
    >>> schedule = Schedule.of(run)
    >>> schedule.moves, [schedule.temperature(move) for move in (0, 99, 100, 599, 600, 1000)]
    (1000, [900.0, 900.0, 780.0, 300.0, 300.0, 300.0])
    >>> schedule.next_change(120), schedule.next_change(700)
    (200, 1000)
    """

    stages: tuple[Stage, ...]

    @classmethod
    def of(cls, run: RunTable) -> "Schedule":
        """Return the schedule of a `[run]` table."""
        if not run.schedule:
            return cls((Stage(0, run.moves, float(run.temperature), float(run.temperature)),))
        stages, begin = [], 0
        for table in run.schedule:
            last = table.temperature if table.until is None else table.until
            stages.append(Stage(begin, begin + table.moves, float(table.temperature), float(last), table.engine))
            begin += table.moves
        return cls(tuple(stages))

    @classmethod
    def of_config(cls, config: RefinementConfig) -> "Schedule":
        """Return the schedule of a config's moves, or of its steps where atoms move by forces."""
        if config.run.engine == "monte-carlo":
            return cls.of(config.run)
        table = config.dynamics
        stages = [
            StageTable(temperature=stage.temperature, until=stage.until, moves=stage.steps) for stage in table.schedule
        ]
        given = {"schedule": stages} if stages else {"temperature": table.temperature, "moves": table.steps}
        return cls.of(RunTable.model_validate(given))

    def parts(self) -> list[tuple[int, int, str]]:
        """Return where what moves the atoms is the same: first move, the one after the last, engine."""
        parts: list[tuple[int, int, str]] = []
        for stage in self.stages:
            if parts and parts[-1][2] == stage.engine:
                parts[-1] = (parts[-1][0], stage.end, stage.engine)
            else:
                parts.append((stage.begin, stage.end, stage.engine))
        return parts

    @property
    def moves(self) -> int:
        """Moves of the whole run."""
        return self.stages[-1].end

    def temperature(self, move: int) -> float:
        """Return the temperature in K of the move with this number, from 0."""
        stage = self._stage(move)
        if stage.first == stage.last:
            return stage.first
        steps = max(1, (stage.end - stage.begin - 1) // RAMP_STEP)
        step = min((move - stage.begin) // RAMP_STEP, steps)
        return stage.first + (stage.last - stage.first) * step / steps

    def next_change(self, move: int) -> int:
        """Return the first move after this one at which the temperature may be another."""
        stage = self._stage(move)
        if stage.first == stage.last:
            return stage.end
        return min(stage.end, move + RAMP_STEP - (move - stage.begin) % RAMP_STEP)

    def _stage(self, move: int) -> Stage:
        return next((stage for stage in self.stages if move < stage.end), self.stages[-1])
