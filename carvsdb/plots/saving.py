"""Figure files: which endings there are, and the same bytes for the same figure."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import matplotlib
from matplotlib.figure import Figure

from carvsdb.atomic_write import atomic_file, path_of_kind

_METADATA: dict[str, dict[str, None]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}


def figure_file(path: str | Path) -> Path:
    """Return the path of a figure that can be written.

    Raises
    ------
    InputError
        If its ending is not known.
    """
    return path_of_kind(path, _METADATA, "a figure")


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in our fonts, whatever the user's settings are."""
    with (
        matplotlib.rc_context({"font.family": "DejaVu Sans", "font.size": 9.0, "svg.hashsalt": "carvsdb"}),
        warnings.catch_warnings(),
    ):
        # A label in a script that the font lacks is drawn as boxes, which the reader sees.
        warnings.filterwarnings("ignore", message=r"Glyph \d+", category=UserWarning)
        yield


def save(figure: Figure, target: Path) -> None:
    """Write a figure without dates.

    Raises
    ------
    InputError, RefusedError
        If the file cannot be written; see :func:`carvsdb.atomic_write.atomic_file`.
    """
    with atomic_file(target) as file:
        write_figure(figure, file, target.suffix.lower())


def write_figure(figure: Figure, file: IO[bytes], ending: str = ".png") -> None:
    """Write a figure without dates into an open file."""
    figure.savefig(file, format=ending[1:], metadata=_METADATA[ending])
