"""The figures of a loop of active learning, as PNG: grades, errors and fits by iteration."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from carvsdb_refine.active_learning.record import Row
from carvsdb_refine.report.figures import COLOURS, MEASURED
from carvsdb_refine.report.panels import LEFT, panels, plain, png, set_title

Floats = NDArray[np.float64]


def grades_png(rows: Sequence[Row], traces: Mapping[int, Mapping[str, Floats]], select: float, stop: float) -> bytes:
    """Draw the grades by iteration, and along the run of each."""

    def draw(figure: Figure) -> None:
        left, right = panels(figure, 2, 2)
        numbers = [row.iteration for row in rows]
        for name, label, colour in (
            ("gamma_median", "median", COLOURS[0]),
            ("gamma_99", "99 %", COLOURS[2]),
            ("gamma_max", "largest", COLOURS[1]),
        ):
            left.plot(numbers, [getattr(row, name) for row in rows], color=colour, marker="o", label=label)
        _of_iterations(left)
        shades = np.linspace(0.15, 1.0, len(traces))
        for (number, trace), shade in zip(traces.items(), shades, strict=True):
            right.plot(trace["moves"], trace["gamma max"], color=COLOURS[1], alpha=float(shade), label=f"{number}")
        right.set_xlabel("moves tried")
        set_title(right, "largest of all atoms, by iteration", "right", 8)
        for axes in (left, right):
            axes.set_yscale("log")
            axes.axhline(select, color=MEASURED, linewidth=0.8, linestyle=(0, (4, 3)))
            axes.axhline(stop, color=MEASURED, linewidth=0.8)
            plain(axes)
            axes.legend(frameon=False, fontsize=8)
        left.set_ylabel("extrapolation grade")

    return png(draw, width=9.0, height=3.6)


def errors_png(rows: Sequence[Row]) -> bytes:
    """Draw the errors of energies and forces by iteration."""
    shown = {"energy_error": "energy (meV/atom)", "force_error": "forces (meV/Å)"}
    kinds = {"": "training", "_held_out": "held out", "_found": "what the run found"}

    def draw(figure: Figure) -> None:
        for axes, (name, title) in zip(panels(figure, 2, 2, beside=LEFT), shown.items(), strict=True):
            for (suffix, label), colour in zip(kinds.items(), COLOURS, strict=False):
                _line(axes, rows, f"{name}{suffix}", label, colour)
            axes.set_ylabel(title)
            axes.set_ylim(bottom=0)
            _of_iterations(axes)
            plain(axes)
        figure.axes[0].legend(frameon=False, fontsize=8)

    return png(draw, width=9.0, height=3.2)


def progress_png(rows: Sequence[Row]) -> bytes:
    """Draw by iteration how the last model fits, its energy, and how many structures there are."""
    names = {"rw": "largest Rw", "energy_per_atom": "energy (eV/atom)", "frames": "structures", "moves": "moves"}
    shown = {name: title for name, title in names.items() if any(getattr(row, name) is not None for row in rows)}

    def draw(figure: Figure) -> None:
        grid = panels(figure, len(shown), len(shown), beside=0.7)
        for axes, (name, title), colour in zip(grid, shown.items(), COLOURS, strict=False):
            _line(axes, rows, name, title, colour)
            set_title(axes, title, "center", 9)
            axes.ticklabel_format(axis="y", useOffset=False)
            _of_iterations(axes)
            plain(axes)

    return png(draw, width=9.0, height=2.8)


def _line(axes: Axes, rows: Sequence[Row], name: str, label: str, colour: str) -> None:
    values = [(row.iteration, getattr(row, name)) for row in rows if getattr(row, name) is not None]
    if values:
        axes.plot(*zip(*values, strict=True), color=colour, marker="o", label=label)


def _of_iterations(axes: Axes) -> None:
    axes.set_xlabel("iteration")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
