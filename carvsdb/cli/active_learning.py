"""`carvsdb refine learn`: a potential that is made while it refines."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carvsdb.cli.options import AllowCalculator, Json
from carvsdb.cli.output import answer_json, say
from carvsdb.cli.refine_speech import check_db, say_calculators, stop_signals

if TYPE_CHECKING:
    from carvsdb_refine.active_learning.record import Row


def learn(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="TOML with [learn], [labels] and a refinement.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FOLDER", help="Where iterations are, not what the config says."),
    ] = None,
    db: Annotated[
        str | None, typer.Option("--db", metavar="PATH", help="A catalogue that takes the models of the last run.")
    ] = None,
    label: Annotated[
        str | None, typer.Option("--label", help="What the last model is called there; by default as the TOML file.")
    ] = None,
    allow: AllowCalculator = None,
    as_json: Json = False,
) -> None:
    """Fit a potential, refine with it, label what it did not know, until a whole run stays within what it knows.

    The same command goes on where it was interrupted. Ends with 8 if it has not converged.
    """
    from carvsdb_refine.active_learning import learn as learn_of
    from carvsdb_refine.active_learning import read_learn_config
    from carvsdb_refine.run import Hooks

    file = read_learn_config(config, output)
    check_db(db)
    say_calculators(allow)
    with stop_signals() as asked:
        hooks = Hooks(stop=lambda: bool(asked))
        done = learn_of(file, allow or (), hooks, say, lambda row: say(_told(row)))
    entries = None
    if db is not None:
        from carvsdb_refine.active_learning.loop import store_last

        stored = store_last(file, done, db, label or config.stem)
        entries = list(stored.labels)
        for sentence in stored.without_net:
            say(sentence)
    if as_json:
        from dataclasses import asdict

        from carvsdb_schemas.refinement_answers import IterationAnswer, LearnAnswer

        answer = LearnAnswer(
            folder=str(file.folder),
            converged=not done.cause,
            cause=done.cause or None,
            iterations=[IterationAnswer(**asdict(row)) for row in done.rows],
            potential=str(done.potential),
            model=str(done.model),
            entries=entries,
        )
        answer_json(answer.model_dump(mode="json"))
    else:
        print(f"{file.folder}: {'not converged: ' + done.cause if done.cause else 'converged'}")
        print("\n".join(f"  {_told(row)}" for row in done.rows))
        print(f"  potential  {done.potential}\n  model      {done.model}")
        if entries is not None:
            print(f"  entries    {', '.join(entries) or 'none'} in {db}")
    if done.cause:
        raise typer.Exit(8)


def _told(row: "Row") -> str:
    parts = [f"iteration {row.iteration}: {row.frames} frames"]
    if row.energy_error is not None and row.force_error is not None:
        parts.append(f"errors {row.energy_error:.2f} meV/atom, {row.force_error:.0f} meV/Å")
    if row.energy_error_found is not None and row.force_error_found is not None:
        parts.append(f"on what it found {row.energy_error_found:.2f}, {row.force_error_found:.0f}")
    parts.append(f"{row.moves:,} moves, gamma 99 % {row.gamma_99:.2f}, max {row.gamma_max:.3g}")
    parts += [f"Rw {row.rw:.4f}"] if row.rw is not None else []
    parts += [f"{row.energy_per_atom:.4f} eV/atom"] if row.energy_per_atom is not None else []
    return "; ".join([*parts, "converged" if row.converged else f"{row.added} structures added"])
