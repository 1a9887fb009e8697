"""`carvsdb describe --frames`: the nets, rings and CARVS of a trajectory, frame by frame."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import typer

from carvsdb.cli.answered import Output
from carvsdb.cli.output import say, table
from carvsdb.cli.pooled import pooled_carvs, pooled_words
from carvsdb.cli.progress import EVERY, ProgressLine
from carvsdb.cli.row_formats import flat, read_text
from carvsdb.errors import CarvsdbError

if TYPE_CHECKING:
    from carvsdb_ingest.analysis.analyse import AnalysisOptions
    from carvsdb_ingest.analysis.item import ReadOptions
    from carvsdb_ingest.trajectories.frame_slice import FrameSlice
    from carvsdb_schemas.frame import FrameDescription

SHOWN = ("frame", "step", "time", "temperature", "n_nodes", "n_edges", "changed_edges", "coordination", "carvs.symbol")
"""Columns of a table of frames for reading."""


def describe_trajectories(
    files: list[Path],
    frames: str,
    read: "ReadOptions",
    analysis: "AnalysisOptions",
    pool: bool,
    out: Output,
    verbose: bool,
) -> None:
    """Describe frames of trajectories and give the answer.

    Raises
    ------
    CarvsdbError
        The first, if there is nothing to answer.
    """
    from carvsdb_ingest.trajectories import frame_slice
    from carvsdb_ingest.trajectories.describing import describe_frames
    from carvsdb_schemas.frame import FrameDescription

    try:
        chosen = frame_slice.FrameSlice.parse(frames)
    except CarvsdbError as error:
        raise typer.BadParameter(str(error), param_hint="--frames") from None
    out.check_columns(list(FrameDescription.model_fields))
    found: list[FrameDescription] = []
    failures: list[CarvsdbError] = []
    told = _Told(verbose)
    for file in files:
        try:
            for one in describe_frames(file, chosen, read=read, analysis=analysis):
                if isinstance(one, CarvsdbError):
                    failures.append(one)
                    if len(failures) > 1:  # the first is said with what is found, or ends the command
                        told.note(str(one))
                else:
                    found.append(one)
                    told.about(one)
        except CarvsdbError as error:
            failures.append(error)
            if len(failures) > 1:
                told.note(str(error))
        _tell_end(file, chosen, found)
    told.end()
    if not found:
        raise failures[0]
    if failures:
        say(str(failures[0]))
    _answer(found, pool, out)
    if failures:
        raise typer.Exit(6)


def _tell_end(file: Path, chosen: "FrameSlice", found: "list[FrameDescription]") -> None:
    """Say that a trajectory ends before the frames that were asked for."""
    numbers = [one.frame for one in found if one.file == str(file)]
    if not numbers or chosen.single or chosen.needs_count or chosen.stop is None:
        return
    last = range(chosen.start or 0, chosen.stop, chosen.step)[-1]
    if numbers[-1] < last:
        say(f"{file}: the last frame of {chosen} that could be described is {numbers[-1]}")


class _Told(ProgressLine):
    """Says what is doubtful about frames, each sentence once and few of a kind, and how far the work is."""

    def __init__(self, verbose: bool) -> None:
        super().__init__(verbose, "the column quality of the answer holds all doubts of frames")
        self._told: set[tuple[str, str]] = set()

    def about(self, one: "FrameDescription") -> None:
        """Say what is to be said of a frame."""
        for sentence in one.quality:
            if (one.file, sentence) not in self._told:
                self._told.add((one.file, sentence))
                self.note(f"{one.file}: frame {one.frame}: {sentence}")
        if time.monotonic() - self._last > EVERY:
            self._last = time.monotonic()
            say(f"{one.file}: frame {one.frame} is done")


def _answer(found: "list[FrameDescription]", pool: bool, out: Output) -> None:
    rows = [one.model_dump() for one in found]
    varied = [name for name in ("file", "clustering") if len({row[name] for row in rows}) > 1]
    shown = [name for name in (*varied, *SHOWN) if any(flat(row).get(name) is not None for row in rows)]
    pooled = _pooled(found) if pool else []

    def text() -> str:
        cells = [[read_text(flat(row).get(name)) for name in shown] for row in rows]
        return "\n".join([table(cells, shown), *map(pooled_words, pooled)])

    out.answer(document=rows + pooled, rows=rows, text=text, shown=shown)
    if pooled and not (out.is_table or out.is_json):
        for one in pooled:
            say(pooled_words(one))


def _pooled(found: "list[FrameDescription]") -> list[dict[str, Any]]:
    """Pool the nodes of all frames, those of each clustering by themselves."""
    from carvsdb.rings import Carvs

    models: dict[str, list[Carvs]] = {}
    for one in found:
        carvs = Carvs(
            vector=np.array(one.carvs.vector),
            sigma=one.carvs.sigma,
            n_nodes=one.n_nodes,
            max_ring_size=one.max_ring_size,
            largest_ring=one.largest_ring,
            completeness=one.completeness,
            ring_kind=one.ring_kind,
            linker_aware=one.linker_aware,
        )
        models.setdefault(one.clustering, []).append(carvs)
    return [pooled_carvs(one) for one in models.values()]
