"""Curves and partials as CSV: what figures show, for other programs to draw.

The header names each column with its unit. Data sets have grids of their own: each has its block of columns,
``Q_1 (Å⁻¹)``, ``measured_1 (barn/sr)`` and so on, numbered as in the config; shorter blocks end in empty fields.
"""

from contextlib import suppress
from pathlib import Path

import numpy as np

from carvsdb.atomic_write import make_folder
from carvsdb.errors import CarvsdbError
from carvsdb_refine.run.column_files import CURVES, PARTIALS, write_columns
from carvsdb_refine.run.evaluation import Evaluation, Floats
from carvsdb_refine.run.folder import RunFolder
from carvsdb_refine.run.setup import Setup
from carvsdb_refine.scattering import Calculation, Partials, unit_of


def write_curves(evaluation: Evaluation, folder: Path, prefix: str = "") -> tuple[Path, ...]:
    """Write ``curves.csv`` (if there are data) and ``partials.csv`` of a model into a folder, and return their paths.

    Raises
    ------
    RefusedError
        If a file of that name is not one of ours, or cannot be written.
    """
    tables = {CURVES: curve_columns(evaluation)} if evaluation.calculations else {}
    tables[PARTIALS] = partial_columns(evaluation.partials)
    written = []
    for name, columns in tables.items():
        path = folder / f"{prefix}{name}"
        write_columns(path, columns)
        written.append(path)
    return tuple(written)


def write_start_curves(setup: Setup, evaluation: Evaluation) -> tuple[Path, ...]:
    """Write the curves of the start into the folder of a run, beside those of the run's model if there is a run.

    Raises
    ------
    CarvsdbError
        If they cannot be written.
    """
    folder = RunFolder(setup.file.outputs)
    has_run = folder.is_run() and folder.checkpoint.exists()
    is_new = not folder.path.exists()
    make_folder(folder.path)
    try:
        return write_curves(evaluation, folder.path, "start-" if has_run else "")
    except CarvsdbError:
        if is_new:
            with suppress(OSError):  # one that holds something stays
                folder.path.rmdir()
        raise


def curve_columns(evaluation: Evaluation) -> dict[str, Floats]:
    """Return for each data set the measured curve, the calculated one with its scale and offset, and what is left.

    Twice: as measured, and as fitted, where the data are cut at the model's r_max if so asked.
    """
    columns: dict[str, Floats] = {}
    for number, (calculation, curve) in enumerate(zip(evaluation.calculations, evaluation.curves, strict=True), 1):
        columns |= _of_data(calculation, curve, str(number))
    return columns


def _of_data(calculation: Calculation, curve: Floats, number: str) -> dict[str, Floats]:
    measured, fitted = calculation.measured, calculation.data
    unit = unit_of(measured.function, measured.kind)
    columns = {
        f"{measured.axis}_{number} ({measured.unit})": measured.x,
        f"measured_{number} ({unit})": measured.values,
    }
    if measured.sigma is not None:
        columns[f"sigma_{number} ({unit})"] = np.broadcast_to(np.asarray(measured.sigma, np.float64), measured.x.shape)
    for name, data in (("", measured), ("fitted_", fitted)):
        score = data.score(curve)
        calculated = score.scale * curve + score.offset
        if name:
            columns[f"fitted_measured_{number} ({unit})"] = data.values
        columns[f"{name}calculated_{number} ({unit})"] = calculated
        columns[f"{name}residual_{number} ({unit})"] = data.values - calculated
    return columns


def partial_columns(partials: Partials) -> dict[str, Floats]:
    """Return ``g_ab(r)`` of each pair of elements, without unit."""
    named = {"-".join(pair): row for pair, row in zip(partials.pairs, partials.values, strict=True)}
    return {"r (Å)": partials.distances} | {f"g_{pair} (1)": row for pair, row in named.items()}
