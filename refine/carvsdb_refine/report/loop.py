"""From the folder of a loop of active learning to its page."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import CarvsdbError, InputError
from carvsdb.regular_file import read_text
from carvsdb.version import VERSION
from carvsdb_ingest.readers.models import read_model
from carvsdb_refine.active_learning.config_file import LearnFile, read_learn_config
from carvsdb_refine.active_learning.iteration import RUN, Iteration
from carvsdb_refine.active_learning.loop import CONFIG, INITIAL, LEARNED, read_learned
from carvsdb_refine.active_learning.record import Row, read_rows
from carvsdb_refine.report.figures import rings_png
from carvsdb_refine.report.loop_figures import errors_png, grades_png, progress_png
from carvsdb_refine.report.make import Written, check_free, figures_of, fit_sections, write_page
from carvsdb_refine.report.page import Picture, Section, Table, page
from carvsdb_refine.run.checkpoint import load_checkpoint
from carvsdb_refine.run.column_files import CURVES, PARTIALS
from carvsdb_refine.run.config_file import read_config
from carvsdb_refine.run.curve_files import write_curves
from carvsdb_refine.run.evaluation import evaluate
from carvsdb_refine.run.folder import RunFolder
from carvsdb_refine.run.net_of_model import BondedModel, rings_of_model
from carvsdb_refine.run.setup import Setup, prepare
from carvsdb_refine.run.timing import now
from carvsdb_refine.run.trace import read_trace

# So many iterations, the last ones, get their rings searched.
_MOST_MODELS = 5


def is_loop(folder: Path) -> bool:
    """Return whether a folder is that of a loop that has begun."""
    return folder.is_dir() and (folder / CONFIG).exists() and (folder / INITIAL).exists()


def make_loop_report(folder: Path, target: Path | None = None, rings: bool = True) -> Written:
    """Write the page of a loop: grades, errors and fits by iteration, the last model's fits, and rings.

    Parameters
    ----------
    folder : Path
        Of the loop.
    target : Path, optional
        The page, by default in that folder; figures stand beside it.
    rings : bool
        Whether rings are searched.

    Raises
    ------
    InputError
        If the folder is no loop's, no iteration has ended, or a file cannot be read or written.
    """
    if not is_loop(folder):
        raise InputError("is no folder of a loop of `carvsdb refine learn`", path=folder)
    file = read_learn_config(folder / CONFIG, folder)
    rows, said = read_learned(folder) if (folder / LEARNED).exists() else (read_rows(folder / "iterations.csv"), None)
    path = folder / "report.html" if target is None else target
    check_free(path, target is None, (CURVES, PARTIALS))
    setups = [prepare(read_config(Iteration(file, row.iteration).folder / RUN)) for row in rows]
    last = setups[-1]
    start, current = (evaluate(last, model) for model in (last.model, _model(last)))
    state = "has not ended" if said is None else "converged" if said["converged"] else f"not converged: {said['cause']}"
    sections = [
        _summary(rows, str(state)),
        _grades(file, rows, setups),
        Section(
            "Errors", pictures=[Picture("errors", "Root mean squares of the potentials' errors.", errors_png(rows))]
        ),
        *fit_sections(current, start),
    ]
    if rings:
        sections.append(_rings(rows, setups))
    sections.append(Section("Config", code=read_text(folder / CONFIG)))
    under = f"{last.model!r}; {len(rows)} iterations, {state}; reported {now()} by carvsdb {VERSION}"
    written = write_page(path, page(f"{Path(folder).resolve().name}: active learning", under, sections), sections)
    return replace(written, tables=write_curves(current, figures_of(path)))


def _model(setup: Setup) -> AtomicModel:
    return read_model(setup.file.outputs / setup.model_name, setup.types)


def _summary(rows: Sequence[Row], state: str) -> Section:
    first = {
        "structures": [f"{row.frames}" for row in rows],
        "moves": [f"{row.moves:,}" for row in rows],
        "gamma 99 %": [f"{row.gamma_99:.2f}" for row in rows],
        "gamma max": [f"{row.gamma_max:.3g}" for row in rows],
        "above select": [f"{row.above_select:,}" for row in rows],
        "added": [f"{row.added}" for row in rows],
        "failed": [f"{row.failed}" for row in rows],
        "χ²": [_number(row.chi2, ",.1f") for row in rows],
        "Rw": [_number(row.rw, ".4f") for row in rows],
        "eV/atom": [_number(row.energy_per_atom, ".4f") for row in rows],
    }
    second = {
        "meV/atom, training": [_number(row.energy_error, ".2f") for row in rows],
        "held out": [_number(row.energy_error_held_out, ".2f") for row in rows],
        "what the run found": [_number(row.energy_error_found, ".2f") for row in rows],
        "meV/Å, training": [_number(row.force_error, ".0f") for row in rows],
        "held out ": [_number(row.force_error_held_out, ".0f") for row in rows],
        "what the run found ": [_number(row.force_error_found, ".0f") for row in rows],
    }
    tables = [
        Table(["iteration", *columns], [[f"{row.iteration}", *cells] for row, cells in zip(rows, lines, strict=True)])
        for columns in (first, second)
        for lines in [list(zip(*columns.values(), strict=True))]
    ]
    text = f"The loop {state}. An iteration fits a potential, refines with it, and labels what it did not know."
    caption = "By iteration: how the last model fits, its energy, labelled structures, moves."
    return Section("Iterations", [text], tables, [Picture("progress", caption, progress_png(rows))])


def _grades(file: LearnFile, rows: Sequence[Row], setups: Sequence[Setup]) -> Section:
    traces = {}
    for row, setup in zip(rows, setups, strict=True):
        folder = RunFolder(setup.file.outputs)
        notes = load_checkpoint(folder.checkpoint).notes
        traces[row.iteration] = read_trace(folder.trace, (notes.trace_bytes, notes.trace_sha256))
    table = file.config.learn
    caption = f"Extrapolation grades; dashed: select = {table.select:g}, solid: stop = {table.stop:g}."
    picture = Picture("grades", caption, grades_png(rows, traces, table.select, table.stop))
    return Section("Extrapolation", pictures=[picture])


def _rings(rows: Sequence[Row], setups: Sequence[Setup]) -> Section:
    labels, vectors, cells, doubts = [], [], [], []
    found = None
    for row, setup in list(zip(rows, setups, strict=True))[-_MOST_MODELS:]:
        outputs = setup.file.config.outputs
        try:
            found = rings_of_model(BondedModel.of(_model(setup), outputs), outputs, found)
        except CarvsdbError as error:
            doubts.append(f"The model of iteration {row.iteration} has no net: {error.message}.")
            continue
        carvs = found.census.carvs()
        labels.append(f"iteration {row.iteration}")
        vectors.append(carvs.vector)
        cells.append([f"{row.iteration}", f"{carvs.n_nodes:,}", carvs.symbol, found.name])
    if not labels:
        return Section("Rings", doubts)
    picture = Picture("rings", "Mean rings per node by size, of the last models.", rings_png(labels, vectors))
    return Section("Rings", doubts, [Table(["iteration", "nodes", "CARVS", "net"], cells)], [picture])


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)
