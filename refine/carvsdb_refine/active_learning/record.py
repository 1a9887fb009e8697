"""What an iteration came to: a row of the loop's table, and what its fit said of itself."""

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, FiniteFloat, NonNegativeInt, ValidationError

from carvsdb.atomic_write import write_text
from carvsdb.errors import InputError
from carvsdb.regular_file import read_text


@dataclass(frozen=True, slots=True)
class Row:
    """An iteration.

    Attributes
    ----------
    iteration : int
        From 1.
    frames : int
        Labelled structures that the potential was fitted to, and held out.
    energy_error, force_error : float
        Root mean squares of the training, in meV/atom and meV/Å.
    energy_error_held_out, force_error_held_out : float or None
        The same of frames held out.
    energy_error_found, force_error_found : float or None
        The same of this iteration's potential on the structures that its own run added.
    moves : int
        Of the run.
    gamma_median, gamma_99, gamma_max : float
        Of the atoms of the models that were kept.
    above_select : int
        Atoms above ``select``, in all kept models and lines of the trace.
    chi2, rw, energy_per_atom : float
        At the end of the run; Rw is the largest of the data sets.
    added, failed : int
        Structures that were labelled, and those for which that failed.
    converged : bool
        Whether the run had its whole length with no atom above ``select``.
    """

    iteration: int
    frames: int
    energy_error: float | None
    force_error: float | None
    energy_error_held_out: float | None
    force_error_held_out: float | None
    energy_error_found: float | None
    force_error_found: float | None
    moves: int
    gamma_median: float
    gamma_99: float
    gamma_max: float
    above_select: int
    chi2: float | None
    rw: float | None
    energy_per_atom: float | None
    added: int
    failed: int
    converged: bool


def read_rows(path: Path) -> list[Row]:
    """Return what `write_rows` wrote.

    Raises
    ------
    InputError
        If it is no such table, or has no row.
    """
    kinds = {one.name: one.type for one in fields(Row)}
    try:
        lines = list(csv.DictReader(io.StringIO(read_text(path))))
        rows = [Row(**{name: _value(str(kinds[name]), text) for name, text in line.items()}) for line in lines]
    except (KeyError, ValueError, TypeError, csv.Error) as error:
        raise InputError("is no table of the iterations of a loop", path=path) from error
    if not rows:
        raise InputError("has no iteration", path=path)
    return rows


def _value(kind: str, text: str) -> Any:
    if "bool" in kind:
        return text == "True"
    if "int" in kind:
        return int(text)
    return float(text) if text else None


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    """Write the table of the loop."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(one.name for one in fields(Row))
    writer.writerows(["" if value is None else value for value in astuple(row)] for row in rows)
    write_text(path, text.getvalue())


class FitErrors(BaseModel):
    """Errors of a potential, as `carvsdb_refine.learning.fit.Errors`: energies in meV/atom, forces in meV/Å."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    n_frames: NonNegativeInt
    energy_rms: FiniteFloat | None
    energy_mean: FiniteFloat | None
    force_rms: FiniteFloat | None
    force_mean: FiniteFloat | None


class FitRecord(BaseModel):
    """What the fit of an iteration left beside its potential."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    training: FitErrors
    held_out: FitErrors | None
    doubts: list[str]


def read_fit(path: Path) -> FitRecord:
    """Read what a fit said of itself.

    Raises
    ------
    InputError
        If it is damaged.
    """
    try:
        return FitRecord.model_validate_json(read_text(path))
    except ValidationError as error:
        raise InputError(
            "does not say how well the potential was fitted", path=path, hint="without this file it is fitted again"
        ) from error
