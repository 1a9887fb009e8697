"""Pictures that notebooks show by themselves: of a net, of a map."""

from base64 import b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from io import BytesIO

from matplotlib.figure import Figure

from carvsdb.compare.embedding import LEVELS, MAP_TITLES, Embedding
from carvsdb.escaping import escaped
from carvsdb.html_text import html_text
from carvsdb.net.graph import Net
from carvsdb.plots.colours import MapColours
from carvsdb.plots.map import map_figure
from carvsdb.plots.net import NetStyle, net_figure
from carvsdb.plots.net_scene import net_scene
from carvsdb.plots.saving import house_style, write_figure
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
        return f"<Picture of {escaped(self.words)}: {len(self.png)} bytes>"


def picture(figure: Figure, words: str) -> Picture:
    """Return a figure as a picture."""
    held = BytesIO()
    write_figure(figure, held)
    return Picture(held.getvalue(), words)


def view_net(net: Net, rings: Collection[int] = ()) -> Picture:
    """Draw a net, rings of some sizes lit up; see :meth:`carvsdb.net.Net.view`."""
    sizes = tuple(rings)
    census = find_rings(net, max(SMALLEST_CUT_OFF, *sizes)) if sizes else None
    with house_style():
        figure = net_figure(net_scene(net, census, sizes), NetStyle(rings=sizes))
        return picture(figure, f"the net {net.name}" if net.name else "a net")


def view_map(
    embedding: Embedding,
    labels: Sequence[str],
    kinds: Sequence[str],
    highlight: Sequence[str] = (),
    colours: MapColours | None = None,
) -> Picture:
    """Draw a map; see :meth:`carvsdb.catalogue.Catalogue.map`."""
    with house_style():
        figure, _ = map_figure(
            embedding.coordinates,
            labels,
            kinds,
            highlight=highlight,
            axis_name=embedding.axis_name,
            lengths=embedding.lengths,
            colours=colours,
            title=MAP_TITLES[embedding.level],
        )
        return picture(figure, f"a map of {len(labels)} {LEVELS[embedding.level]}s by {embedding.method}")
