"""`carvsdb describe`: what a net is."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from carvsdb.cli.answered import Format, Output, answered
from carvsdb.cli.options import (
    NODE_ONLY,
    BondRules,
    CellSaid,
    Clusterings,
    CutOffOrAuto,
    InputFormat,
    LinkerTypes,
    MaxRings,
    Names,
    NodeOnly,
    NodeTypes,
    RingKind,
    Rings,
    Strict,
    TimeLimit,
    Types,
    Verbose,
    clusterings_named,
    cut_off,
    names_file,
    read_options,
)
from carvsdb.cli.output import json_line, say
from carvsdb.cli.pooled import pooled_carvs, pooled_words
from carvsdb.cli.progress import EVERY, ProgressLine
from carvsdb.cli.standard_input import STANDARD_INPUT, standard_input
from carvsdb.cli.time_limit import each_within, within
from carvsdb.cli.units import say_what_units_lack, units_report
from carvsdb.errors import CarvsdbError, InputError

if TYPE_CHECKING:
    from carvsdb.rings import Carvs
    from carvsdb_ingest.analysis.item import NetItem, ReadOptions
    from carvsdb_schemas.description import Description

DESCRIBED = (
    "label",
    "name",
    "clustering",
    "status",
    "cause",
    "periodicity",
    "coordination",
    "point_symbols",
    "vertex_symbols",
    "carvs.symbol",
    "td10",
    "formula",
    "density",
    "framework_formula",
    "framework_density",
    "quality",
)
"""Columns of a table of descriptions for reading; one for programs has all."""


@answered
def describe(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Nets or atoms: CGD, CIF, xyz, LAMMPS; folders; - is standard input."),
    ],
    rings: Rings = RingKind.ring,
    max_ring_size: CutOffOrAuto = "27",
    max_rings: MaxRings = None,
    clustering: Clusterings = None,
    bonds: BondRules = None,
    types: Types = None,
    cell: CellSaid = None,
    geometry: Annotated[
        bool, typer.Option("--geometry", help="Also distances, angles, and CARVS by coordination.")
    ] = False,
    units: Annotated[
        bool, typer.Option("--units", help="Also what vertices and edges are made of; linkers with a SMILES.")
    ] = False,
    si: Annotated[
        bool, typer.Option("--si", help="As the supporting information of a paper has it, with what to cite.")
    ] = False,
    node_only: NodeOnly = False,
    pool: Annotated[
        bool, typer.Option("--pool", help="Also pool the nodes of all nets, as models of one material.")
    ] = False,
    node_types: NodeTypes = None,
    linker_types: LinkerTypes = None,
    strict: Strict = False,
    time_limit: TimeLimit = None,
    names: Names = None,
    frames: Annotated[
        str | None,
        typer.Option(
            "--frames",
            metavar="A:B:STEP",
            help="Nets, rings and CARVS of the frames of a trajectory, one row each: `::` is all, ::10, -1, 100:200.",
        ),
    ] = None,
    input_format: InputFormat = None,
    verbose: Verbose = False,
    *,
    out: Output,
) -> None:
    """Say what the nets of files are: size, coordination, rings, CARVS, symbols.

    Atoms (CIF, extended xyz, POSCAR, LAMMPS data and dumps) become nets by a bond rule and a clustering.
    """
    from carvsdb_ingest.analysis.analyse import Analyser, AnalysisOptions

    wanted = clusterings_named(clustering or []) + ([NODE_ONLY] if node_only else [])
    read = read_options(node_types, linker_types, strict, types, bonds, wanted, cell)
    own = names_file(names)
    ways = {
        without: AnalysisOptions(
            max_ring_size=cut_off(max_ring_size),
            node_only=without,
            ring_kind=rings.value,
            max_rings=max_rings,
            names=own,
            units=units,
        )
        for without in (False, True)
    }
    if frames is not None:
        from carvsdb.cli.frames import describe_trajectories

        if geometry or units or si or str(files[0]) == STANDARD_INPUT:
            raise typer.BadParameter(
                "goes with neither --geometry, nor --units, nor --si, nor standard input", param_hint="--frames"
            )
        describe_trajectories(_inputs(files), frames, read, ways[NODE_ONLY in wanted], pool, out, verbose)
        return
    if out.columns:
        from carvsdb_schemas.description import Description

        out.check_columns(list(Description.model_fields))
    failures: list[CarvsdbError] = []
    models: dict[str, list[Carvs]] = {}
    told = _Descriptions(out, geometry, si)
    notes = ProgressLine(verbose, "all sentences with --verbose; the field quality of the answer holds all doubts")
    if units:
        say_what_units_lack()
    inputs = _inputs(files)
    analysers = {without: Analyser(options) for without, options in ways.items()}
    for number, file in enumerate(inputs):
        for item in each_within(_read(file, input_format, read), file, time_limit):
            try:
                if isinstance(item, CarvsdbError):
                    raise item
                for sentence in item.notes:
                    notes.note(f"{_place(item)}: {sentence}")
                for without in _ways(item, wanted):
                    with within(item.path or file, time_limit):
                        analysis = analysers[without].analyse(item)
                    description = analysis.description
                    models.setdefault(description.clustering, []).append(analysis.rings.carvs())
                    for sentence in description.quality:
                        notes.note(f"{_place(item)}: {sentence}")
                    if units and description.units is None:
                        notes.note(f"{item.path}: {item.label} is a net without atoms, and has no units")
                    for unit in description.units or []:
                        for doubt in unit.doubts:
                            notes.note(f"{_place(item)}: {unit.role} {unit.formula}: {doubt}")
                    told.add(description)
            except CarvsdbError as error:
                failures.append(error)
                if len(inputs) > 1:
                    say(str(error))
        told.progress(number + 1, len(inputs))
    if len(failures) == 1 and told.number == 0 and len(inputs) == 1:
        raise failures[0]
    notes.end()
    for failure in failures if len(inputs) == 1 else []:
        say(str(failure))
    told.end([pooled_carvs(carvs) for carvs in models.values()] if pool else [])
    if failures:
        raise typer.Exit(6 if told.number else failures[0].exit_code)


class _Descriptions:
    """Gives descriptions: one after another where that can be, else together at the end."""

    def __init__(self, out: Output, geometry: bool, si: bool) -> None:
        self.number = 0
        self._out = out
        self._geometry = geometry
        self._si = si
        self._at_once = out.path is None and (
            out.is_table or (out.format in (Format.json, Format.jsonl) and not out.columns)
        )
        self._kept: list[Description] = []
        self._last = time.monotonic()

    def add(self, description: "Description") -> None:
        """Give a description, or keep it."""
        if not self._at_once:
            self._kept.append(description)
        elif self._out.is_table:
            print(("\n" if self.number else "") + self._text(description))
        else:
            print(json_line(description.model_dump()))
        self.number += 1

    def progress(self, done: int, total: int) -> None:
        """Say how far a long run is, where the answer comes at its end."""
        now = time.monotonic()
        if not self._at_once and done < total and now - self._last > EVERY:
            self._last = now
            say(f"{done} of {total} files")

    def end(self, pooled: "list[dict[str, Any]]") -> None:
        """Give what was kept, and what was pooled."""
        if self._at_once:
            for one in pooled:
                print(f"\n{pooled_words(one)}" if self._out.is_table else json_line(one))
        elif self.number:
            rows = [one.model_dump() for one in self._kept]
            texts = [self._text(one) for one in self._kept] if self._out.is_table else []
            self._out.answer(
                document=rows + pooled if len(rows + pooled) > 1 else rows[0],
                rows=rows,
                text=lambda: "\n\n".join([*texts, *map(pooled_words, pooled)]),
                shown=DESCRIBED,
            )
            if pooled and not (self._out.is_table or self._out.is_json):
                for one in pooled:
                    say(pooled_words(one))

    def _text(self, description: "Description") -> str:
        from carvsdb.cli.report import local_report, report
        from carvsdb.cli.si import si_text

        text = (si_text if self._si else report)(description)
        if self._geometry:
            text += f"\n{local_report(description)}"
        if description.units is not None:
            text += f"\n{units_report(description)}"
        return text


def _inputs(files: list[Path]) -> list[Path]:
    """Return the files, those of folders in their place."""
    if not any(map(os.path.isdir, files)):
        return files
    from carvsdb_ingest.readers.paths import net_files

    return net_files(files)


def _read(file: Path, input_format: str | None, read: "ReadOptions") -> "Iterator[NetItem | CarvsdbError]":
    from carvsdb_ingest.analysis.read import read_each, read_each_of

    if str(file) != STANDARD_INPUT:
        yield from read_each(file, read) if os.path.lexists(file) else [_no_file(file)]
        return
    try:
        text = standard_input(input_format)
    except CarvsdbError as error:
        yield error
        return
    yield from read_each_of(text, read)


def _place(item: "NetItem") -> str:
    """Return where a net is from, with its label where the file's name does not say it: one of several."""
    return f"{item.path}" if item.label in Path(item.path or "").name else f"{item.path} ({item.label})"


def _no_file(file: Path) -> CarvsdbError:
    from carvsdb.topology.archive import shipped

    hint = f"`carvsdb show {file}` tells of the net of that name" if str(file) in shipped() else None
    return InputError("there is no such file", path=file, hint=hint)


def _ways(item: "NetItem", wanted: list[str]) -> list[bool]:
    """Return whether to look at a net without its linkers (True), with them, or both."""
    if not wanted:
        return [False]
    if item.structure is None:
        return [name == NODE_ONLY for name in dict.fromkeys(wanted)]
    found = [False] if item.clustering in wanted else []
    return found + ([True] if NODE_ONLY in wanted and item.net.is_node_linker else [])
