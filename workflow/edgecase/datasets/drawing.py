"""Draw small pictures with smooth edges: at a multiple of their size, then averaged down."""

from collections.abc import Sequence

import numpy as np

from edgecase.base.lazy import lazy

Image = lazy("PIL.Image")
ImageDraw = lazy("PIL.ImageDraw")

_OVERSAMPLING = 4

Colour = tuple[int, ...]


class Canvas:
    """A square picture in object coordinates: (0, 0) is the middle, (±1, ±1) are near the border.

    The object's points are turned by `angle` (radians), sheared and scaled, and moved by `shift`;
    `background` is uint8 [size, size] or [size, size, 3].
    """

    def __init__(
        self,
        background: np.ndarray,
        scale: float = 1.0,
        angle: float = 0.0,
        shear: float = 0.0,
        shift: tuple[float, float] = (0.0, 0.0),
        mirror: bool = False,
    ):
        self._size = len(background)
        self._half = self._size * _OVERSAMPLING / 2
        self._scale = scale
        rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        self._matrix = scale * rotation @ np.array([[-1.0 if mirror else 1.0, shear], [0.0, 1.0]])
        self._shift = np.asarray(shift)
        side = self._size * _OVERSAMPLING
        self._picture = Image.fromarray(background).resize((side, side), Image.Resampling.NEAREST)
        self._draw = ImageDraw.Draw(self._picture)

    def polygon(self, points: Sequence[tuple[float, float]], colour: Colour) -> None:
        self._draw.polygon(self._place(points), fill=colour)

    def disc(self, centre: tuple[float, float], radius: float, colour: Colour) -> None:
        self.polygon(ellipse(centre, radius, radius), colour)

    def stroke(self, points: Sequence[tuple[float, float]], width: float, colour: Colour) -> None:
        """A pen of `width` drawn through `points`, with round ends."""
        pixels = width * self._scale * self._half
        placed = self._place(points)
        self._draw.line(placed, fill=colour, width=max(1, round(pixels)), joint="curve")
        for x, y in (placed[0], placed[-1]):
            box = (x - pixels / 2, y - pixels / 2, x + pixels / 2, y + pixels / 2)
            self._draw.ellipse(box, fill=colour)

    def pixels(self) -> np.ndarray:
        """The picture, uint8, of the background's shape."""
        return np.asarray(self._picture.reduce(_OVERSAMPLING))

    def _place(self, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        placed = (np.asarray(points) @ self._matrix.T + self._shift + 1) * self._half
        return [(x, y) for x, y in placed.tolist()]


def rectangle(left: float, top: float, right: float, bottom: float) -> list[tuple[float, float]]:
    """The corners of an upright rectangle; y grows downwards."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def ellipse(
    centre: tuple[float, float], width: float, height: float, corners: int = 32
) -> list[tuple[float, float]]:
    """Points of an ellipse with half axes `width` and `height`."""
    angles = 2 * np.pi * np.arange(corners) / corners
    x, y = centre[0] + width * np.cos(angles), centre[1] + height * np.sin(angles)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def curve(
    start: tuple[float, float],
    bend: tuple[float, float],
    end: tuple[float, float],
    points: int = 12,
) -> list[tuple[float, float]]:
    """Points of the quadratic Bézier curve from `start` to `end`, drawn towards `bend`."""
    t = np.linspace(0, 1, points)[:, None]
    path = (1 - t) ** 2 * np.array(start) + 2 * t * (1 - t) * np.array(bend) + t**2 * np.array(end)
    return [(x, y) for x, y in path.tolist()]
