"""What a run was made from, and what it made, as steps of a lineage."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from carvsdb.regular_file import sha256_of
from carvsdb_refine.run.setup import Setup
from carvsdb_schemas.lineage import LineageStep
from carvsdb_schemas.potential_tables import WITHOUT_EFFECT, PotentialTable
from carvsdb_schemas.refinement_answers import RunAnswer

About = dict[str, float | int | str | None]


def inputs_of_run(setup: Setup) -> list[LineageStep]:
    """Return the files that a run is given."""
    config = setup.file.config
    steps = [
        LineageStep(
            key=data.sha256, kind="data", name=Path(table.file).name, about={"is": f"{table.kind} {table.function}"}
        )
        for data, table in zip(setup.data, config.data, strict=True)
    ]
    start = setup.model_path.name
    steps.append(
        LineageStep(key=setup.model_sha256, kind="structure", name=start, about={"atoms": setup.model.n_atoms})
    )
    if config.potential is not None:
        steps.append(method_step(config.potential, setup.potential_sha256))
    if config.watch is not None:
        path = setup.file.resolve(config.watch.active_set)
        steps.append(LineageStep(key=sha256_of(path), kind="active set", name=path.name))
    return steps


def method_step(table: PotentialTable, sha256: str | None) -> LineageStep:
    """Return the step of a potential: its file, or, if it has none, what the config says of it."""
    named = getattr(table, "file", None)
    if named and sha256:
        return LineageStep(key=sha256, kind="potential", name=Path(named).name, about={"is": table.kind})
    # How long it may take does not change what it says.
    about = table.model_dump(mode="json", exclude=WITHOUT_EFFECT)
    name = " ".join(str(word) for word in (table.kind, getattr(table, "calculator", None)) if word)
    return LineageStep(key=key_of(about), kind="potential", name=name, about={"is": "no file"})


def run_step(setup: Setup, answer: RunAnswer, inputs: Iterable[LineageStep]) -> LineageStep:
    """Return the step of the run itself."""
    made_from = list(dict.fromkeys(step.key for step in inputs))
    config = setup.file.config.model_dump(mode="json", exclude={"outputs"})
    about: About = {"moves": answer.moves, "carvsdb": answer.version}
    if answer.stopped is not None:
        about["stopped"] = answer.stopped
    name = f"{setup.file.path.name}, seed {answer.seed}"
    return LineageStep(
        key=key_of([config, answer.seed, answer.version, made_from]),
        kind="run",
        name=name,
        made_from=made_from,
        about=about,
    )


def model_step(path: Path, run: LineageStep, about: About) -> LineageStep:
    """Return the step of a model that a run made."""
    return LineageStep(key=sha256_of(path), kind="structure", name=path.name, made_from=[run.key], about=about)


def key_of(value: object) -> str:
    """Return the key of something that is no file, from JSON values."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def scores(results: Mapping[str, object]) -> About:
    """Return what a lineage says of a model, from the results of its run."""
    data = results.get("data")
    found: About = {}
    for one in data if isinstance(data, list) else []:
        fitted = one.get("fitted") or {}
        found[f"Rw of {one.get('kind')} {one.get('function')}"] = one.get("rw", fitted.get("rw"))
    for name in ("energy_per_atom", "chi2"):
        value = results.get(name)
        if isinstance(value, (int, float)):
            found[name] = value
    return found
