"""When a run went and how fast: beside its results, which are the same bytes whenever it goes."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from carvsdb.atomic_write import write_text
from carvsdb.errors import CarvsdbError, InputError
from carvsdb.regular_file import read_text
from carvsdb.version import VERSION


class Timing(BaseModel):
    """The time that all processes of a run took together.

    Attributes
    ----------
    began, ended : str
        Of the first process, and when this was written, in UTC.
    seconds : float
        Spent on moves.
    moves : int
        Made in that time; moves after a kill that were made again count twice.
    version : str
        Of the last process.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    began: str = Field(max_length=40)
    ended: str = Field(max_length=40)
    seconds: float = Field(ge=0, allow_inf_nan=False)
    moves: int = Field(ge=0)
    version: str = Field(default=VERSION, max_length=40)

    @property
    def moves_per_second(self) -> float | None:
        """Over all processes."""
        return round(self.moves / self.seconds, 2) if self.moves and self.seconds > 0 else None

    def after(self, moves: int, seconds: float) -> "Timing":
        """Return the timing after more moves.

        Examples
        --------
        >>> Timing(began="2026-11-29", ended="2026-11-29", seconds=2.0, moves=100).after(50, 1.0).moves_per_second
        50.0
        """
        return Timing(began=self.began, ended=now(), seconds=self.seconds + seconds, moves=self.moves + moves)


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def no_time() -> Timing:
    """Return the timing of a run that begins now."""
    return Timing(began=now(), ended=now(), seconds=0.0, moves=0)


def read_timing(path: Path) -> Timing | None:
    """Return what `write_timing` wrote, or None if it is not there or damaged: no result rests on it."""
    try:
        return Timing.model_validate_json(read_text(path, 10_000))
    except (InputError, ValidationError):
        return None


def write_timing(path: Path, timing: Timing) -> None:
    """Write a timing, where there is room for it: no result rests on it, and what does will say that there is none."""
    with suppress(CarvsdbError):
        write_text(path, json.dumps(timing.model_dump(), indent=1) + "\n")
