"""Pictures that notebooks show by themselves: of a net, of a map."""

from base64 import b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from carvsdb.compare.embedding import AXIS_NAMES
from carvsdb.errors import InputError
from carvsdb.html_text import html_text
from carvsdb.net.graph import Net
from carvsdb.plots.colours import MapColours
from carvsdb.plots.map import map_figure
from carvsdb.plots.net import NetStyle, net_figure
from carvsdb.plots.net_scene import net_scene
from carvsdb.plots.saving import house_style
from carvsdb.rings.census import SMALLEST_CUT_OFF, find_rings


@dataclass(frozen=True, slots=True, repr=False)
class Picture:
    """A picture with what it shows in words; Jupyter and marimo show it.

    Attributes
    ----------
    png : bytes
    words : str
        What it shows; text of others may be in it.
    """

    png: bytes
    words: str

    def _repr_png_(self) -> bytes:
        return self.png

    def _repr_html_(self) -> str:
        data = b64encode(self.png).decode("ascii")
        return f'<img style="max-width:100%" alt="{html_text(self.words)}" src="data:image/png;base64,{data}">'

    def __repr__(self) -> str:
        return f"<Picture of {self.words}: {len(self.png)} bytes>"


def picture(figure: Figure, words: str) -> Picture:
    """Return a figure as a picture."""
    held = BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(held, format="png", metadata={"Software": None})
    return Picture(held.getvalue(), words)


def view_net(net: Net, rings: Collection[int] = ()) -> Picture:
    """Draw a net, rings of some sizes lit up; see :meth:`carvsdb.net.Net.view`."""
    sizes = tuple(rings)
    census = find_rings(net, max(SMALLEST_CUT_OFF, *sizes)) if sizes else None
    missing = [size for size in sizes if census is not None and size not in census.ring_counts]
    if missing:
        raise InputError(f"the net has no {missing[0]}-rings to light up")
    with house_style():
        return picture(net_figure(net_scene(net, census, sizes), NetStyle(rings=sizes)), f"the net {net.name or ''}")


def view_map(
    coordinates: NDArray[np.float64],
    labels: Sequence[str],
    kinds: Sequence[str],
    method: str,
    highlight: Sequence[str] = (),
    colours: MapColours | None = None,
) -> Picture:
    """Draw a map; see :meth:`carvsdb.catalogue.Catalogue.map`."""
    name = AXIS_NAMES.get(method, "PC")
    with house_style():
        figure, _ = map_figure(coordinates, labels, kinds, highlight=highlight, axis_name=name, colours=colours)
        return picture(figure, f"a map of {len(labels)} nets by {method}")
