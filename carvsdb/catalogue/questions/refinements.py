"""The refinement that made a model: its data, how well it fits them, its potential and its seed."""

import json
from typing import Any

from carvsdb.catalogue.file.storage import Storage
from carvsdb_schemas.answers import RefinedData, RefinementAnswer


def refinements_of(storage: Storage, structure_id: str) -> list[RefinementAnswer]:
    """Return the runs that made a structure.

    Notes
    -----
    Config and results are JSON that others may have written: what is not as expected is left open.
    """
    rows = storage.table(
        "SELECT seed, config, data_sha256, potential_sha256, results, files, code_version FROM refinement "
        "WHERE structure_id = ? ORDER BY id",
        [structure_id],
    ).to_pylist()
    return [_answer(row) for row in rows]


def _answer(row: dict[str, Any]) -> RefinementAnswer:
    config, results = _table(json.loads(row["config"])), _table(json.loads(row["results"]))
    tables, scores = _list(config.get("data")), _list(results.get("data"))
    sums = list(row["data_sha256"] or ())
    potential = _table(config.get("potential"))
    named = [word for word in (_word(potential.get(name)) for name in ("kind", "file", "set", "calculator")) if word]
    moves = results.get("moves")
    return RefinementAnswer(
        seed=row["seed"],
        moves=moves if isinstance(moves, int) and not isinstance(moves, bool) else None,
        temperature=_number(results.get("temperature")),
        energy_per_atom=_number(results.get("energy_per_atom")),
        potential=" ".join(named) or None,
        potential_sha256=row["potential_sha256"],
        data=[
            _data(_table(table), _table(scores[place]) if place < len(scores) else {}, sums[place : place + 1])
            for place, table in enumerate(tables)
        ],
        files=list(row["files"] or ()),
        version=row["code_version"],
    )


def _data(table: dict[str, Any], score: dict[str, Any], sums: list[str]) -> RefinedData:
    return RefinedData(
        kind=_word(table.get("kind")),
        function=_word(table.get("function")),
        file=_word(table.get("file")),
        sha256=sums[0] if sums else None,
        rw=_number(score.get("rw")),
        fitted_rw=_number(_table(score.get("fitted")).get("rw")),
    )


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
