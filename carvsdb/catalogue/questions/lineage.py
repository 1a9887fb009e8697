"""How a model came to be: the runs in a catalogue, chained by the bytes that one made and the next was given."""

import json
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.questions.resolving import resolve
from carvsdb.catalogue.records.keys import content_key
from carvsdb.errors import NotFoundError
from carvsdb_schemas.lineage import LineageAnswer, LineageStep

_COLUMNS = (
    "SELECT id::VARCHAR AS id, seed, config, data_sha256, potential_sha256, results, code_version FROM refinement "
)
# A chain of more runs than these is cut: what others wrote into a catalogue need not end.
_MOST_RUNS = 10_000
_LEAST_KEY = 6


def lineage(storage: Storage, name: str) -> LineageAnswer:
    """Return all that an entry, or the model of a run, was made from.

    Parameters
    ----------
    storage : Storage
        The catalogue.
    name : str
        Of an entry; or the key of a run, or its start.

    Raises
    ------
    NotFoundError
        If nothing has the name, or no run made it.
    """
    try:
        ref = resolve(storage, name)
    except NotFoundError:
        rows = _runs(storage, "WHERE starts_with(id::VARCHAR, ?)", name) if len(name) >= _LEAST_KEY else []
        if not rows:
            raise
        label = str(rows[0]["id"])
    else:
        rows = _runs(storage, "WHERE structure_id = ?::UUID", ref.structure_id)
        label = ref.label
        if not rows:
            raise NotFoundError(f"no run in this catalogue made {label!r}", item=label)
    own = [_steps(row) for row in rows]
    ends = [steps[-1].key for steps in own]
    known: dict[str, LineageStep] = {}
    seen = {row["id"] for row in rows}
    for steps in own:
        _add(known, steps)
    asked: set[str] = set()
    while len(seen) < _MOST_RUNS:
        # What nothing is known of yet, but another run may have made.
        open_keys = {
            key for key, step in known.items() if not step.made_from and step.kind in ("structure", "potential")
        }
        if not (open_keys := open_keys - asked):
            break
        asked |= open_keys
        for key in sorted(open_keys):
            for row in _runs(storage, "WHERE contains(results::VARCHAR, ?)", key):
                steps = _steps(row)
                if row["id"] not in seen and any(step.key == key and step.made_from for step in steps):
                    seen.add(row["id"])
                    _add(known, steps)
    return LineageAnswer(label=label, steps=_in_order(known, ends))


def _runs(storage: Storage, condition: str, value: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = storage.table(
        f"{_COLUMNS}{condition} ORDER BY id LIMIT {_MOST_RUNS}", [value]
    ).to_pylist()
    return found


def _add(known: dict[str, LineageStep], steps: Iterable[LineageStep]) -> None:
    """Take steps in; of two of the same bytes the one stays that says how they were made."""
    for step in steps:
        before = known.get(step.key)
        if before is None or (step.made_from and not before.made_from):
            known[step.key] = step


def _in_order(known: dict[str, LineageStep], ends: Iterable[str]) -> list[LineageStep]:
    """Return the steps that lead to some, each after those that it was made from; a circle is cut."""
    ordered: dict[str, LineageStep] = {}
    for end in ends:
        waiting: list[tuple[str, bool]] = [(end, False)]
        entered: set[str] = set()
        while waiting:
            key, is_done = waiting.pop()
            if is_done:
                ordered.setdefault(key, known[key])
            elif key in known and key not in ordered and key not in entered:
                entered.add(key)
                waiting.append((key, True))
                waiting += [(before, False) for before in reversed(known[key].made_from)]
    return list(ordered.values())


def _steps(row: dict[str, Any]) -> list[LineageStep]:
    """Return the steps that a row tells; of a row without them, what follows from its other columns."""
    results = json.loads(row["results"])
    told = results.get("lineage") if isinstance(results, dict) else None
    try:
        steps = [LineageStep.model_validate(one) for one in told] if isinstance(told, list) else []
    except ValidationError:  # JSON that others may have written
        steps = []
    return steps or _told_by_columns(row)


def _told_by_columns(row: dict[str, Any]) -> list[LineageStep]:
    config = json.loads(row["config"])
    tables = config.get("data") if isinstance(config, dict) else None
    names = [one.get("file") if isinstance(one, dict) else None for one in (tables if isinstance(tables, list) else [])]
    sums = list(row["data_sha256"] or ())
    steps = [
        LineageStep(key=key, kind="data", name=str(names[place] if place < len(names) else "")[:1000])
        for place, key in enumerate(sums)
    ]
    if row["potential_sha256"]:
        potential = config.get("potential") if isinstance(config, dict) else None
        name = potential.get("file") if isinstance(potential, dict) else ""
        steps.append(LineageStep(key=row["potential_sha256"], kind="potential", name=str(name or "")[:1000]))
    own = str(row["id"]).replace("-", "")
    made_from = [step.key for step in steps]
    run = LineageStep(
        key=2 * own,
        kind="run",
        name=f"seed {row['seed']}",
        made_from=made_from,
        about={"carvsdb": str(row["code_version"]), "is": "stored without its start"},
    )
    model = LineageStep(
        key=f"{own}{content_key('model', own).hex}", kind="structure", name="model", made_from=[run.key]
    )
    return [*steps, run, model]
