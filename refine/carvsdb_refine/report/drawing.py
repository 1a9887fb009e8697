"""How the figures of a report look, and their bytes."""

import io
from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from carvsdb.escaping import figure_text
from carvsdb.plots.saving import house_style

# Okabe and Ito's colours, told apart by the colour-blind.
MEASURED, CALCULATED, RESIDUAL, BEFORE = "#222222", "#D55E00", "#0072B2", "#9a9a9a"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


def png(draw: Callable[[Figure], None], width: float = 8.0, height: float = 4.5) -> bytes:
    """Return a figure as PNG; the same data give the same bytes."""
    with house_style():
        figure = Figure(figsize=(width, height), dpi=150, layout="constrained")
        FigureCanvasAgg(figure)
        draw(figure)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def plain(axes: Axes, title: str = "") -> None:
    """Take away what says nothing."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#ececec", linewidth=0.7)
    axes.set_axisbelow(True)
    if title:
        axes.set_title(figure_text(title), loc="left", fontweight="bold")
