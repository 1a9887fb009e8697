"""Room for labels next to points, in pixels, without a plotting library."""

import numpy as np
from numpy.typing import NDArray

_DIRECTIONS = 24
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
