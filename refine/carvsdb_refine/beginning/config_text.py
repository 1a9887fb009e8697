"""A refinement written down as TOML, with the reasons beside it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from carvsdb.version import VERSION
from carvsdb_refine.beginning.curves import Curve
from carvsdb_refine.beginning.pieces import Pieces
from carvsdb_refine.beginning.spheres import Sphere

POTENTIALS = {
    ".yace": "ace",
    ".yaml": "ace",
    ".yml": "ace",
    ".sw": "stillinger-weber",
    ".tersoff": "tersoff",
}
"""The kind of potential that a file's suffix stands for."""


@dataclass(frozen=True, slots=True, eq=False)
class Beginning:
    """All that goes into the file; names of files are relative to it."""

    model_name: str
    model_words: str
    types: Mapping[int, str]
    pieces: Pieces
    curves: Sequence[tuple[str, Curve]]
    potential: str | None
    spheres: Sequence[Sphere]
    moves: int
    seed: int


def config_text(beginning: Beginning) -> str:
    """Return the TOML text of a beginning."""
    lines = [
        f"# A refinement, begun by carvsdb {VERSION} from what the files say. Lines with CHECK need your eye.",
        "# carvsdb refine score FILE tells how well the start does, carvsdb refine run FILE runs it.",
        "",
        *_start(beginning),
    ]
    for name, curve in beginning.curves:
        lines += ["", *_data(name, curve)]
    if beginning.potential is not None:
        kind = POTENTIALS[Path(beginning.potential).suffix.lower()]
        lines += ["", "[potential]", f"kind = {_text(kind)}", f"file = {_text(beginning.potential)}"]
    lines += ["", *_constraints(beginning), "", *_moves(beginning), "", *_run(beginning)]
    return "\n".join(lines) + "\n"


def _start(beginning: Beginning) -> list[str]:
    pieces = beginning.pieces
    lines = ["[start]", f"# {beginning.model_words}", f"model = {_text(beginning.model_name)}"]
    if beginning.types:
        lines.append(f"types = {{{', '.join(f'{kind} = {_text(one)}' for kind, one in beginning.types.items())}}}")
    lines += [f"# Molecules found: {pieces.found}.", f"molecules = {_text(pieces.molecules)}"]
    if pieces.molecules == "bonds":
        lines += ["# Longest bonds in Å.", f"bonds = {_table(pieces.bonds)}"]
    if pieces.molecules != "none":
        lines.append('# They are rigid; molecules = "none" lets every atom move alone.')
    return lines


def _data(name: str, curve: Curve) -> list[str]:
    lines = ["[[data]]", *(_comment(f"{reason}.") for reason in curve.reasons)]
    lines += [_comment(f"{note}.") for note in curve.notes]
    lines += [_comment(f"CHECK: {doubt}") for doubt in curve.doubts]
    lines += [f"kind = {_text(curve.kind)}", f"file = {_text(name)}", f"function = {_text(curve.function)}"]
    if curve.columns is not None:
        lines.append(f"columns = {list(curve.columns)}")
    if curve.q_unit is not None:
        lines.append(f"q_unit = {_text(curve.q_unit)}")
    if curve.reading in ("S(Q)-1", "g(r)"):
        lines.append(f"# The curve is {curve.reading}: {curve.function} over the square of the mean length.")
    if curve.scale != 1.0:
        lines.append(f"scale = {_value(curve.scale)}")
    if curve.offset != 0.0:
        lines.append(f"offset = {_value(curve.offset)}")
    if curve.sigma is not None:
        lines += [
            "# The file has no errors: 1 % of what the curve spans. Smaller weighs the data more against the energy.",
            f"sigma = {curve.sigma!r}",
        ]
    if curve.deuterium is not None:
        lines.append(f"deuterium = {curve.deuterium!r}")
    if curve.fit_range is not None:
        lines += [
            "# From below the shortest distance to half the cell.",
            f"fit_range = [{curve.fit_range[0]!r}, {curve.fit_range[1]!r}]",
        ]
    if curve.q_max is not None:
        lines += ["# Å⁻¹: where the measurement ended.", f"q_max = {curve.q_max!r}"]
    if curve.beyond_box != "cut":
        lines += [
            "# Steps of Q are too wide to cut the data at half the cell.",
            f"beyond_box = {_text(curve.beyond_box)}",
        ]
    return lines


def _constraints(beginning: Beginning) -> list[str]:
    lines = ["[constraints]", "# Shortest distances in Å, a little below the closest contacts of the start:"]
    for sphere in beginning.spheres:
        where = f"# {sphere.pair} {sphere.closest:.2f}"
        lines.append(f"{where}, {sphere.doubt}: 0.85 of the covalent radii. CHECK" if sphere.doubt else where)
    lines.append(f"hard_spheres = {_table({sphere.pair: sphere.distance for sphere in beginning.spheres})}")
    return lines


def _moves(beginning: Beginning) -> list[str]:
    lines = ["[moves]", "# Å along each axis; adapted during equilibration.", "translation = 0.1"]
    return [*lines, "# Degrees.", "rotation = 5.0"] if beginning.pieces.molecules != "none" else lines


def _run(beginning: Beginning) -> list[str]:
    return [
        "[run]",
        "# K; it matters where there is a potential.",
        "temperature = 300",
        "# About 20 for each body. While chi² and the energy still fall, raise it and say carvsdb refine resume FILE.",
        f"moves = {beginning.moves}",
        f"equilibration = {beginning.moves // 10}",
        f"seed = {beginning.seed}",
    ]


def _comment(text: str) -> str:
    """Return a comment of one line: what files say of themselves cannot end it."""
    return "# " + "".join(one if one.isprintable() else "?" for one in text)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _value(value: float | str) -> str:
    return _text(value) if isinstance(value, str) else repr(float(f"{value:.7g}"))


def _table(numbers: Mapping[str, float]) -> str:
    return "{" + ", ".join(f"{_text(name)} = {number!r}" for name, number in numbers.items()) + "}"
