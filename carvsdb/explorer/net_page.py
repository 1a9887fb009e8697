"""The page of a single net, for a file or a notebook."""

from collections.abc import Sequence

from carvsdb.explorer import html
from carvsdb.explorer.about import visible
from carvsdb.explorer.packing import json_bytes, packed
from carvsdb.explorer.scenes import scene_document
from carvsdb.plots.net_scene import NetScene
from carvsdb.version import VERSION


def net_page(
    scene: NetScene,
    *,
    title: str | None = None,
    facts: Sequence[tuple[str, str]] = (),
    light: int | None = None,
) -> str:
    """Return a page that shows a net in three dimensions, complete in itself.

    Parameters
    ----------
    scene : NetScene
        Rings that it holds can be lit up; if it holds none, the page looks for them when they are asked for.
    title : str, optional
        Stands above; default the name of the net.
    facts : sequence of (str, str)
        What is told of it, each with what it is called.
    light : int, optional
        Light up the rings of this size from the start.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> from carvsdb.plots.net_scene import net_scene
    >>> page = net_page(net_scene(library.load("dia")), facts=[("CARVS", "{6(12)}")])
    >>> page.startswith("<!doctype html>"), "https:" in page.partition("<style>")[0]
    (True, False)
    """
    heading = title or scene.name or "Net"
    about = {
        "kind": "net",
        "title": visible(heading),
        "made_by": f"carvsdb {VERSION}",
        "facts": visible(list(facts)),
        "light": light or 0,
    }
    # Here nothing is large: all of it may come before the script.
    content = html.block("net", packed(json_bytes(scene_document(scene))))
    return "".join([*html.head(heading, about), content, html.script(), html.end()])
