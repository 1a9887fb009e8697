"""`carvsdb refine`: atomic models against data and energies."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from carvsdb.cli import calculate, start_models
from carvsdb.cli.options import Json
from carvsdb.cli.output import answer_json, say

if TYPE_CHECKING:
    from carvsdb_refine.run import Evaluation, Hooks, Progress, Setup
    from carvsdb_schemas.refinement_answers import RunAnswer, ScoreAnswer, StatusAnswer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Refine atomic models against total scattering.")
Config = Annotated[Path, typer.Argument(metavar="CONFIG", help="The TOML file of the refinement.")]
IntoDb = Annotated[
    str | None, typer.Option("--db", metavar="PATH", help="A catalogue that takes the last model and kept ones.")
]
Label = Annotated[
    str | None, typer.Option("--label", help="What the last model is called there; by default as the TOML file.")
]
Strict = Annotated[bool, typer.Option("--strict", help="End with an error where something is doubtful.")]

Folder = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FOLDER", help="Where the results are, in place of what the config says."),
]
Allowed = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-calculator", metavar="MODULE:CLASS", help="Run the code of this ASE calculator if the config names it."
    ),
]


@app.callback()
def _noun() -> None:
    """Refine atomic models against total scattering."""


@app.command(epilog="Example: carvsdb refine score m1.toml --json")
def score(
    config: Config, strict: Strict = False, output: Folder = None, allow: Allowed = None, as_json: Json = False
) -> None:
    """Say how well the start does: energies, Rw and chi² of each data set, without a move; write its curves as CSV."""
    from carvsdb.errors import CarvsdbError
    from carvsdb_refine.run import evaluate, write_start_curves

    setup = _prepared(config, output, allow)
    evaluation = evaluate(setup, setup.model)
    answer = _checked(setup, strict, evaluation)
    try:
        answer.tables = [str(path) for path in write_start_curves(setup, evaluation)]
    except CarvsdbError as error:
        say(f"curves are not written: {error}")
    if as_json:
        answer_json(answer.model_dump(mode="json"))
    else:
        print(_scored(answer))


@app.command(epilog="Example: carvsdb refine run m1.toml --db zif.duckdb")
def run(
    config: Config,
    db: IntoDb = None,
    label: Label = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Take away an earlier run in the folder.")] = False,
    strict: Strict = False,
    output: Folder = None,
    allow: Allowed = None,
    as_json: Json = False,
) -> None:
    """Run a refinement from its start to its end; Ctrl-C stops it with a checkpoint."""
    from carvsdb_refine.run import check_folder, check_place, read_config
    from carvsdb_refine.run import run as run_of

    check_folder(read_config(config, output), overwrite)  # before model and data are read, which takes seconds

    def go(setup: "Setup", hooks: "Hooks") -> "RunAnswer":
        check_place(setup, overwrite)  # before the score, which takes seconds of a large model
        _checked(setup, strict)
        return run_of(setup, hooks, overwrite)

    _go(_prepared(config, output, allow), db, label, as_json, go)


@app.command(epilog="Example: carvsdb refine resume m1.toml")
def resume(
    config: Config,
    db: IntoDb = None,
    label: Label = None,
    before: Annotated[bool, typer.Option("--before", help="Go on from the checkpoint before the last one.")] = False,
    output: Folder = None,
    allow: Allowed = None,
    as_json: Json = False,
) -> None:
    """Go on from the last checkpoint of a run, as if it had never stopped."""
    from carvsdb_refine.run import resume as resume_of

    _go(_prepared(config, output, allow), db, label, as_json, lambda setup, hooks: resume_of(setup, hooks, before))


@app.command(epilog="Example: carvsdb refine status m1.toml")
def status(
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG|FOLDER", help="The TOML file, a run's folder, or a folder of runs.")
    ],
    output: Folder = None,
    as_json: Json = False,
) -> None:
    """Say where a run is, or all runs in a folder."""
    from carvsdb_refine.run import read_config, runs_in
    from carvsdb_refine.run import status as status_of
    from carvsdb_schemas.refinement_answers import StatusesAnswer

    several = config.is_dir()
    answers = [status_of(file) for file in (runs_in(config) if several else [read_config(config, output)])]
    if as_json and several:
        answer_json(StatusesAnswer(folder=str(config), runs=answers).model_dump(mode="json"))
    elif as_json:
        answer_json(answers[0].model_dump(mode="json"))
    else:
        print("\n".join(_stands(answer) for answer in answers))


@app.command(epilog="Example: carvsdb refine report m1.toml -o m1.html")
def report(
    config: Config,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="The page; figures stand beside it.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", metavar="FOLDER", help="The run's, where `run` was told one with -o.")
    ] = None,
    allow: Allowed = None,
    rings: Annotated[bool, typer.Option("--rings/--no-rings", help="Search the rings of the models.")] = True,
    as_json: Json = False,
) -> None:
    """Write figures of fits, partials, traces, coordination and rings, and one page that holds them."""
    from carvsdb_refine.report.make import make_report

    written = make_report(_prepared(config, folder, allow), output, rings)
    if as_json:
        from carvsdb_schemas.refinement_answers import ReportAnswer

        answer = ReportAnswer(
            page=str(written.page),
            figures=[str(path) for path in written.figures],
            tables=[str(path) for path in written.tables],
        )
        answer_json(answer.model_dump(mode="json"))
    else:
        print(f"{written.page}: {len(written.figures)} figures")


app.command(epilog='Example: carvsdb refine calculate m1.data --kind xray --function "F(Q)" -o f.csv')(
    calculate.calculate
)
app.command(epilog="Example: carvsdb refine init a-zif.data neutron-fq.txt xray-fq.txt -o a-zif.toml")(
    start_models.init
)
# Codes of interrupted zeolites, such as -CLO, look like options.
app.command(
    epilog="Example: carvsdb refine backmap sod --linker imidazolate --metal Zn -o start.data",
    context_settings={"ignore_unknown_options": True},
)(start_models.backmap)
app.command(epilog="Example: carvsdb refine pack SiO2=192 --density 2.2g/cm3 -o start.xyz")(start_models.pack)


def _checked(setup: "Setup", strict: bool, evaluation: "Evaluation | None" = None) -> "ScoreAnswer":
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


def _prepared(config: Path, output: Path | None, allow: list[str] | None) -> "Setup":
    """Read a config and what it names; what an allowed calculator could run is said before it can."""
    from carvsdb_refine.run import prepare, read_config

    file = read_config(config, output)
    if allow:
        from carvsdb_refine.potential.calculators import environment_commands

        for command in environment_commands():
            say(f"calculators may run what the environment says: {command}")
    return prepare(file, allow or ())


def _go(
    setup: "Setup", db: str | None, label: str | None, as_json: bool, go: "Callable[[Setup, Hooks], RunAnswer]"
) -> None:
    from carvsdb_refine.run import Hooks

    if db is not None:
        from carvsdb.catalogue import Catalogue

        # Whether it can take anything is known before the run, not after.
        with Catalogue.open(db):
            pass
    with _stop_signals() as asked:
        hooks = Hooks(progress=lambda progress: _tell(progress, setup), stop=lambda: bool(asked))
        try:
            answer = go(setup, hooks)
        except KeyboardInterrupt:
            say(f"stopped with a checkpoint; go on with `carvsdb refine resume {setup.file.path}`")
            raise
    stored = None
    if db is not None:
        from carvsdb_refine.run.into_catalogue import store

        stored = store(setup, answer, db, label)
        for sentence in stored.without_net:
            say(sentence)
    if as_json:
        answer.entries = None if stored is None else list(stored.labels)
        answer_json(answer.model_dump(mode="json"))
    else:
        print(_ended(answer))
        if stored is not None:
            print(f"  entries  {', '.join(stored.labels) or 'none'} in {db}")


@contextmanager
def _stop_signals() -> Iterator[list[int]]:
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


def _tell(progress: "Progress", setup: "Setup") -> None:
    now = progress.now
    parts = [f"{now.moves:,} of {progress.total:,} moves", f"{progress.rate:.0f} moves/s"]
    if now.moves < progress.total:
        parts.append(f"{_duration(progress.left)} left")
    parts.append(f"{now.temperature:g} K")
    shares = ", ".join(f"{kind} {100 * share:.0f} %" for kind, share in progress.acceptance.items())
    parts += [f"accepted {shares}"] if shares else []
    for table, one in zip(setup.file.config.data, now.scores, strict=True):
        parts.append(f"{table.kind} {table.function} chi² {one.chi2 or 0:.1f} Rw {one.rw:.4f}")
    parts += [f"{now.energy_per_atom:.5f} eV/atom"] if now.energy_per_atom is not None else []
    say("; ".join(parts))
    if progress.drift:
        say(f"checked {progress.drift}")


def _duration(seconds: float) -> str:
    if seconds == float("inf"):
        return "unknown time"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _scored(answer: "ScoreAnswer") -> str:
    lines = [f"{answer.model}: {answer.n_atoms} atoms, {answer.number_density:.5f} Å⁻³"]
    if answer.energy_per_atom is not None:
        by_element = ", ".join(f"{symbol} {value:.4f}" for symbol, value in (answer.energy_by_element or {}).items())
        lines.append(f"  energy   {answer.energy_per_atom:.6f} eV/atom ({by_element})")
    broken = ", ".join(f"{name} broken {number} times" for name, number in answer.violations.items() if number)
    if broken:
        lines.append(f"  limits   {broken}")
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


def _ended(answer: "RunAnswer") -> str:
    rate = f", {answer.moves_per_second:.0f} moves/s" if answer.moves_per_second else ""
    lines = [f"{answer.folder}: {answer.moves:,} moves{rate}"]
    for kind, tried in answer.tried.items():
        if tried:
            lines.append(f"  {kind:<8} {answer.accepted[kind]:,} of {tried:,} accepted")
    return "\n".join([*lines, f"  drift    {answer.drift}", _scored(answer)])


def _stands(answer: "StatusAnswer") -> str:
    lines = [f"{answer.folder}: {answer.state}, {answer.moves:,} of {answer.total:,} moves"]
    if answer.temperature is not None:
        lines.append(f"  at       {answer.temperature:g} K")
    if answer.rw:
        lines.append(f"  data     chi² {answer.chi2:.1f}, Rw {', '.join(f'{value:.4f}' for value in answer.rw)}")
    if answer.energy_per_atom is not None:
        lines.append(f"  energy   {answer.energy_per_atom:.6f} eV/atom")
    for kind, share in answer.acceptance.items():
        lines.append(f"  {kind:<8} {100 * share:.1f} % accepted")
    if answer.drift:
        lines.append(f"  drift    {answer.drift}")
    if answer.snapshots:
        lines.append(f"  kept     {answer.snapshots} models")
    if answer.ended is not None:
        rate = f", {answer.moves_per_second:.0f} moves/s" if answer.moves_per_second else ""
        lines.append(f"  time     {answer.began} to {answer.ended}{rate}, carvsdb {answer.version}")
    return "\n".join(lines)
