"""Room for labels next to points, and the labels there; those that find no room are left out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from carvsdb.escaping import escaped, shortened
from carvsdb.plots.colours import INK, PALE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DIRECTIONS = 24
_COVERED = 0.02  # share of a label that may lie on others
_REACHES = (
    1.0,
    1.5,
    2.2,
    3.2,
    4.5,
    6.0,
    8.0,
    10.5,
    13.5,
    17.0,
)  # in line heights, from the point to the label's nearest side


def place_labels(
    anchors: NDArray[np.float64],
    sizes: NDArray[np.float64],
    obstacles: NDArray[np.float64],
    frame: tuple[float, float, float, float],
    radius: float,
) -> NDArray[np.float64]:
    """Find a place for each label, near its point and off the others.

    Greedy: labels are placed in the order given, each where it overlaps least with points and with labels
    placed before, near places first.

    Parameters
    ----------
    anchors : ndarray of float, shape (n, 2)
        The points that have labels.
    sizes : ndarray of float, shape (n, 2)
        Width and height of each label.
    obstacles : ndarray of float, shape (m, 2)
        All points that should stay visible.
    frame : tuple of float
        ``(left, bottom, right, top)`` within which labels should stay.
    radius : float
        Radius of a point.

    Returns
    -------
    ndarray of float, shape (n, 2)
        The centre of each label.
    """
    centres = np.zeros((len(anchors), 2))
    points = np.concatenate([obstacles - radius, obstacles + radius], axis=1)
    taken = np.zeros((0, 4))
    for index, (anchor, size) in enumerate(zip(anchors, sizes, strict=True)):
        candidates, cost = _candidates(anchor, size, obstacles, radius)
        boxes = np.concatenate([candidates - size / 2, candidates + size / 2], axis=1)
        area = float(np.prod(size))
        shared = _overlaps(boxes, taken)
        # Two labels on each other are worse than a long way, however little they share.
        cost = cost + 40 * shared.sum(axis=1) / area + 12 * (shared > 0).sum(axis=1)
        cost += 12 * _overlaps(boxes, points).sum(axis=1) / (2 * radius) ** 2
        cost += 60 * _outside(boxes, frame) / area
        best = int(np.argmin(cost))
        centres[index] = candidates[best]
        taken = np.concatenate([taken, boxes[best : best + 1]])
    return centres


def _candidates(
    anchor: NDArray[np.float64], size: NDArray[np.float64], obstacles: NDArray[np.float64], radius: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return places around a point and what each costs by itself: far ones and crowded sides cost more."""
    angles = np.arange(_DIRECTIONS) * 2 * np.pi / _DIRECTIONS
    directions = np.column_stack([np.cos(angles), np.sin(angles)])
    towards = obstacles - anchor
    lengths = np.linalg.norm(towards, axis=1)
    near = (lengths > 0) & (lengths < 8 * size[1])
    crowding = np.clip(directions @ (towards[near] / lengths[near, None]).T, 0, None) @ (size[1] / lengths[near])
    places, costs = [], []
    for reach in _REACHES:
        gap = radius + (reach - 0.7) * size[1]
        # A label's side, not its centre, keeps the distance: wide labels move further sideways.
        places.append(anchor + directions * (gap + size / 2))
        costs.append(reach + 0.4 * crowding + 0.3 * np.abs(directions[:, 1]))
    return np.concatenate(places), np.concatenate(costs)


def _overlaps(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Areas that boxes ``(left, bottom, right, top)`` share with others, shape (n, m)."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    return np.asarray(np.clip(high - low, 0, None).prod(axis=2))


def _outside(boxes: NDArray[np.float64], frame: tuple[float, float, float, float]) -> NDArray[np.float64]:
    inside = _overlaps(boxes, np.array([frame]))[:, 0]
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).prod(axis=1) - inside)


def label_points(
    axes: "Axes",
    points: NDArray[np.float64],
    names: Sequence[str],
    *,
    bold: Sequence[bool] = (),
    radius: float = 4.0,
    obstacles: NDArray[np.float64] | None = None,
    font_size: float = 8.0,
    longest: int = 28,
    farthest: float = 20.0,
) -> int:
    """Write names next to points, where they do not cover each other; return how many found no room.

    Parameters
    ----------
    axes : Axes
        Of a figure whose layout is done; its limits must not change any more.
    points : ndarray of float64, shape (n, 2)
    names : sequence of str, length n
        Text of others; the first choose first.
    bold : sequence of bool, length n, optional
        These choose before all others and are always written.
    radius : float
        Of a point, in points (1/72 inch).
    obstacles : ndarray of float64, shape (m, 2), optional
        Other points that should stay visible.
    font_size : float
        In points.
    longest : int
        Letters of a name that are written.
    farthest : float
        How far off its point a name may stand, in line heights, before it is left out.
    """
    if not len(points):
        return 0
    axes.set_autoscale_on(False)
    heavy = np.array(bold, bool) if len(bold) else np.zeros(len(points), bool)
    order = np.argsort(~heavy, kind="stable")
    texts = [
        axes.text(
            float(points[index, 0]),
            float(points[index, 1]),
            shortened(escaped(names[index]), longest),
            fontsize=font_size,
            fontweight="bold" if heavy[index] else "normal",
            color=INK,
            ha="center",
            va="center",
            zorder=90,
            parse_math=False,
        )
        for index in order
    ]
    pixel = axes.figure.dpi / 72
    boxes = [text.get_window_extent() for text in texts]
    sizes = np.array([(box.width + 2 * pixel, box.height + pixel) for box in boxes])
    anchors = axes.transData.transform(points[order])
    around = anchors if obstacles is None else axes.transData.transform(np.concatenate([points, obstacles]))
    view = axes.get_window_extent()
    centres = place_labels(anchors, sizes, around, (view.x0, view.y0, view.x1, view.y1), pixel * radius)
    at = axes.transData.inverted().transform(centres)
    kept = np.zeros((0, 4))
    left_out = 0
    for place, text in enumerate(texts):
        box = np.concatenate([centres[place] - sizes[place] / 2, centres[place] + sizes[place] / 2])
        side = np.clip(anchors[place], box[:2], box[2:])
        gap = float(np.linalg.norm(side - anchors[place])) - pixel * radius
        covered = _overlaps(box[None], kept).sum() > _COVERED * np.prod(sizes[place])
        if not heavy[order[place]] and (covered or gap > farthest * sizes[place, 1]):
            text.remove()
            left_out += 1
            continue
        kept = np.concatenate([kept, box[None]])
        text.set_position((at[place, 0], at[place, 1]))
        if gap > 0.6 * sizes[place, 1]:
            ends = axes.transData.inverted().transform(np.array([anchors[place], side]))
            axes.plot(*ends.T, color=PALE, linewidth=0.6, zorder=2)
    return left_out
