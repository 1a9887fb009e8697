"""The options `--format`, `-o`, `--columns` of commands that answer, and what they do with an answer."""

import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from carvsdb.atomic_write import check_free, write_bytes, write_text
from carvsdb.cli.added_options import Option, in_place_of
from carvsdb.cli.output import is_terminal, json_line, say, table
from carvsdb.cli.row_formats import (
    Row,
    columns_of,
    flat,
    read_text,
    to_csv,
    to_json_lines,
    to_latex,
    to_markdown,
    to_parquet,
)
from carvsdb.errors import InputError


class Format(StrEnum):
    """In which form an answer is given."""

    table = "table"
    csv = "csv"
    json = "json"
    jsonl = "jsonl"
    markdown = "markdown"
    latex = "latex"
    parquet = "parquet"


_SUFFIXES = {
    ".csv": Format.csv,
    ".json": Format.json,
    ".jsonl": Format.jsonl,
    ".ndjson": Format.jsonl,
    ".md": Format.markdown,
    ".tex": Format.latex,
    ".parquet": Format.parquet,
    ".txt": Format.table,
}


@dataclass(frozen=True, slots=True)
class Output:
    """Where an answer goes, and in which form.

    Attributes
    ----------
    format : Format
    path : Path or None
        The file; None is stdout.
    force : bool
        Whether a file that is there is replaced.
    columns : tuple of str
        Which columns of a table; empty is all.
    """

    format: Format = Format.table
    path: Path | None = None
    force: bool = False
    columns: tuple[str, ...] = ()

    @property
    def is_table(self) -> bool:
        """Whether the answer is written for reading, as the command likes it best."""
        return self.format is Format.table and not self.columns

    @property
    def is_json(self) -> bool:
        """Whether the answer is the JSON document of the command."""
        return self.format is Format.json and not self.columns

    @property
    def is_cut(self) -> bool:
        """Whether a long table may be cut: only on a terminal."""
        return self.format is Format.table and self.path is None and is_terminal()

    def check_columns(self, known: Collection[str]) -> None:
        """Refuse columns that no answer can have, before any work is done.

        Parameters
        ----------
        known : collection of str
            The fields of a row; what nests in one has its name before a dot.

        Raises
        ------
        InputError
        """
        for asked in self.columns:
            if asked.partition(".")[0] not in known:
                raise InputError(f"the answer has no column {asked!r}; it has {', '.join(known)}")

    def answer(self, *, document: Any, rows: Sequence[Row], text: Callable[[], str], shown: Sequence[str] = ()) -> None:
        """Give an answer.

        Parameters
        ----------
        document : any
            The JSON document.
        rows : sequence of mappings
            The same as rows of a table.
        text : callable
            Writes it for reading.
        shown : sequence of str
            The columns of Markdown and LaTeX, unless others are asked for; empty is all.

        Raises
        ------
        InputError
            If there is no such column.
        RefusedError
            If the file exists already.
        """
        if self.is_table:
            self._write(text() + "\n")
        elif self.is_json:
            self._write(json_line(document) + "\n")
        else:
            self._write(self._of_rows([flat(row) for row in rows], shown))

    def _of_rows(self, rows: list[dict[str, Any]], shown: Sequence[str]) -> str | bytes:
        columns = self._chosen(rows, shown)
        if self.format is Format.csv:
            return to_csv(rows, columns)
        if self.format is Format.markdown:
            return to_markdown(rows, columns)
        if self.format is Format.latex:
            return to_latex(rows, columns)
        if self.format is Format.parquet:
            return to_parquet(rows, columns)
        chosen = [{name: row.get(name) for name in columns} for row in rows]
        if self.format is Format.jsonl:
            return to_json_lines(chosen)
        if self.format is Format.json:
            return json_line(chosen) + "\n"
        return table([[read_text(row.get(name)) for name in columns] for row in rows], columns) + "\n"

    def _chosen(self, rows: list[dict[str, Any]], shown: Sequence[str]) -> list[str]:
        known = columns_of(rows)
        if not self.columns:
            reads = self.format in (Format.markdown, Format.latex)
            return [name for name in shown if name in known] if reads and shown and known else known
        chosen: list[str] = []
        for asked in self.columns:
            found = [name for name in known if name == asked or name.startswith(f"{asked}.")]
            if not found and known:
                raise InputError(f"the answer has no column {asked!r}; it has {', '.join(known)}")
            chosen += found or [asked]
        return list(dict.fromkeys(chosen))

    def _write(self, content: str | bytes) -> None:
        if self.path is not None:
            if isinstance(content, str):
                write_text(self.path, content, overwrite=self.force)
            else:
                write_bytes(self.path, content, overwrite=self.force)
            say(f"{self.path}: written")
        elif isinstance(content, str):
            print(content, end="")
        elif sys.stdout is not None:  # as where it was closed, which `print` passes over
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()


_OPTIONS: dict[str, Option] = {
    "as_json": (Annotated[bool, typer.Option("--json", help="The same as --format json.")], False),
    "out_format": (
        Annotated[Format | None, typer.Option("--format", help="How to answer; else what the suffix of -o says.")],
        None,
    ),
    "out_path": (
        Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the answer to a file.")],
        None,
    ),
    "out_columns": (
        Annotated[
            list[str] | None,
            typer.Option("--columns", metavar="NAME,NAME", help="Only these columns, in this order."),
        ],
        None,
    ),
    "out_force": (Annotated[bool, typer.Option("--force", help="Replace the file of -o if it is there.")], False),
}


def _output(
    as_json: bool,
    out_format: Format | None,
    out_path: Path | None,
    out_columns: list[str] | None,
    out_force: bool,
) -> Output:
    if as_json and out_format not in (None, Format.json):
        raise typer.BadParameter(f"--json and --format {out_format} disagree", param_hint="--format")
    said = Format.json if as_json else out_format
    if out_path is not None:
        by_suffix = _SUFFIXES.get(out_path.suffix.lower())
        if said is not None and by_suffix is not None and said is not by_suffix:
            raise typer.BadParameter(
                f"{out_path.name} ends as {by_suffix} does, but --format is {said}", param_hint="--format"
            )
        if said is None and by_suffix is None:
            raise typer.BadParameter(
                f"{out_path.name} does not tell the format: expected {', '.join(_SUFFIXES)}, or --format",
                param_hint="-o",
            )
        said = said or by_suffix
        check_free([out_path], out_force)  # before any work is done
    elif said is Format.parquet and is_terminal():
        raise typer.BadParameter("Parquet is not written to a terminal; give a file with -o", param_hint="--format")
    columns = tuple(name.strip() for one in out_columns or [] for name in one.split(",") if name.strip())
    return Output(said or Format.table, out_path, out_force, columns)


answered = in_place_of("out", _OPTIONS, lambda typed: _output(**typed))
"""Gives a command the options of its answer, in place of its parameter `out`, an `Output`."""
