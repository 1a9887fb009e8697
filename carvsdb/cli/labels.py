"""`carvsdb refine label`: energies and forces of structures by a reference method."""

from pathlib import Path
from typing import Annotated

import typer

from carvsdb.cli.options import AllowCalculator, Json, Types, elements_of_types
from carvsdb.cli.output import answer_json, say
from carvsdb.cli.refine_speech import say_calculators, stop_signals


def label(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="TOML with a [labels] table.")],
    structures: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Structures, of one frame or several.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Extended xyz of all that is labelled.")
    ] = None,
    results: Annotated[
        list[Path] | None,
        typer.Option("--import", metavar="FILE", help="Results of other programs to take as labels. Repeatable."),
    ] = None,
    waiting: Annotated[
        Path | None, typer.Option("--dry", metavar="FILE", help="Calculate nothing: write what has no label yet.")
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Try those again that failed before.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")] = False,
    types: Types = None,
    allow: AllowCalculator = None,
    as_json: Json = False,
) -> None:
    """Label structures: energies, forces and stress by a reference method, kept so that nothing is done twice.

    With --dry the structures are written for another program, as on a cluster; --import reads its results.
    """
    from carvsdb.atomic_write import check_free, write_text
    from carvsdb_ingest.readers.models import read_models
    from carvsdb_refine.labels import Oracle, frames_text, import_labels, write_structures
    from carvsdb_refine.labels import label as label_of
    from carvsdb_refine.labels.config_file import read_labels_config
    from carvsdb_refine.labels.labelling import store_of
    from carvsdb_schemas.refinement_answers import FailedLabel, LabelAnswer

    check_free([output, waiting], force)
    table, folder = read_labels_config(config)
    say_calculators(allow)
    oracle = Oracle.of(table.method, config.parent, tuple(allow or ()))
    found = [(model, f"{file}#{number}") for file in structures for number, model in enumerate(
        read_models(file, dict(elements_of_types(types)) or None), 1)]  # fmt: skip
    models, origins = [model for model, _ in found], [origin for _, origin in found]
    store = store_of(oracle, folder)
    imported = import_labels(models, store, results or [])
    for sentence in (*imported.doubts, *imported.left_out):
        say(sentence)
    for stranger in imported.strangers:
        say(f"{stranger}: is none of the structures that wait for a label")
    written = None
    if waiting is not None:
        written = str(waiting) if write_structures(models, store, waiting) else None
        models_done = [(model, origin) for model, origin in found if store.frame(model) is not None]
        models, origins = [model for model, _ in models_done], [origin for _, origin in models_done]
    with stop_signals() as asked:
        done = label_of(
            models,
            oracle,
            folder,
            processes=table.processes,
            time_limit=table.time_limit,
            retry=retry,
            origins=origins,
            stop=lambda: bool(asked),
            tell=lambda number, total: say(f"{number} of {total} labelled") if number % 10 == 0 else None,
        )
    for one in done.failed:
        say(f"{origins[one.number]}: {one.cause}")
    if output is not None and done.labelled:
        write_text(output, frames_text(done.frames))
    answer = LabelAnswer(
        file=str(output) if output is not None and done.labelled else None,
        structures=len(found),
        labelled=len(done.labelled),
        kept=done.n_kept,
        imported=imported.taken,
        strangers=list(imported.strangers),
        left_out=list(imported.left_out),
        waiting=written,
        failed=[FailedLabel(structure=origins[one.number], cause=one.cause) for one in done.failed],
        folder=str(store.folder),
    )
    if as_json:
        answer_json(answer.model_dump(mode="json"))
    else:
        said = f"{answer.labelled} of {answer.structures} structures are labelled"
        print(f"{said}{f', in {output}' if answer.file else ''}; kept in {answer.folder}")
        if written:
            print(f"without a label, to be calculated: {written}; then --import the results")
    if done.failed or imported.strangers or imported.left_out:
        raise typer.Exit(6 if done.labelled else 3)
