"""`carvsdb refine`: atomic models against data and energies."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carvsdb.cli import active_learning, bundle, calculate, labels, learn, refine_replicas, start_models
from carvsdb.cli.application import Commands
from carvsdb.cli.options import AllowCalculator, Json
from carvsdb.cli.output import answer_json, say
from carvsdb.cli.refine_speech import check_db, checked, ended, say_calculators, scored, stop_signals, tell

if TYPE_CHECKING:
    from carvsdb_refine.run import ConfigFile, Hooks, Setup
    from carvsdb_schemas.refinement_answers import RunAnswer, StatusAnswer

app = Commands(no_args_is_help=True, rich_markup_mode=None, help="Refine atomic models against total scattering.")
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
ReplicaNumber = Annotated[
    int | None,
    typer.Option("--replicas", metavar="N", min=1, help="N models, with N seeds from that of the config on."),
]


@app.callback()
def _noun() -> None:
    """Refine atomic models against total scattering."""


@app.command(epilog="Example: carvsdb refine score m1.toml --json")
def score(
    config: Config, strict: Strict = False, output: Folder = None, allow: AllowCalculator = None, as_json: Json = False
) -> None:
    """Say how well the start does: energies, Rw and chi² of each data set, without a move; write its curves as CSV."""
    from carvsdb.errors import CarvsdbError
    from carvsdb_refine.run import evaluate, write_start_curves

    setup = _prepared(_config(config, output), allow)
    evaluation = evaluate(setup, setup.model)
    answer = checked(setup, strict, evaluation)
    try:
        answer.tables = [str(path) for path in write_start_curves(setup, evaluation)]
    except CarvsdbError as error:
        if output is not None:  # asked for; else the answer is the score
            raise
        say(f"curves are not written: {error}")
    if as_json:
        answer_json(answer.model_dump(mode="json"))
    else:
        print(scored(answer))


@app.command(epilog="Example: carvsdb refine examples glass -o glass")
def examples(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Which one; by default all are listed.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FOLDER", help="Where to; by default ./NAME.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
    as_json: Json = False,
) -> None:
    """List the examples that come with carvsdb, or copy one out: configs, and data where they are ours to give."""
    from carvsdb_refine.examples import EXAMPLES, copy_example

    if name is None:
        if output is not None or force:
            raise typer.BadParameter("say which example", param_hint="NAME")
        rows = [
            {"name": one.name, "files": [file.name for file in one.files()], "about": one.about} for one in EXAMPLES
        ]
        if as_json:
            answer_json(rows)
        else:
            print("\n".join(f"{row['name']}: {row['about']}\n  {', '.join(row['files'])}" for row in rows))
        return
    written = [str(path) for path in copy_example(name, output or Path(name), overwrite=force)]
    if as_json:
        answer_json({"name": name, "files": written})
    else:
        print("\n".join(written))


@app.command(epilog="Example: carvsdb refine run m1.toml --db zif.duckdb")
def run(
    config: Config,
    db: IntoDb = None,
    label: Label = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Take away an earlier run in the folder.")] = False,
    strict: Strict = False,
    output: Folder = None,
    replicas: ReplicaNumber = None,
    allow: AllowCalculator = None,
    as_json: Json = False,
) -> None:
    """Run a refinement from its start to its end; Ctrl-C stops it with a checkpoint.

    With seeds in [run], or --replicas, several models are made side by side on the machine's cores.
    """
    from carvsdb_refine.run import check_folder

    file = _config(config, output)
    several = _replicas(file, replicas)
    if several:
        refine_replicas.run(several, db, label, as_json, allow or [], overwrite=overwrite, strict=strict)
        return
    check_folder(file, overwrite)  # before model and data are read, which takes seconds

    def go(setup: "Setup", hooks: "Hooks") -> "RunAnswer":
        from carvsdb_refine.run import check_place, evaluate
        from carvsdb_refine.run import run as run_of

        check_place(setup, overwrite)  # before the score, which takes seconds of a large model
        start = evaluate(setup, setup.model)
        checked(setup, strict, start)
        return run_of(setup, hooks, overwrite, start)

    _go(_prepared(file, allow), db, label, as_json, go)


@app.command(epilog="Example: carvsdb refine dynamics m1.toml --db zif.duckdb")
def dynamics(
    config: Config,
    db: IntoDb = None,
    label: Label = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Take away an earlier run in the folder.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
    output: Folder = None,
    allow: AllowCalculator = None,
    as_json: Json = False,
) -> None:
    """Move the same model by its forces, as [dynamics] says: melts, quenches, annealing; scored as a refinement is.

    The results are in a folder of their own, CONFIG-dynamics.
    """
    from carvsdb_refine.run import as_dynamics, check_folder
    from carvsdb_refine.run import resume as resume_of
    from carvsdb_refine.run import run as run_of

    file = as_dynamics(_config(config, output))
    told = file.config.dynamics
    if not {"schedule", "steps", "temperature"} & told.model_fields_set:
        say(
            f"[dynamics] says neither schedule nor steps and temperature: {told.steps:,} steps at "
            f"{told.temperature:g} K; the schedule of [run] is that of moves"
        )
    if not resume:
        check_folder(file, overwrite)

    def go(setup: "Setup", hooks: "Hooks") -> "RunAnswer":
        return resume_of(setup, hooks) if resume else run_of(setup, hooks, overwrite)

    _go(_prepared(file, allow), db, label, as_json, go, "dynamics --resume")


@app.command(epilog="Example: carvsdb refine resume m1.toml")
def resume(
    config: Config,
    db: IntoDb = None,
    label: Label = None,
    before: Annotated[bool, typer.Option("--before", help="Go on from the checkpoint before the last one.")] = False,
    output: Folder = None,
    replicas: ReplicaNumber = None,
    allow: AllowCalculator = None,
    as_json: Json = False,
) -> None:
    """Go on from the last checkpoint of a run, as if it had never stopped; of several models, of all of them."""
    from carvsdb_refine.run import resume as resume_of

    file = _config(config, output)
    several = _replicas(file, replicas)
    if several:
        refine_replicas.run(several, db, label, as_json, allow or [], go_on=True)
        return
    _go(_prepared(file, allow), db, label, as_json, lambda setup, hooks: resume_of(setup, hooks, before))


@app.command(epilog="Example: carvsdb refine status m1.toml")
def status(
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG|FOLDER", help="The TOML file, a run's folder, or a folder of runs.")
    ],
    output: Folder = None,
    replicas: ReplicaNumber = None,
    as_json: Json = False,
) -> None:
    """Say where a run is, or all models of a config, or all runs in a folder."""
    from carvsdb_refine.run import runs_in
    from carvsdb_refine.run import status as status_of
    from carvsdb_schemas.refinement_answers import StatusesAnswer

    if config.is_dir():
        several, files = True, runs_in(config)
    else:
        file = _config(config, output)
        found = _replicas(file, replicas)
        several, files = bool(found), found or [file]
    answers = [status_of(file) for file in files]
    if as_json and several:
        answer_json(StatusesAnswer(folder=str(config), runs=answers).model_dump(mode="json"))
    elif as_json:
        answer_json(answers[0].model_dump(mode="json"))
    else:
        print("\n".join(_stands(answer) for answer in answers))


@app.command(epilog="Example: carvsdb refine report m1.toml -o m1.html")
def report(
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG|LOOP_FOLDER", help="The TOML file of a run, or the folder of a loop.")
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="The page; figures stand beside it.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", metavar="FOLDER", help="The run's, where `run` was told one with -o.")
    ] = None,
    replicas: ReplicaNumber = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Of several models, the one with this seed.")] = None,
    allow: AllowCalculator = None,
    rings: Annotated[bool, typer.Option("--rings/--no-rings", help="Search the rings of the models.")] = True,
    as_json: Json = False,
) -> None:
    """Write figures of fits, partials, traces, coordination and rings, and one page that holds them.

    Of several models the page shows means with their spread, pooled rings, and the noise between models; of a loop
    of `learn` grades, errors and fits by iteration.
    """
    if config.is_dir():
        from carvsdb_refine.report.loop import make_loop_report

        written = make_loop_report(config, output, rings)
    elif several := _replicas(file := _config(config, folder), replicas):
        written = refine_replicas.report(several, seed, output, rings, allow or [])
    else:
        from carvsdb_refine.report.make import make_report

        written = make_report(_prepared(file, allow, reads_potential=False), output, rings)
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


app.command(epilog="Example: carvsdb refine learn silicon.toml")(active_learning.learn)
app.command(epilog="Example: carvsdb refine bundle si -o si.tar.gz")(bundle.bundle)
app.command(epilog="Example: carvsdb refine unbundle si.tar.gz -o si-again")(bundle.unbundle)
app.command(epilog="Example: carvsdb refine label labels.toml frames.xyz -o labelled.xyz")(labels.label)
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
app.command(epilog="Example: carvsdb refine fit labelled.xyz -o si.yaml --functions 400")(learn.fit)
app.command(epilog="Example: carvsdb refine gamma model.data --potential si.yaml -o gamma.xyz")(learn.gamma)


def _prepared(file: "ConfigFile", allow: list[str] | None, reads_potential: bool = True) -> "Setup":
    """Read what a config names; what an allowed calculator could run is said before it can."""
    from carvsdb_refine.run import prepare

    say_calculators(allow)
    return prepare(file, allow or (), reads_potential=reads_potential)


def _config(config: Path, output: Path | None) -> "ConfigFile":
    from carvsdb_refine.run import read_config

    return read_config(config, output)


def _replicas(file: "ConfigFile", replicas: int | None) -> "list[ConfigFile]":
    """Return the configs of several models, none for a single run."""
    from carvsdb_refine.run import replica, seeds_of

    return [replica(file, seed) for seed in seeds_of(file, replicas)]


def _go(
    setup: "Setup",
    db: str | None,
    label: str | None,
    as_json: bool,
    go: "Callable[[Setup, Hooks], RunAnswer]",
    going_on: str = "resume",
) -> None:
    from carvsdb_refine.run import Hooks

    check_db(db)
    with stop_signals() as asked:
        hooks = Hooks(progress=lambda progress: tell(progress, setup.file), stop=lambda: bool(asked))
        try:
            answer = go(setup, hooks)
        except KeyboardInterrupt:
            say(f"stopped with a checkpoint; go on with `carvsdb refine {going_on} {setup.file.path}`")
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
        print(ended(answer))
        if stored is not None:
            print(f"  entries  {', '.join(stored.labels) or 'none'} in {db}")
    if answer.stopped is not None:
        say(f"stopped: {answer.stopped}")
        raise typer.Exit(8)


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
