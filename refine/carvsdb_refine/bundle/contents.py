"""What belongs into the bundle of a run, or of a loop."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carvsdb.errors import InputError, RefusedError
from carvsdb.regular_file import LARGEST_TEXT, read_text
from carvsdb_refine.active_learning.config_file import LearnFile, read_learn_config
from carvsdb_refine.active_learning.iteration import ACTIVE_SET, ERRORS, POTENTIAL, RUN, Iteration
from carvsdb_refine.active_learning.lineage import lineage_of_loop
from carvsdb_refine.active_learning.loop import CONFIG, FRAMES, INITIAL, read_learned
from carvsdb_refine.active_learning.run_config import run_text, toml_text
from carvsdb_refine.bundle.names import Names, check_no_paths
from carvsdb_refine.labels import read_frames, structure_key
from carvsdb_refine.run.checkpoint import load_checkpoint
from carvsdb_refine.run.column_files import CURVES, PARTIALS
from carvsdb_refine.run.config_file import ConfigFile, parse_config, read_config
from carvsdb_refine.run.folder import RunFolder
from carvsdb_refine.run.lineage import inputs_of_run, model_step, run_step, scores
from carvsdb_refine.run.result import read_result
from carvsdb_refine.run.runner import check_same_run
from carvsdb_refine.run.setup import prepare
from carvsdb_schemas.lineage import LineageStep
from carvsdb_schemas.refinement_answers import RunAnswer

# A config lies in a folder above that of its results; so far up it is looked for.
_MOST_UP = 5


@dataclass(frozen=True, slots=True)
class Contents:
    """What a bundle is made of.

    Attributes
    ----------
    kind : str
        ``run`` or ``loop``.
    config_name, config_text : str
        The config, with the names that files have in the bundle; without its comments, which may say anything.
    seed : int
        Of the run.
    files : mapping of str to Path
        Files that the config names, and labels, by their names in the bundle.
    results : mapping of str to Path
        By their names in the folder of the run, those that come out as the same bytes.
    result : mapping
        How it ended.
    lineage : sequence of LineageStep
    calculator : str or None
        Class of an ASE calculator that must be allowed, or named, to repeat it.
    """

    kind: str
    config_name: str
    config_text: str
    seed: int
    files: Mapping[str, Path]
    results: Mapping[str, Path]
    result: Mapping[str, Any]
    lineage: Iterable[LineageStep]
    calculator: str | None


def contents_of(folder: Path, config: Path | None = None, allowed: Iterable[str] = ()) -> Contents:
    """Return what belongs into the bundle of a folder.

    Parameters
    ----------
    folder : Path
        Of a run, or of a loop.
    config : Path, optional
        The config, where it lies in no folder above.
    allowed : iterable of str
        Classes of ASE calculators whose code may run.

    Raises
    ------
    InputError
        If the folder is none of a run, or files that it was made from are not found.
    RefusedError
        If it has not ended, or what it was made from has changed since.
    """
    if RunFolder(folder).is_run():
        return _of_run(folder, config, tuple(allowed))
    if (folder / CONFIG).exists() and (folder / INITIAL).exists():
        return _of_loop(folder, config)
    raise InputError("is no folder of a run, nor of a loop", path=folder, hint="name the one that holds run.json")


def _of_run(folder: Path, config: Path | None, allowed: tuple[str, ...]) -> Contents:
    place = RunFolder(folder)
    if not place.result.exists():
        raise RefusedError("the run has not ended", item=str(folder), hint="go on with `carvsdb refine resume`")
    if config is None:
        text = read_text(place.config, LARGEST_TEXT)
        said = parse_config(text, place.config, folder).config
        named = [said.start.model, *(table.file for table in said.data)]
        file = parse_config(text, _home(folder, named) / f"{_stem(folder)}.toml", folder)
    else:
        file = read_config(config, folder)
    setup = prepare(file, allowed)
    check_same_run(setup, load_checkpoint(place.checkpoint))
    result = read_result(place.result)
    answer = _answer(result)
    inputs = inputs_of_run(setup)
    step = run_step(setup, answer, inputs)
    model = folder / setup.model_name
    names = Names(file.resolve)
    tables = _renamed(file, names)
    results = {name: folder / name for name in (setup.model_name, "trace.csv", CURVES, PARTIALS)}
    return Contents(
        kind="run",
        config_name=_config_name(file.path.name, names),
        config_text=toml_text(tables),
        seed=file.config.run.seed,
        files=names.sources,
        results={name: path for name, path in results.items() if path.exists()},
        result=_without_paths(result, names),
        lineage=[*inputs, step, model_step(model, step, scores(result))],
        calculator=getattr(file.config.potential, "calculator", None),
    )


def _of_loop(folder: Path, config: Path | None) -> Contents:
    rows, said = read_learned(folder)
    if config is None:
        kept = read_learn_config(folder / CONFIG, folder)
        named = [kept.config.start.model, *(table.file for table in kept.config.data)]
        file = LearnFile(_home(folder, named) / f"{_stem(folder)}.toml", kept.config, folder)
    else:
        file = read_learn_config(config, folder)
    results = {name: folder / name for name in ("iterations.csv", "learned.json", INITIAL, FRAMES)}
    for row in rows:
        iteration = Iteration(file, row.iteration)
        if read_text(iteration.folder / RUN) != run_text(file, iteration.folder, POTENTIAL, ACTIVE_SET):
            raise RefusedError("is the run of another config", item=str(iteration.folder / RUN))
        run_folder = RunFolder(iteration.folder / "run")
        setup = prepare(read_config(iteration.folder / RUN))
        check_same_run(setup, load_checkpoint(run_folder.checkpoint))
        inner = [POTENTIAL, ACTIVE_SET, ERRORS, f"run/{setup.model_name}", "run/trace.csv"]
        results |= {f"{iteration.folder.name}/{name}": iteration.folder / name for name in inner}
    answer = _answer(read_result(run_folder.result))
    inputs = inputs_of_run(setup)
    step = run_step(setup, answer, inputs)
    frames, first = read_frames(folder / FRAMES), read_frames(folder / INITIAL)
    before = lineage_of_loop(file, rows, frames, len(first))
    names = Names(file.resolve)
    tables = _renamed_loop(file, names)
    labels = {}
    for path in sorted(file.labels.glob("*/*.json")) + sorted(file.labels.glob("*/failed/*.json")):
        if path.parent.name == "failed" or path.stem in {structure_key(frame.model) for frame in frames}:
            labels[path.relative_to(file.labels).as_posix()] = path
    below = file.config.labels.folder
    return Contents(
        kind="loop",
        config_name=_config_name(file.path.name, names),
        config_text=toml_text(tables),
        seed=file.config.learn.seed,
        files={**names.sources, **{f"{below}/{name}": path for name, path in labels.items()}},
        results=results,
        result=said,
        lineage=[*before, *inputs, step, model_step(run_folder.path / setup.model_name, step, {"Rw": rows[-1].rw})],
        calculator=getattr(file.config.labels.method, "calculator", None),
    )


def _answer(result: dict[str, Any]) -> RunAnswer:
    return RunAnswer.model_validate(result | {"seconds": 0.0, "moves_per_second": None})


def _without_paths(result: dict[str, Any], names: Names) -> dict[str, Any]:
    """Return a result without the places of this machine; data have the names of the bundle."""
    kept = {name: value for name, value in result.items() if name not in ("config", "folder", "model")}
    return kept | {"data": [one | {"file": names.take(one["file"])} for one in result["data"]]}


def _home(folder: Path, named: list[str]) -> Path:
    """Return the folder above in which the files lie that a config names."""
    above = Path(os.path.realpath(folder)).parents[:_MOST_UP]
    for place in above:
        if all((place / name).is_file() for name in named):
            return place
    raise InputError(
        f"the files that its config names ({', '.join(named[:3])}) lie in no folder above",
        path=folder,
        hint="name the config with --config",
    )


def _stem(folder: Path) -> str:
    return Path(os.path.realpath(folder)).name


def _config_name(name: str, names: Names) -> str:
    taken = {one.lower() for one in names.sources}
    return name if name.lower() not in taken and name.isascii() and name[0] not in "-." else "refinement-config.toml"


def _renamed(file: ConfigFile, names: Names) -> dict[str, Any]:
    """Return the tables of a run with the names that its files have in a bundle."""
    tables: dict[str, Any] = file.config.model_dump(mode="json", exclude_unset=True)
    _rename_common(tables, names)
    if (tables.get("potential") or {}).get("file"):
        tables["potential"]["file"] = names.take(tables["potential"]["file"])
    if tables.get("watch"):
        tables["watch"]["active_set"] = names.take(tables["watch"]["active_set"])
    check_no_paths(tables, "", file.path)
    return {name: value for name, value in tables.items() if value is not None}


def _renamed_loop(file: LearnFile, names: Names) -> dict[str, Any]:
    tables: dict[str, Any] = file.config.model_dump(mode="json", exclude_unset=True)
    _rename_common(tables, names)
    for table in (tables["labels"]["method"], *tables["learn"]["initial"]):
        if table.get("file"):
            table["file"] = names.take(table["file"])
    check_no_paths(tables, "", file.path)
    return tables


def _rename_common(tables: dict[str, Any], names: Names) -> None:
    tables["start"]["model"] = names.take(tables["start"]["model"])
    for table in tables.get("data", []):
        table["file"] = names.take(table["file"])
