"""The figures of a report, as PNG: fits, partials, traces, coordination numbers, rings."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from carvsdb.escaping import figure_text
from carvsdb_refine.report.fits import Fit
from carvsdb_refine.report.panels import pairs_of_panels, panels, plain, png, set_title, shape_of
from carvsdb_refine.scattering import Partials

Floats = NDArray[np.float64]
Columns = Mapping[str, Floats]
Counts = Mapping[str, NDArray[np.int64]]

# Okabe and Ito's colours, told apart by the colour-blind.
MEASURED, CALCULATED, RESIDUAL, BEFORE = "#222222", "#D55E00", "#0072B2", "#56B4E9"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")

# Partials are drawn up to 12 Å; a peak much above the rest is cut off.
_LARGEST_R, _HIGHEST = 12.0, 8.0


def _label(grid: Sequence[Axes], columns: int, along: str, up: str) -> None:
    """Name the axes at the left and at the bottom, and the lines in the first panel."""
    for axes in grid[::columns]:
        axes.set_ylabel(up)
    for axes in grid[-columns:]:
        axes.set_xlabel(along)
    grid[0].legend(frameon=False)


def fits_png(fits: list[Fit]) -> bytes:
    """Draw each data set with its residual below."""

    def draw(figure: Figure) -> None:
        for fit, (above, below) in zip(fits, pairs_of_panels(figure, len(fits)), strict=True):
            above.plot(fit.x, fit.measured, color=MEASURED, linewidth=0, marker=".", markersize=2.5, label="measured")
            above.plot(fit.x, fit.calculated, color=CALCULATED, linewidth=1.1, label="model")
            if fit.spread is not None:
                low, high = fit.calculated - 2 * fit.spread, fit.calculated + 2 * fit.spread
                above.fill_between(fit.x, low, high, color=CALCULATED, alpha=0.3, linewidth=0, label="± 2 deviations")
            below.axhline(0, color=MEASURED, linewidth=0.6)
            if fit.before is not None:
                # Above the model's: where nothing has changed both are seen.
                above.plot(fit.x, fit.before, color=BEFORE, linewidth=1.0, linestyle=(0, (4, 3)), label="start")
                below.plot(fit.x, fit.measured - fit.before, color=BEFORE, linewidth=0.7)
            below.plot(fit.x, fit.measured - fit.calculated, color=RESIDUAL, linewidth=0.8)
            plain(above, fit.title)
            plain(below)
            above.set_ylabel(fit.function)
            above.legend(frameon=False)
            below.set_ylabel("residual")
            below.set_xlabel(f"{fit.axis} ({fit.unit})")
            if fit.axis == "Q" and fit.x[-1] > 25:
                # Where a model can be told from another: beyond, the curve is nearly flat.
                above.set_xscale("log")
                ticks = [tick for tick in (0.5, 1, 2, 5, 10, 20, 50) if fit.x[0] <= tick <= fit.x[-1]]
                above.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
                above.minorticks_off()

    return png(draw, height=4.2 * len(fits))


def partials_png(now: Partials, before: Partials | None = None, spread: Floats | None = None) -> bytes:
    """Draw ``g_ab(r)`` of every pair, of the model and of the start, or with its deviation between models."""
    pairs = now.pairs
    rows, columns = shape_of(len(pairs), 3)

    def draw(figure: Figure) -> None:
        grid = panels(figure, len(pairs), 3, sharex=True, between=0.35)
        r = now.distances
        shown = r <= _LARGEST_R
        for number, (pair, axes) in enumerate(zip(pairs, grid, strict=True)):
            if before is not None:
                early = before.distances <= _LARGEST_R  # the cell may have changed, and with it where the pairs end
                axes.plot(
                    before.distances[early], before.values[number, early], color=BEFORE, linewidth=0.8, label="start"
                )
            axes.plot(r[shown], now.values[number, shown], color=CALCULATED, linewidth=0.9, label="model")
            if spread is not None:
                middle, width = now.values[number, shown], 2 * spread[number, shown]
                axes.fill_between(r[shown], middle - width, middle + width, color=CALCULATED, alpha=0.3, linewidth=0)
            top = float(now.values[number, shown].max(initial=1.0))
            axes.set_ylim(0, min(1.05 * top, max(_HIGHEST, 1.3 * float(np.median(now.values[number, shown])))))
            plain(axes, "-".join(pair) + (f"  (peak {top:.0f})" if top > _HIGHEST else ""))
        _label(grid, columns, "r (Å)", "g(r)")

    return png(draw, width=9.0, height=2.0 * rows + 0.6)


def traces_png(trace: Columns, labels: Sequence[str]) -> bytes:
    """Draw a trace, each data set on axes of its own; `labels` name the data sets."""
    kinds = [name.removeprefix("tried_") for name in trace if name.startswith("tried_")]
    shown = [(f"{name}_{number}", label) for number, label in enumerate(labels, 1) for name in ("chi2", "rw")]
    if np.isfinite(trace["energy_per_atom"]).any():
        shown.append(("energy_per_atom", ""))
    shown += [("accepted", "")] if kinds else []
    shown.append(("temperature", ""))

    def draw(figure: Figure) -> None:
        grid = panels(figure, len(shown), sharex=True, between=0.3)
        for (column, label), axes in zip(shown, grid, strict=True):
            _panel(axes, column, label, trace, kinds)
        grid[-1].set_xlabel("moves tried")

    return png(draw, height=1.5 * len(shown) + 0.4)


def _panel(axes: Axes, column: str, label: str, trace: Columns, kinds: Sequence[str]) -> None:
    moves = trace["moves"]
    plain(axes)
    if column == "accepted":
        for index, kind in enumerate(kinds):
            tried, accepted = np.diff(trace[f"tried_{kind}"]), np.diff(trace[f"accepted_{kind}"])
            share = np.divide(accepted, tried, out=np.full(len(tried), np.nan), where=tried > 0)
            axes.plot(
                moves[1:], share, color=COLOURS[index % len(COLOURS)], label=figure_text(kind), clip_on=False, zorder=3
            )
        axes.set_ylim(0, 1)
        axes.set_ylabel("accepted")
        axes.legend(frameon=False, fontsize=8)
    elif column == "temperature":
        axes.step(moves, trace["temperature"], where="post", color=COLOURS[1])
        axes.set_ylabel("T (K)")
        axes.set_ylim(bottom=0)
    else:
        number = int(column.rpartition("_")[2]) - 1 if label else 0
        axes.plot(moves, trace[column], color=COLOURS[number % len(COLOURS)])
        what = {"chi2": "χ²", "rw": "Rw"}.get(column.rpartition("_")[0], "energy (eV/atom)")
        axes.set_ylabel(what)
        set_title(axes, label, "right", 8)
        axes.ticklabel_format(axis="y", useOffset=False)


def coordination_png(now: Counts, before: Counts | None = None) -> bytes:
    """Draw for each pair that bonds which share of the centres has how many neighbours."""
    pairs = list(now)
    rows, columns = shape_of(len(pairs), 4)

    def draw(figure: Figure) -> None:
        grid = panels(figure, len(pairs), 4)
        for pair, axes in zip(pairs, grid, strict=True):
            size = max(len(now[pair]), len(before[pair]) if before and pair in before else 0)
            places = np.arange(size)
            if before and pair in before:
                axes.bar(places - 0.2, _shares(before[pair], size), width=0.4, color=BEFORE, label="start")
            axes.bar(places + 0.2, _shares(now[pair], size), width=0.4, color=CALCULATED, label="model")
            axes.set_xticks(places)
            axes.set_ylim(0, 100)
            centre, _, neighbour = pair.partition("-")
            axes.set_xlabel(f"{neighbour} around {centre}")
            plain(axes)
        for axes in grid[::columns]:
            axes.set_ylabel("% of atoms")
        grid[0].legend(frameon=False)

    return png(draw, width=9.0, height=2.3 * rows)


def angles_png(now: Columns, before: Columns, edges: Floats) -> bytes:
    """Draw the distributions of bond angles, shares per degree in bins of `edges`, by end, centre and end."""
    triples = list(now)
    rows, columns = shape_of(len(triples), 3)

    def draw(figure: Figure) -> None:
        grid = panels(figure, len(triples), 3, sharex=True, between=0.35)
        for triple, axes in zip(triples, grid, strict=True):
            if triple in before:
                # Filled: where nothing has changed both are seen.
                axes.stairs(100 * before[triple], edges, color=BEFORE, alpha=0.6, fill=True, label="start")
            axes.stairs(100 * now[triple], edges, color=CALCULATED, linewidth=1.1, label="model")
            plain(axes, triple)
        _label(grid, columns, "angle (°)", "% per degree")

    return png(draw, width=9.0, height=1.9 * rows + 0.5)


def _shares(counts: NDArray[np.int64], size: int) -> Floats:
    padded = np.zeros(size)
    padded[: len(counts)] = counts
    return np.asarray(100 * padded / max(1, counts.sum()), np.float64)


def rings_png(labels: Sequence[str], vectors: Sequence[Floats]) -> bytes:
    """Draw mean rings per node by size, a line for each of several models, from pale (early) to dark (late)."""
    shades = colormaps["viridis_r"](np.linspace(0.1, 1.0, len(labels)))

    def draw(figure: Figure) -> None:
        (axes,) = panels(figure, 1)
        largest = 3
        for label, vector, colour in zip(labels, vectors, shades, strict=True):
            sizes = np.arange(1, len(vector) + 1)
            largest = max([largest, *(np.flatnonzero(vector) + 1).tolist()])
            axes.plot(sizes, vector, color=colour, marker="o", markersize=3, linewidth=1.2, label=label)
        axes.set_xlim(1.5, largest + 1.5)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("ring size (nodes)")
        axes.set_ylabel("mean rings per node")
        plain(axes)
        axes.legend(frameon=False, ncols=2, fontsize=8)

    return png(draw, height=3.6)


def spread_png(mean: Floats, deviation: Floats) -> bytes:
    """Draw mean rings per node by size, with the deviation between models."""

    def draw(figure: Figure) -> None:
        (axes,) = panels(figure, 1)
        sizes = np.flatnonzero((mean > 0) | (deviation > 0)) + 1
        axes.bar(sizes, mean[sizes - 1], yerr=deviation[sizes - 1], color=CALCULATED, alpha=0.8, capsize=3)
        axes.set_xlabel("ring size (nodes)")
        axes.set_ylabel("mean rings per node")
        plain(axes)

    return png(draw, height=3.2)
