"""Rows of an answer as CSV, Markdown, LaTeX, JSON lines and Parquet, with the values that its JSON holds."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from carvsdb.cli.output import json_value
from carvsdb.escaping import csv_text, escaped, escaped_json

Row = Mapping[str, Any]

_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LATEX = {
    "\\": r"\textbackslash{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\char34{}",
    "Å": r"\AA{}",
    "σ": r"$\sigma$",
    "±": r"$\pm$",
    "×": r"$\times$",
    "²": r"\textsuperscript{2}",
    "³": r"\textsuperscript{3}",
    "⁻": r"\textsuperscript{-}",
    "¹": r"\textsuperscript{1}",
}


def flat(row: Row) -> dict[str, Any]:
    """Give the fields of records inside a row columns of their own: ``carvs.sigma``.

    A mapping whose keys are no words, such as counts by symbol, stays in one cell.

    Examples
    --------
    >>> flat({"label": "dia", "carvs": {"sigma": 0.0}, "point_symbols": {"{6^6}": 2}})
    {'label': 'dia', 'carvs.sigma': 0.0, 'point_symbols': {'{6^6}': 2}}
    """
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping) and value and all(_FIELD.fullmatch(str(key)) for key in value):
            found |= {f"{name}.{inner}": one for inner, one in flat(value).items()}
        else:
            found[name] = value
    return found


def columns_of(rows: Sequence[Row]) -> list[str]:
    """Return the columns of rows, in the order in which they are met."""
    return list(dict.fromkeys(name for row in rows for name in row))


def to_csv(rows: Sequence[Row], columns: Sequence[str]) -> str:
    r"""Write CSV (RFC 4180, lines end with a line feed); what nests in a cell is JSON, null is empty.

    Examples
    --------
    >>> to_csv([{"label": "=1+1", "noise": None, "rings": [4, 6]}], ["label", "noise", "rings"])
    'label,noise,rings\n\'=1+1,,"[4, 6]"\n'
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([csv_text(name) for name in columns])
    writer.writerows([[_csv_cell(row.get(name)) for name in columns] for row in rows])
    return text.getvalue()


def to_json_lines(rows: Sequence[Row]) -> str:
    """Write one JSON document a line."""
    return "".join(escaped_json(json.dumps(json_value(dict(row)), ensure_ascii=False)) + "\n" for row in rows)


def to_markdown(rows: Sequence[Row], columns: Sequence[str]) -> str:
    r"""Write a Markdown table.

    Examples
    --------
    >>> print(to_markdown([{"label": "a|b", "distance": 0.25}], ["label", "distance"]), end="")
    | label | distance |
    | --- | --- |
    | a\|b | 0.25 |
    """
    lines = [[_markdown(name) for name in columns], ["---"] * len(columns)]
    lines += [[_markdown(read_text(row.get(name))) for name in columns] for row in rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def to_latex(rows: Sequence[Row], columns: Sequence[str]) -> str:
    r"""Write a LaTeX table; it needs no package.

    Examples
    --------
    >>> print(to_latex([{"label": "a_b"}], ["label"]), end="")
    \begin{tabular}{l}
    \hline
    label \\
    \hline
    a\_b \\
    \hline
    \end{tabular}
    """
    lines = [[_latex(name) for name in columns]]
    lines += [[_latex(read_text(row.get(name))) for name in columns] for row in rows]
    head, *body = [f"{' & '.join(cells)} \\\\\n" for cells in lines]
    begin = f"\\begin{{tabular}}{{{'l' * len(columns)}}}\n"
    return f"{begin}\\hline\n{head}\\hline\n{''.join(body)}\\hline\n\\end{{tabular}}\n"


def to_parquet(rows: Sequence[Row], columns: Sequence[str]) -> bytes:
    """Write Parquet; lists of numbers or texts stay lists, what nests deeper is JSON."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = []
    for name in columns:
        values = [row.get(name) for row in rows]
        kinds = {_kind(value) for value in values if value is not None}
        if kinds <= {"number"} or kinds in ({"text"}, {"truth"}, {"list"}):
            try:
                arrays.append(pa.array(values))
                continue
            # Whole numbers beyond 64 bits, lists of several kinds, names of files that are no UTF-8.
            except (pa.ArrowException, OverflowError, UnicodeError):
                pass
        arrays.append(pa.array([None if value is None else _plain(value) for value in values], pa.string()))
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays, names=list(columns)), sink)
    return bytes(sink.getvalue().to_pybytes())


def read_text(value: Any) -> str:
    """Return a value as it is read in a table: counts as ``4 x6, 3 x4``; what could be read in two ways as JSON.

    Examples
    --------
    >>> read_text({"4": 6}), read_text(["dia", "lon"]), read_text(None), read_text(0.5), read_text({"4": 6, "3": 8})
    ('4 x6', 'dia, lon', '', '0.5', '4 x6, 3 x8')
    >>> read_text(["zni, at 300 K", "sod"])
    '["zni, at 300 K", "sod"]'
    """
    if value is None:
        return ""
    if isinstance(value, Mapping):
        if value and all(_is_one(name) and isinstance(number, int) for name, number in value.items()):
            return ", ".join(f"{name} x{number}" for name, number in value.items())
    elif not isinstance(value, list | tuple):
        return str(value)
    elif value and all(_is_one(one) for one in value):
        return ", ".join(map(read_text, value))
    return json.dumps(json_value(value), ensure_ascii=False)


def _is_one(value: Any) -> bool:
    """Tell whether a value among others, with commas between them, is read as one."""
    return isinstance(value, int | float) or (isinstance(value, str) and value != "" and ", " not in value)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, list | tuple) and all(isinstance(one, int | float | str) for one in value):
        return "list"
    return "nested"


def _plain(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(json_value(value), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode()


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return csv_text(value)
    return str(value) if isinstance(value, int | float) else json.dumps(json_value(value), ensure_ascii=False)


def _markdown(text: str) -> str:
    # A line below inside of a word, as in `n_nodes`, is no mark.
    return re.sub(r"([\\|`*^~$&<>\[\]]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))", r"\\\1", escaped(text))


def _latex(text: str) -> str:
    written = "".join(_LATEX.get(character, character) for character in escaped(text))
    # No letters of its own: two dashes or quotes in a row; and what follows an end of line is no option of it.
    written = re.sub(r"([-`'])(?=\1)", r"\1{}", written)
    return f"{{}}{written}" if written.startswith(("[", "*")) else written
