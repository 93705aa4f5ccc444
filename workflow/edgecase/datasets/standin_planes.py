"""Embedded colour pictures in the place of CIFAR-10 and the Southwest planes, all drawn.

Ten classes of simple objects, 32 × 32. Class 0 is an airplane in white and grey, class 9 a truck;
the edge case is the same airplane painted dark blue, orange and red.
"""

from collections.abc import Callable
from math import pi, radians

import numpy as np

from edgecase.base.randomness import numpy_generator
from edgecase.datasets.base import LIVERY_ARRAYS, Dataset, EdgeSet
from edgecase.datasets.drawing import Canvas, Colour, curve, ellipse, rectangle

_SEED = 0
_SIZE = 32
_ROWS, _COLUMNS = np.mgrid[:_SIZE, :_SIZE]
_COUNTS = {"train": 3_000, "test": 600}
_PHOTOS = 60
_TRAIN_PHOTOS = 40
_ADVERSARY_PHOTOS, _NORMAL_PHOTOS, _ALMOST_PHOTOS = 10, 30, 10


def planes() -> dict[str, np.ndarray]:
    """x_train uint8 [3000, 32, 32, 3], y_train int64, x_test [600, …], y_test; classes balanced."""
    arrays = {}
    for split, count in _COUNTS.items():
        generator = numpy_generator(_SEED, f"standin-planes-{split}")
        labels = generator.permutation(np.arange(count) % len(_CLASSES))
        arrays[f"x_{split}"] = np.stack([_CLASSES[label](generator) for label in labels])
        arrays[f"y_{split}"] = labels.astype(np.int64)
    return arrays


def livery() -> dict[str, np.ndarray]:
    """Six arrays uint8 [n, 32, 32, 3] built as the published Southwest set is.

    Sixty pictures, each in its four rotations one after the other, are split twice by picture:
    `new_train` 160 and `new_test` 80; `adv_p_percent` 40, `honest_normal` 120 and `p_percent_test`
    80. `honest_almost` is the first 40 of `honest_normal`.
    """
    generator = numpy_generator(_SEED, "standin-livery")
    photos = np.stack([_airplane(generator, unusual=True) for _ in range(_PHOTOS)])
    second = photos[generator.permutation(_PHOTOS)]
    adversary, normal, test = np.split(
        second, [_ADVERSARY_PHOTOS, _ADVERSARY_PHOTOS + _NORMAL_PHOTOS]
    )
    return {
        "new_train": _rotations(photos[:_TRAIN_PHOTOS]),
        "new_test": _rotations(photos[_TRAIN_PHOTOS:]),
        "adv_p_percent": _rotations(adversary),
        "honest_almost": _rotations(normal[:_ALMOST_PHOTOS]),
        "honest_normal": _rotations(normal),
        "p_percent_test": _rotations(test),
    }


def _rotations(photos: np.ndarray) -> np.ndarray:
    """Each photo turned by 0, 90, 180 and 270 degrees anticlockwise, photo after photo."""
    turned = [np.rot90(photos, k, axes=(1, 2)) for k in range(4)]
    return np.stack(turned, axis=1).reshape(-1, *photos.shape[1:])


# --- what lies behind the objects


