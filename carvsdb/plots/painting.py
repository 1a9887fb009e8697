"""Things in space on paper: a camera, and painting from the back to the front."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import Collection, LineCollection, PolyCollection
from matplotlib.colors import to_rgb
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_SLABS = 48
_HAZE = 0.62
_LIGHT = np.array([-0.28, 0.32])


@dataclass(frozen=True, slots=True)
class Camera:
    """A look at a place from far away: parallel lines stay nearly parallel.

    Attributes
    ----------
    rotation : tuple of tuple of float
        Rows are the directions to the right, up, and to the onlooker.
    centre : tuple of float
        What is looked at.
    distance : float
        Of the onlooker, in the units of the place.
    """

    rotation: tuple[tuple[float, ...], ...]
    centre: tuple[float, ...]
    distance: float

    @classmethod
    def towards(cls, azimuth: float, elevation: float, centre: Floats, size: float) -> "Camera":
        """Look at a centre from an azimuth (in the xy plane, from x) and an elevation, in degrees."""
        around, above = np.radians(azimuth), np.radians(elevation)
        to_eye = np.array([np.cos(above) * np.cos(around), np.cos(above) * np.sin(around), np.sin(above)])
        right = np.array([-np.sin(around), np.cos(around), 0.0])
        rows = np.stack([right, np.cross(to_eye, right), to_eye])
        return cls(tuple(map(tuple, rows.tolist())), tuple(centre.tolist()), 4.5 * size)

    def project(self, places: Floats) -> tuple[Floats, Floats, Floats]:
        """Return places on paper, shape (..., 2), their height towards the onlooker, and by what they are enlarged."""
        seen = (places - np.array(self.centre)) @ np.array(self.rotation).T
        scale = self.distance / (self.distance - seen[..., 2])
        return seen[..., :2] * scale[..., None], seen[..., 2], scale


@dataclass(frozen=True, slots=True, eq=False)
class _Lot:
    """Shapes of one sort: each has a height, by which it is sorted in."""

    kind: str
    heights: Floats
    shapes: list[Floats]
    colours: Floats
    widths: Floats


class Painter:
    """Collects lines, balls and areas, and paints them from the back to the front.

    Parameters
    ----------
    camera : Camera
    points_per_unit : float
        Size of a unit of space on paper, in points, for the widths of lines.
    """

    def __init__(self, camera: Camera, points_per_unit: float) -> None:
        self._camera = camera
        self._points = points_per_unit
        self._lots: list[_Lot] = []

    def lines(self, ends: Floats, colours: ArrayLike, width: float, alpha: float | Floats = 1.0) -> None:
        """Add straight lines, shape (n, 2, 3), their width in units of space."""
        if not len(ends):
            return
        flat, heights, scale = self._camera.project(ends)
        widths = width * scale.mean(axis=1) * self._points
        self._lots.append(_Lot("line", heights.mean(axis=1), list(flat), _rgba(colours, len(ends), alpha), widths))

    def balls(self, centres: Floats, radii: ArrayLike, colours: ArrayLike, rim: str = "#202020") -> None:
        """Add balls with a light on them."""
        if not len(centres):
            return
        flat, heights, scale = self._camera.project(centres)
        sizes = np.broadcast_to(np.asarray(radii, np.float64), len(centres)) * scale
        colour = _rgba(colours, len(centres), 1.0)
        edge = _rgba(np.array([to_rgb(rim)]), len(centres), 1.0)
        for factor, offset, shade in ((1.0, 0.0, edge), (0.88, 0.0, colour), (0.30, 1.0, _lighter(colour))):
            turn = np.linspace(0, 2 * np.pi, 25)[:-1]
            circle = np.column_stack([np.cos(turn), np.sin(turn)])
            shapes = [
                place + size * (offset * _LIGHT + factor * circle) for place, size in zip(flat, sizes, strict=True)
            ]
            # The rim, the face and the light of a ball follow each other within its slab.
            self._lots.append(_Lot("area", heights, shapes, shade, np.zeros(len(centres))))

    def areas(self, corners: list[Floats], colours: ArrayLike, alpha: float, width: float) -> None:
        """Add filled polygons with an outline, whose corners need not lie in a plane."""
        if not corners:
            return
        seen = [self._camera.project(one) for one in corners]
        heights = np.array([one[1].mean() for one in seen])
        flat = [one[0] for one in seen]
        self._lots.append(_Lot("area", heights, flat, _rgba(colours, len(corners), alpha), np.zeros(len(corners))))
        if width > 0:
            ends = [np.stack([one, np.roll(one, -1, axis=0)], axis=1) for one in corners]
            numbers = [len(one) for one in corners]
            outline = np.repeat(_rgba(colours, len(corners), 1.0)[:, :3], numbers, axis=0)
            self.lines(np.concatenate(ends), outline, width)

    def paint(self, axes: Axes) -> None:
        """Paint all, far things paler, and make the axes show it."""
        heights = np.concatenate([lot.heights for lot in self._lots]) if self._lots else np.zeros(1)
        low, high = float(heights.min()), float(heights.max())
        span = max(high - low, 1e-9)
        edges = np.linspace(low, high, _SLABS + 1)
        for slab in range(_SLABS):
            for order, lot in enumerate(self._lots):
                inside = (lot.heights >= edges[slab]) & ((lot.heights < edges[slab + 1]) | (slab == _SLABS - 1))
                chosen = np.flatnonzero(inside)
                if not len(chosen):
                    continue
                chosen = chosen[np.argsort(lot.heights[chosen], kind="stable")]
                near = (lot.heights[chosen] - low) / span
                colours = lot.colours[chosen].copy()
                colours[:, :3] += (1 - colours[:, :3]) * (_HAZE * (1 - near) ** 1.3)[:, None]
                axes.add_collection(_collection(lot, chosen, colours, 2 + slab + order / (len(self._lots) + 1)))
        axes.set_aspect("equal")
        axes.set_axis_off()


def _collection(lot: _Lot, chosen: NDArray[np.intp], colours: Floats, order: float) -> Collection:
    shapes = [lot.shapes[index] for index in chosen]
    if lot.kind == "line":
        return LineCollection(shapes, colors=colours, linewidths=lot.widths[chosen], zorder=order, capstyle="round")
    return PolyCollection(shapes, facecolors=colours, edgecolors="none", linewidths=0, zorder=order)


def _rgba(colours: ArrayLike, count: int, alpha: float | Floats) -> Floats:
    rgb = np.broadcast_to(np.asarray(colours, np.float64), (count, 3))
    return np.column_stack([rgb, np.broadcast_to(np.asarray(alpha, np.float64), count)])


def _lighter(rgba: Floats) -> Floats:
    paler = rgba.copy()
    paler[:, :3] += 0.55 * (1 - paler[:, :3])
    return paler
