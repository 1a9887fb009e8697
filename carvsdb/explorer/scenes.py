"""Nets in three dimensions, as JSON values for the page."""

from typing import Any

import numpy as np

from carvsdb.explorer.about import visible
from carvsdb.net.graph import Net
from carvsdb.plots.net_scene import NetScene, net_scene

_DIGITS = 3


def scene_of(net: Net) -> dict[str, Any]:
    """Return the scene of a net without its rings, which the page finds by itself."""
    return scene_document(net_scene(net))


def scene_document(scene: NetScene) -> dict[str, Any]:
    """Return a scene as JSON values, as short as they may be."""
    document = scene.document(_DIGITS)
    made: dict[str, Any] = {
        **{name: document[name] for name in ("unit", "cell", "positions", "component", "edges", "repeats")},
        "is_node": scene.is_node.astype(np.int8).tolist(),
        "notes": visible(document["notes"]),
    }
    if scene.rings:
        made["rings"] = document["rings"]
    if scene.atoms is not None:
        made["atoms"] = {name: visible(document["atoms"][name]) for name in ("elements", "positions", "bonds")}
    return made
