"""What the commands of `carvsdb refine` say, and the signals that they hear."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from carvsdb.cli.output import say

if TYPE_CHECKING:
    from carvsdb_refine.run import ConfigFile, Evaluation, Progress, Setup
    from carvsdb_schemas.refinement_answers import RunAnswer, ScoreAnswer


def check_db(db: str | None) -> None:
    """Raise a CarvsdbError if a catalogue cannot take anything: before a run, not after."""
    if db is not None:
        from carvsdb.catalogue import Catalogue

        with Catalogue.open(db):
            pass


def say_calculators(allow: Sequence[str] | None) -> None:
    """Say what calculators that are allowed could run."""
    if allow:
        from carvsdb_refine.potential.calculators import environment_commands

        for command in environment_commands():
            say(f"calculators may run what the environment says: {command}")


def checked(setup: "Setup", strict: bool, evaluation: "Evaluation | None" = None) -> "ScoreAnswer":
    """Return the score of the start; what is doubtful about it is said, or, if `strict`, an error."""
    from carvsdb.errors import InputError
    from carvsdb_refine.run import score as score_of

    answer = score_of(setup, evaluation)
    sentences = [f"{data.file}: {note}" for data in answer.data for note in data.notes] + answer.doubts
    if strict and sentences:
        raise InputError("; ".join(sentences), path=answer.config, hint="or go on without --strict")
    for sentence in sentences:
        say(sentence)
    return answer


@contextmanager
def stop_signals() -> Iterator[list[int]]:
    """Note signals that ask to stop; a second one ends the process at once."""
    asked: list[int] = []
    before: dict[int, Any] = {}

    def note(number: int, _: object) -> None:
        asked.append(number)
        for one, handler in before.items():
            signal.signal(one, handler)
        say("stopping after this move; once more ends at once, from the last checkpoint")

    for number in (signal.SIGINT, signal.SIGTERM):
        before[number] = signal.signal(number, note)
    try:
        yield asked
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def tell(progress: "Progress", file: "ConfigFile", prefix: str = "") -> None:
    """Say where a run is."""
    now = progress.now
    parts = [f"{now.moves:,} of {progress.total:,} moves", f"{progress.rate:.0f} moves/s"]
    if now.moves < progress.total:
        parts.append(f"{_duration(progress.left)} left")
    parts.append(f"{now.temperature:g} K")
    shares = ", ".join(f"{kind} {100 * share:.0f} %" for kind, share in progress.acceptance.items())
    parts += [f"accepted {shares}"] if shares else []
    for table, one in zip(file.config.data, now.scores, strict=True):
        parts.append(f"{table.kind} {table.function} chi² {one.chi2 or 0:.1f} Rw {one.rw:.4f}")
    parts += [f"{now.energy_per_atom:.5f} eV/atom"] if now.energy_per_atom is not None else []
    say(prefix + "; ".join(parts))
    if progress.drift:
        say(f"{prefix}checked {progress.drift}")


def _duration(seconds: float) -> str:
    if seconds == float("inf"):
        return "unknown time"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def scored(answer: "ScoreAnswer") -> str:
    """Write a score for reading."""
    lines = [f"{answer.model}: {answer.n_atoms} atoms, {answer.number_density:.5f} Å⁻³"]
    if answer.energy_per_atom is not None:
        by_element = ", ".join(f"{symbol} {value:.4f}" for symbol, value in (answer.energy_by_element or {}).items())
        lines.append(f"  energy   {answer.energy_per_atom:.6f} eV/atom ({by_element})")
    broken = ", ".join(f"{name} broken {number} times" for name, number in answer.violations.items() if number)
    if broken:
        lines.append(f"  limits   {broken}")
    if answer.soft:
        lines.append(f"  soft     {', '.join(f'{name} chi² {value:.4g}' for name, value in answer.soft.items())}")
    for data in answer.data:
        reduced = "" if data.reduced_chi2 is None else f" (reduced {data.reduced_chi2:.3g})"
        chi2 = "" if data.chi2 is None else f", chi² {data.chi2:.1f}{reduced}"
        offset = "" if data.offset == 0 else f", offset {data.offset:.4f}"
        fit = f"Rw {data.rw:.4f}{chi2}, scale {data.scale:.5f}{offset}"
        lines.append(f"  {data.kind:<8} {data.function} {fit} ({data.file})")
        fitted = data.fitted
        if fitted.beyond_box == "cut" and (fitted.rw, fitted.chi2) != (data.rw, data.chi2):
            chi2 = "" if fitted.chi2 is None else f", chi² {fitted.chi2:.1f}"
            lines.append(
                f"           fitted: the data cut at r = {fitted.r_max:.2f} Å, as the model is: "
                f"Rw {fitted.rw:.4f}{chi2}, scale {fitted.scale:.5f}"
            )
    if answer.tables:
        lines.append(f"  curves   {', '.join(answer.tables)}")
    return "\n".join(lines)


def ended(answer: "RunAnswer") -> str:
    """Write how a run ended."""
    rate = f", {answer.moves_per_second:.0f} moves/s" if answer.moves_per_second else ""
    lines = [f"{answer.folder}: {answer.moves:,} moves{rate}"]
    for kind, tried in answer.tried.items():
        if tried:
            lines.append(f"  {kind:<8} {answer.accepted[kind]:,} of {tried:,} accepted")
    return "\n".join([*lines, f"  drift    {answer.drift}", scored(answer)])
