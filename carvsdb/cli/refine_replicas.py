"""Several models from one config: what `run`, `resume` and `report` do then."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from carvsdb.cli.output import answer_json, say
from carvsdb.cli.refine_speech import check_db, checked, ended, say_calculators, stop_signals, tell
from carvsdb.errors import NotFoundError

if TYPE_CHECKING:
    from carvsdb_refine.report.make import Written
    from carvsdb_refine.run import ConfigFile
    from carvsdb_schemas.refinement_answers import ReplicasAnswer

_PARTLY = 6


def run(
    files: "list[ConfigFile]",
    db: str | None,
    label: str | None,
    as_json: bool,
    allow: list[str],
    *,
    go_on: bool = False,
    overwrite: bool = False,
    strict: bool = False,
) -> None:
    """Run or resume them side by side, say how each ended, and take them into a catalogue."""
    from carvsdb_refine.run import check_folder, check_place, prepare, run_replicas

    if not go_on:
        for file in files:
            check_folder(file, overwrite)
    check_db(db)
    say_calculators(allow)
    first = prepare(files[0], allow)
    if not go_on:
        check_place(first, overwrite)
        checked(first, strict)
    by_seed = {file.config.run.seed: file for file in files}
    with stop_signals() as asked:
        found = run_replicas(
            files,
            lambda seed, progress: tell(progress, by_seed[seed], f"seed {seed}: "),
            lambda: bool(asked),
            go_on=go_on,
            overwrite=overwrite,
            allowed_calculators=allow,
        )
    answer = found.answer
    for failed in answer.failed:
        print(found.tracebacks.get(failed.seed, ""), end="", file=sys.stderr)
        say(f"seed {failed.seed} failed: {failed.message}")
    if found.stopped:
        say(f"stopped with checkpoints; go on with `carvsdb refine resume {files[0].path}`")
        raise KeyboardInterrupt
    if db is not None:
        from carvsdb_refine.run.into_catalogue import store

        answer.entries = []
        for one in answer.replicas:
            setup = replace(first, file=by_seed[one.seed])
            stored = store(setup, one, db, f"{label or files[0].path.stem}-seed-{one.seed}")
            answer.entries += stored.labels
            for sentence in stored.without_net:
                say(sentence)
    if as_json:
        answer_json(answer.model_dump(mode="json"))
    else:
        print(_written(answer, db))
    if answer.failed:
        raise typer.Exit(_PARTLY if answer.replicas else answer.failed[0].code)


def report(
    files: "list[ConfigFile]", seed: int | None, output: Path | None, rings: bool, allow: list[str]
) -> "Written":
    """Write the page of one of them, or of all together."""
    from carvsdb_refine.report.make import make_report
    from carvsdb_refine.report.pooled import make_pooled_report
    from carvsdb_refine.run import prepare

    chosen = [file for file in files if seed in (None, file.config.run.seed)]
    if not chosen:
        seeds = ", ".join(str(file.config.run.seed) for file in files)
        raise NotFoundError(f"there is no model with seed {seed}; seeds are {seeds}", item=str(files[0].path))
    say_calculators(allow)
    first = prepare(chosen[0], allow, reads_potential=False)
    if seed is not None:
        return make_report(first, output, rings)
    return make_pooled_report([replace(first, file=file) for file in chosen], output, rings)


def _written(answer: "ReplicasAnswer", db: str | None) -> str:
    lines = [ended(one) for one in answer.replicas]
    lines.append(f"{answer.folder}: {len(answer.replicas)} models, {len(answer.failed)} failed")
    are_several = len(answer.replicas) > 1  # one model has no spread
    for number, (mean, deviation) in enumerate(zip(answer.rw_mean, answer.rw_deviation, strict=True)):
        data = answer.replicas[0].data[number]
        spread = f" ± {deviation:.4f}" if are_several else ""
        lines.append(f"  {data.kind:<8} {data.function} Rw {mean:.4f}{spread} ({data.file})")
    if answer.energy_mean is not None:
        spread = f" ± {answer.energy_deviation or 0:.6f}" if are_several else ""
        lines.append(f"  energy   {answer.energy_mean:.6f}{spread} eV/atom")
    if answer.entries is not None:
        lines.append(f"  entries  {', '.join(answer.entries) or 'none'} in {db}")
    return "\n".join(lines)
