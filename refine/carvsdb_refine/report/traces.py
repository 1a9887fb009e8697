"""How chi², Rw, energy and acceptance went along the run."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from carvsdb_refine.report.drawing import COLOURS, plain, png

Columns = dict[str, NDArray[np.float64]]


def traces_png(trace: Columns, labels: Sequence[str]) -> bytes:
    """Draw a trace; `labels` name the data sets."""
    kinds = [name.removeprefix("tried_") for name in trace if name.startswith("tried_")]
    with_energy = np.isfinite(trace["energy_per_atom"]).any()
    panels = [*(["chi2", "rw"] if labels else []), *(["energy"] if with_energy else []), "acceptance", "temperature"]

    def draw(figure: Figure) -> None:
        grid = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
        for panel, axes in zip(panels, grid, strict=True):
            _panel(axes, panel, trace, labels, kinds)
        grid[-1].set_xlabel("moves tried")

    return png(draw, height=1.8 * len(panels) + 0.4)


def _panel(axes: Axes, panel: str, trace: Columns, labels: Sequence[str], kinds: Sequence[str]) -> None:
    moves = trace["moves"]
    if panel == "chi2":
        for index, label in enumerate(labels):
            axes.plot(moves, trace[f"chi2_{index + 1}"], color=COLOURS[index % len(COLOURS)], label=label)
        axes.set_ylabel("χ²")
    elif panel == "rw":
        for index, label in enumerate(labels):
            axes.plot(moves, trace[f"rw_{index + 1}"], color=COLOURS[index % len(COLOURS)], label=label)
        axes.set_ylabel("Rw")
    elif panel == "energy":
        axes.plot(moves, trace["energy_per_atom"], color=COLOURS[0])
        axes.set_ylabel("energy (eV/atom)")
        axes.ticklabel_format(useOffset=False)
    elif panel == "acceptance":
        for index, kind in enumerate(kinds):
            tried, accepted = np.diff(trace[f"tried_{kind}"]), np.diff(trace[f"accepted_{kind}"])
            share = np.divide(accepted, tried, out=np.full(len(tried), np.nan), where=tried > 0)
            axes.plot(moves[1:], share, color=COLOURS[index % len(COLOURS)], label=kind)
        axes.set_ylim(0, 1)
        axes.set_ylabel("accepted")
    else:
        axes.step(moves, trace["temperature"], where="post", color=COLOURS[1])
        axes.set_ylabel("T (K)")
        axes.set_ylim(bottom=0)
    plain(axes)
    if axes.get_legend_handles_labels()[1]:
        axes.legend(frameon=False, fontsize=8)