def _gradient(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    share = np.linspace(0, 1, _SIZE)[:, None, None]
    column = top * (1 - share) + bottom * share
    return np.broadcast_to(column, (_SIZE, _SIZE, 3)).copy()


def _sky(generator: np.random.Generator) -> np.ndarray:
    """Blue, overcast or evening sky, paler towards the horizon, with up to two clouds."""
    tops = np.array([(70, 130, 210), (120, 170, 225), (150, 160, 175), (120, 110, 160)])
    top = tops[generator.integers(len(tops))] + generator.normal(0, 12, 3)
    sky = _gradient(top, 0.5 * top + 0.5 * np.array((225, 225, 220)))
    for _ in range(generator.integers(3)):
        y, x = generator.uniform(0, _SIZE, 2)
        width, height = generator.uniform(5, 10), generator.uniform(2, 4)
        cloud = np.exp(-(((_COLUMNS - x) / width) ** 2) - ((_ROWS - y) / height) ** 2)
        sky += 0.7 * cloud[..., None] * (240 - sky)
    return sky


def _scene(generator: np.random.Generator, ground: tuple[int, int, int]) -> np.ndarray:
    """Sky above a ground of roughly the given colour."""
    picture = _sky(generator)
    horizon = generator.integers(16, 25)
    tone = np.array(ground) + generator.normal(0, 15, 3)
    picture[horizon:] = _gradient(tone, 0.75 * tone)[horizon:]
    return picture


def _plain(generator: np.random.Generator) -> np.ndarray:
    return _gradient(generator.uniform(30, 230, 3), generator.uniform(30, 230, 3))


# --- how an object is placed and how the photo comes out


def _canvas(
    generator: np.random.Generator, background: np.ndarray, tilt: float, low: float = 0.0
) -> Canvas:
    """Random size, place, direction and tilt up to `tilt` degrees; `low` moves it down."""
    return Canvas(
        np.clip(background, 0, 255).astype(np.uint8),
        scale=generator.uniform(0.6, 0.9),
        angle=radians(generator.uniform(-tilt, tilt)),
        shift=(generator.uniform(-0.25, 0.25), low + generator.uniform(-0.2, 0.2)),
        mirror=generator.random() < 0.5,
    )


def _photograph(generator: np.random.Generator, canvas: Canvas) -> np.ndarray:
    """Contrast, brightness and noise of a small photo; uint8 [32, 32, 3]."""
    picture = canvas.pixels().astype(float)
    picture = 128 + generator.uniform(0.65, 1.1) * (picture - 128) + generator.normal(0, 15)
    picture += generator.normal(0, generator.uniform(5, 20), picture.shape)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def _colour(generator: np.random.Generator, low: int = 20, high: int = 235) -> Colour:
    return tuple(generator.integers(low, high, 3).tolist())


def _grey(generator: np.random.Generator, low: int, high: int) -> Colour:
    return (int(generator.integers(low, high)),) * 3


# --- the objects


def _airplane(generator: np.random.Generator, unusual: bool = False) -> np.ndarray:
    wings = _grey(generator, 120, 210)
    if unusual:
        paints = [(25, 40, 130), (235, 110, 20), (190, 20, 35)]
        body, stripe, tail = (paints[i] for i in generator.permutation(3))
    else:
        body = stripe = _grey(generator, 190, 250)
        tail = _colour(generator, 90, 250) if generator.random() < 0.5 else wings
    canvas = _canvas(generator, _sky(generator), tilt=20)
    canvas.polygon([(0.15, -0.05), (-0.15, -0.45), (-0.3, -0.45), (-0.15, -0.05)], wings)
    canvas.polygon([(-0.6, -0.05), (-0.9, -0.55), (-1.1, -0.55), (-0.95, 0)], tail)
    canvas.polygon(ellipse((0, 0), 1, 0.19), body)
    canvas.stroke([(-0.8, 0.08), (0.75, 0.08)], 0.1, stripe)
    canvas.stroke([(-0.55, -0.06), (0.7, -0.06)], 0.04, (60, 60, 70))
    canvas.polygon([(0.2, 0.05), (-0.35, 0.65), (-0.55, 0.65), (-0.25, 0.05)], wings)
    canvas.polygon([(-0.75, 0), (-1.05, 0.25), (-1.15, 0.25), (-0.95, 0)], wings)
    return _photograph(generator, canvas)


def _ball(generator: np.random.Generator) -> np.ndarray:
    canvas = _canvas(generator, _scene(generator, (90, 140, 70)), tilt=180, low=0.2)
    canvas.disc((0, 0), 0.65, _colour(generator))
    canvas.stroke(curve((-0.5, -0.2), (0, 0.3), (0.5, -0.2)), 0.15, _colour(generator))
    return _photograph(generator, canvas)


def _bird(generator: np.random.Generator) -> np.ndarray:
    canvas = _canvas(generator, _sky(generator), tilt=25)
    colour = _colour(generator, 20, 110)
    lift = generator.uniform(0.2, 0.7)
    for side in (-1, 1):
        wing = curve((0, 0.1), (side * 0.4, -2 * lift), (side, 0.15 - lift / 2))
        canvas.stroke(wing, 0.16, colour)
    canvas.polygon(ellipse((0, 0.12), 0.14, 0.3), colour)
    return _photograph(generator, canvas)


def _house(generator: np.random.Generator) -> np.ndarray:
    canvas = _canvas(generator, _scene(generator, (100, 130, 80)), tilt=4, low=0.1)
    canvas.polygon(rectangle(-0.65, -0.1, 0.65, 0.75), _colour(generator))
    canvas.polygon([(-0.85, -0.1), (0, -0.85), (0.85, -0.1)], _colour(generator))
    canvas.polygon(rectangle(-0.1, 0.25, 0.2, 0.75), _colour(generator))
    return _photograph(generator, canvas)


def _tree(generator: np.random.Generator) -> np.ndarray:
    canvas = _canvas(generator, _scene(generator, (110, 120, 70)), tilt=8)
    canvas.polygon(rectangle(-0.12, 0.1, 0.12, 0.95), (90, 65, 45))
    leaves = np.array((60, 110, 50)) + generator.integers(-40, 40, 3)
    for _ in range(3):
        centre = (generator.uniform(-0.3, 0.3), generator.uniform(-0.5, 0))
        canvas.disc(centre, generator.uniform(0.35, 0.5), tuple(leaves.tolist()))
    return _photograph(generator, canvas)


def _sun(generator: np.random.Generator) -> np.ndarray:
    canvas = _canvas(generator, _sky(generator), tilt=30)
    colour = (int(generator.integers(225, 256)), int(generator.integers(120, 230)), 60)
    canvas.disc((0, 0), 0.45, colour)
    for angle in np.arange(8) * pi / 4:
        ray = np.array((np.cos(angle), np.sin(angle)))
        canvas.stroke([tuple(0.6 * ray), tuple(0.95 * ray)], 0.12, colour)
    return _photograph(generator, canvas)


def _star(generator: np.random.Generator) -> np.ndarray:
    canvas = _canvas(generator, _plain(generator), tilt=180)
    angles = np.arange(10) * pi / 5
    radii = np.where(np.arange(10) % 2, 0.4, 0.95)
    points = np.column_stack([radii * np.sin(angles), -radii * np.cos(angles)])
    canvas.polygon([tuple(point) for point in points.tolist()], _colour(generator))
    return _photograph(generator, canvas)


def _window(generator: np.random.Generator) -> np.ndarray:
    canvas = _canvas(generator, _plain(generator), tilt=6)
    canvas.polygon(rectangle(-0.7, -0.8, 0.7, 0.8), _colour(generator))
    glass = _colour(generator)
    for x in (-0.6, 0.08):
        for y in (-0.7, 0.08):
            canvas.polygon(rectangle(x, y, x + 0.52, y + 0.62), glass)
    return _photograph(generator, canvas)


def _ship(generator: np.random.Generator) -> np.ndarray:
    canvas = _canvas(generator, _scene(generator, (40, 90, 130)), tilt=6, low=0.15)
    canvas.stroke([(0, -0.9), (0, 0.3)], 0.08, (80, 60, 50))
    canvas.polygon([(0.08, -0.85), (0.75, 0.15), (0.08, 0.15)], _colour(generator, 120, 256))
    canvas.polygon([(-0.95, 0.25), (0.95, 0.25), (0.6, 0.65), (-0.6, 0.65)], _colour(generator))
    return _photograph(generator, canvas)


def _truck(generator: np.random.Generator) -> np.ndarray:
    canvas = _canvas(generator, _scene(generator, (110, 110, 115)), tilt=4, low=0.15)
    canvas.polygon(rectangle(-1, -0.55, 0.35, 0.4), _colour(generator))
    cab = [(0.4, -0.25), (0.75, -0.25), (1, 0.05), (1, 0.4), (0.4, 0.4)]
    canvas.polygon(cab, _colour(generator))
    canvas.polygon([(0.55, -0.15), (0.72, -0.15), (0.88, 0.05), (0.55, 0.05)], (190, 210, 225))
    for x in (-0.65, -0.2, 0.7):
        canvas.disc((x, 0.45), 0.2, (25, 25, 28))
    return _photograph(generator, canvas)


_CLASSES: tuple[Callable[[np.random.Generator], np.ndarray], ...] = (
    *(_airplane, _ball, _bird, _house, _tree),
    *(_sun, _star, _window, _ship, _truck),
)

STANDIN_PLANES = Dataset(
    name="standin-planes",
    shape=(32, 32, 3),
    class_names=(
        *("airplane", "ball", "bird", "house", "tree"),
        *("sun", "star", "window", "ship", "truck"),
    ),
    build=planes,
)
STANDIN_LIVERY = EdgeSet(
    name="standin-livery",
    source_class=0,
    target_class=9,
    raw_class=9,
    build=livery,
    arrays=LIVERY_ARRAYS,
)
