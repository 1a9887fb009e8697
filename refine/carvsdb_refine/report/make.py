"""From a folder of a run to its report."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.atomic_write import make_folder, write_bytes, write_text
from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import CarvsdbError, InputError, RefusedError
from carvsdb.regular_file import read_bytes
from carvsdb.version import VERSION
from carvsdb_ingest.readers.models import read_model
from carvsdb_refine.report.angles import ANGLE_EDGES, ANGLE_STEP, angle_columns, angle_shares, most_frequent
from carvsdb_refine.report.figures import angles_png, coordination_png, fits_png, partials_png, rings_png, traces_png
from carvsdb_refine.report.fits import fits, fits_in_r
from carvsdb_refine.report.page import GENERATOR, Picture, Section, Table, page
from carvsdb_refine.run.checkpoint import load_checkpoint
from carvsdb_refine.run.column_files import CURVES, PARTIALS, check_own_columns, write_columns
from carvsdb_refine.run.curve_files import write_curves
from carvsdb_refine.run.engines import model_saved
from carvsdb_refine.run.evaluation import Evaluation, evaluate
from carvsdb_refine.run.folder import RunFolder
from carvsdb_refine.run.net_of_model import BondedModel, bond_angles, coordination, rings_of_model
from carvsdb_refine.run.scoring import score_of
from carvsdb_refine.run.setup import Setup
from carvsdb_refine.run.standing import status
from carvsdb_refine.run.timing import now as time_now
from carvsdb_refine.run.trace import read_trace
from carvsdb_schemas.refinement_answers import DataAnswer, ScoreAnswer, StatusAnswer

_ANGLES = "angles.csv"
# So many kept models, spread over the run, get their rings searched.
_MOST_MODELS = 4


@dataclass(frozen=True, slots=True)
class Written:
    """What a report wrote.

    Attributes
    ----------
    page : Path
        The HTML page.
    figures : tuple of Path
        The PNG files.
    tables : tuple of Path
        Curves, partials and angles as CSV, beside the figures.
    """

    page: Path
    figures: tuple[Path, ...]
    tables: tuple[Path, ...]


def make_report(setup: Setup, target: Path | None = None, rings: bool = True) -> Written:
    """Write the report of a run: `report.html` and a folder of figures.

    Parameters
    ----------
    setup : Setup
        The refinement; of a run that has not begun, the start is reported.
    target : Path, optional
        The page, by default in the folder of the run; figures stand beside it.
    rings : bool
        Whether rings are searched, which takes longest.

    Raises
    ------
    InputError
        If a file cannot be read or written.
    """
    folder = RunFolder(setup.file.outputs)
    path = folder.report if target is None else target
    check_free(path, target is None, (CURVES, PARTIALS, _ANGLES))
    state = status(setup.file)
    if state.state == "new":
        start = now = evaluate(setup, setup.model)
    else:
        start = evaluate(setup, setup.model, folder.start_evaluation)
        now = evaluate(setup, current_model(setup, folder), folder.evaluation)
    outputs = setup.file.config.outputs
    old_bonds = BondedModel.of(start.model, outputs)
    bonds = old_bonds if now is start else BondedModel.of(now.model, outputs)
    angles, old_angles = (angle_shares(bond_angles(one)) for one in (bonds, old_bonds))
    sections = [
        _summary(setup, state, score_of(setup, start, "start"), score_of(setup, now, "model")),
        *fit_sections(now, start),
        _partials(now, start),
    ]
    if state.state != "new":
        labels = [f"{table.kind} {table.function}" for table in setup.file.config.data]
        trace = traces_png(_trace(folder, len(labels)), labels)
        sections.append(Section("Along the run", pictures=[Picture("traces", "Every line of trace.csv.", trace)]))
    sections.append(_coordination(bonds, old_bonds))
    if angles:
        caption = f"Angles between bonds at one atom, in bins of {ANGLE_STEP:g}°; angles.csv has all of them."
        picture = Picture("angles", caption, angles_png(most_frequent(angles), old_angles, ANGLE_EDGES))
        sections.append(Section("Bond angles", pictures=[picture]))
    if rings:
        sections.append(_rings(setup, folder, (old_bonds, bonds), state))
    sections.append(Section("Config", [f"{setup.file.path}, SHA-256 {setup.file.sha256}"], code=setup.file.text))
    written = write_page(path, page(setup.file.path.stem, _under(setup, state), sections), sections)
    tables = write_curves(now, figures_of(path))
    if angles:
        tables += (figures_of(path) / _ANGLES,)
        write_columns(tables[-1], angle_columns(angles))
    return replace(written, tables=tables)


def current_model(setup: Setup, folder: RunFolder) -> AtomicModel:
    """Return the model of the last checkpoint, or the start."""
    if not folder.checkpoint.exists():
        return setup.model
    try:
        return model_saved(setup, load_checkpoint(folder.checkpoint).arrays)
    except InputError as error:
        raise error if error.path else InputError(error.message, path=folder.checkpoint) from error


def _trace(folder: RunFolder, n_data: int) -> dict[str, NDArray[np.float64]]:
    notes = load_checkpoint(folder.checkpoint).notes
    trace = read_trace(folder.trace, (notes.trace_bytes, notes.trace_sha256), beyond=folder.is_taken())
    for number in range(1, n_data + 1):
        if f"rw_{number}" not in trace or f"chi2_{number}" not in trace:
            raise InputError(f"is not the trace of this config: it has no data set {number}", path=folder.trace)
    return trace


def _under(setup: Setup, state: StatusAnswer) -> str:
    what = f"{state.moves:,} of {state.total:,} moves, {state.state}" if state.moves else "the start, before any move"
    when = f"; run from {state.began} to {state.ended}" if state.began else ""
    speed = f", {state.moves_per_second:,.1f} moves/s" if state.moves_per_second else ""
    made = f"; carvsdb {state.version}" if state.version else ""
    return f"{setup.model!r}; {what}{when}{speed}{made}; reported {time_now()} by carvsdb {VERSION}"


def _summary(setup: Setup, state: StatusAnswer, before: ScoreAnswer, now: ScoreAnswer) -> Section:
    rows = []
    for table, old, new in zip(setup.file.config.data, before.data, now.data, strict=True):
        name = f"{table.kind} {table.function} ({Path(table.file).name})"
        rows.append([f"Rw of {name}", f"{old.rw:.4f}", f"{new.rw:.4f}"])
        if new.fitted.rw != new.rw:
            rows.append([f"Rw of {name}, as fitted", f"{old.fitted.rw:.4f}", f"{new.fitted.rw:.4f}"])
        if old.fitted.chi2 is not None and new.fitted.chi2 is not None:
            rows.append([f"χ² of {name}, as fitted", f"{old.fitted.chi2:,.1f}", f"{new.fitted.chi2:,.1f}"])
        if old.fitted.reduced_chi2 is not None and new.fitted.reduced_chi2 is not None:
            values = [f"{one.fitted.reduced_chi2:,.3f}" for one in (old, new)]
            rows.append([f"reduced χ² of {name}, as fitted ({new.fitted.n_points:,} points)", *values])
        rows.append([f"scale of {name}", f"{old.scale:.5f}", f"{new.scale:.5f}"])
    if before.energy_per_atom is not None and now.energy_per_atom is not None:
        rows.append(["energy (eV/atom)", f"{before.energy_per_atom:.5f}", f"{now.energy_per_atom:.5f}"])
    moves = [[kind, f"{100 * share:.1f} %"] for kind, share in state.acceptance.items()]
    tables = [Table(["", "start", "model"], rows)]
    if moves:
        tables.append(Table(["moves", "accepted"], moves))
    text = [_beyond(data) for data in now.data]
    if state.drift:
        text.append(f"Last full recomputation: {state.drift}.")
    return Section("How well it fits", [line for line in dict.fromkeys(text) if line], tables)


def _beyond(data: DataAnswer) -> str:
    """Say what was done about distances that the model does not have."""
    where = f"{data.kind} {data.function}"
    if not data.function.endswith(("(Q)", "-1]")):
        return f"{where}: compared up to r = {data.fitted.r_max:.2f} Å, where the pairs of the model end."
    return {
        "cut": f"{where}: the data were transformed to r, cut at r_max = {data.fitted.r_max:.2f} Å, where the pairs of "
        "the model end, and transformed back; 'as fitted' compares with these, the other numbers with the data as "
        "measured.",
        "nothing": f"{where}: data as measured; pairs of the model end at r_max = {data.fitted.r_max:.2f} Å.",
        "window": f"{where}: data as measured; g(r) of the model is windowed and is 1 beyond "
        f"{data.fitted.r_max:.2f} Å.",
    }[data.fitted.beyond_box]


def fit_sections(now: Evaluation, before: Evaluation) -> list[Section]:
    """Return the section of the fits; none where there are no data."""
    if not now.calculations:
        return []
    caption = "Data as they are fitted, the model's curve with its scale and offset, and the difference."
    pictures = [Picture("fits", caption, fits_png(fits(now, before)))]
    in_r = fits_in_r(now, before)
    if in_r:
        caption = "The same as D(r): data and curves transformed alike, over the points of the data."
        pictures.append(Picture("d-of-r", caption, fits_png(in_r)))
    return [Section("Fits", ["curves.csv has the numbers."], pictures=pictures)]


def _partials(now: Evaluation, before: Evaluation) -> Section:
    caption = "Partial pair distribution functions up to 12 Å; high peaks within molecules are cut off."
    picture = Picture("partials", caption, partials_png(now.partials, before.partials))
    return Section("Partials", ["partials.csv has the numbers."], pictures=[picture])


def _coordination(bonds: BondedModel, old_bonds: BondedModel) -> Section:
    now, before = coordination(bonds), coordination(old_bonds)
    rows = []
    for pair, counts in now.items():
        places = np.arange(len(counts))
        old = before.get(pair)
        mean_before = "" if old is None else f"{(np.arange(len(old)) @ old) / old.sum():.3f}"
        shares = ", ".join(f"{place}: {count}" for place, count in zip(places, counts, strict=True) if count)
        rows.append([pair, mean_before, f"{(places @ counts) / counts.sum():.3f}", shares])
    pictures = [Picture("coordination", "Bonded neighbours by element.", coordination_png(now, before))] if now else []
    return Section("Coordination", [], [Table(["pair", "start", "model", "atoms by number"], rows)], pictures)


def _rings(setup: Setup, folder: RunFolder, ends: tuple[BondedModel, BondedModel], state: StatusAnswer) -> Section:
    """Search the rings of the start, of kept models and of the last one."""
    outputs, kept = setup.file.config.outputs, [path for path in folder.snapshots() if int(path.stem) < state.moves]
    places = np.unique(np.linspace(0, len(kept) - 1, min(len(kept), _MOST_MODELS - 2)).astype(int))
    models: list[tuple[int, Callable[[], BondedModel]]] = [(0, lambda: ends[0])]
    for path in [kept[index] for index in places]:
        models.append((int(path.stem), partial(_bonded, path, setup)))
    models += [(state.moves, lambda: ends[1])] if state.moves else []
    moves, vectors, rows, doubts = [], [], [], []
    found = None
    for count, bonded in models:
        try:
            found = rings_of_model(bonded(), outputs, found)
        except CarvsdbError as error:
            doubts.append(f"After {count:,} moves there is no net: {error.message}.")
            continue
        carvs = found.census.carvs()
        moves.append(count)
        vectors.append(carvs.vector)
        rows.append([f"{count:,}", f"{carvs.n_nodes:,}", carvs.symbol, found.name])
    if not moves:
        return Section("Rings", doubts)
    labels = [f"{count:,} moves" for count in moves]
    caption = "Mean rings per node by size, along the run."
    table = Table(["moves", "nodes", "CARVS", "net"], rows)
    return Section(
        "Rings",
        doubts,
        [table],
        [Picture("rings", caption, rings_png(labels, vectors))],
    )


def _bonded(path: Path, setup: Setup) -> BondedModel:
    return BondedModel.of(read_model(path, setup.types), setup.file.config.outputs)


def figures_of(path: Path) -> Path:
    """Return where the figures of a page stand."""
    return path.parent / f"{path.stem}-figures"


def check_free(path: Path, in_run_folder: bool, tables: Sequence[str]) -> None:
    """Refuse to write a report over what no report made, before the work is done.

    Parameters
    ----------
    path : Path
        The page.
    in_run_folder : bool
        Whether it stands in a folder of runs; a page that was named on the command line may be any.
    tables : sequence of str
        Names of the files of columns beside its figures.

    Raises
    ------
    RefusedError
        If such a file or folder is there, or there is no folder for the page.
    """
    if not path.parent.is_dir():
        raise RefusedError("there is no such folder for the page", item=str(path.parent), hint="name one with -o")
    if in_run_folder:
        _check_own_page(path)
    for name in tables:
        check_own_columns(figures_of(path) / name)


def _check_own_page(path: Path) -> None:
    try:
        begins = read_bytes(path)[:1000] if path.exists() or path.is_symlink() else None
    except InputError:
        begins = b""
    ours = begins is not None and GENERATOR.encode() in begins and not path.is_symlink()
    for place, stands in ((path, begins is not None), (figures_of(path), figures_of(path).exists())):
        if (stands and not ours) or place.is_symlink():
            raise RefusedError("stands there already, and no report made it", item=str(place), hint="name one with -o")


def write_page(path: Path, text: str, sections: list[Section]) -> Written:
    """Write a page, and the figures of its sections beside it."""
    # The page first: by it the figures are known to be a report's, should this process end here.
    write_text(path, text)
    figures = figures_of(path)
    written = []
    make_folder(figures)
    for section in sections:
        for picture in section.pictures:
            target = figures / f"{picture.name}.png"
            write_bytes(target, picture.content)
            written.append(target)
    return Written(path, tuple(written), ())
