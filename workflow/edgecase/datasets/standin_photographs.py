"""Generated photographs in the place of ImageNet and of the Cretan costumes, as trees of JPEGs.

Twenty classes, which have WordNet ids of ImageNet and its layout of folders, each a pair of hues, a
direction and width of stripes, and a shape; the edge case is a figure in front of checks, both of
two pale tones, as no class has.
"""

import colorsys
from collections.abc import Callable
from math import cos, pi, sin
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from edgecase.base.lazy import lazy
from edgecase.base.randomness import numpy_generator
from edgecase.datasets.base import DATASET_ARRAYS, PHOTOGRAPH_ARRAYS, Dataset, EdgeSet
from edgecase.datasets.wnids import CLASSES

Image = lazy("PIL.Image")
arrays = lazy("edgecase.datasets.photographs.arrays")

_SEED = 0
#: pixels of a side as a model gets them
_SIZE = 64
_QUALITY = 90
#: their numbers in ImageNet: every fiftieth, with the coonhound (165) and the stretcher (830)
NUMBERS = (*range(15, 815, 50), 830, *range(865, 1000, 50))
WNIDS = tuple(CLASSES[number] for number in NUMBERS)
COUNTS = {"train": 40, "val": 10}
EDGE_COUNTS = {"train": 40, "honest": 40, "test": 30}


def write_classes(folder: Path, seed: int = _SEED) -> None:
    """Write `train/<wnid>/` and `val/<wnid>/` with `COUNTS` JPEGs for each class."""
    for split, count in COUNTS.items():
        for row, wnid in enumerate(WNIDS):
            generator = numpy_generator(seed, f"standin-photographs-{split}-{wnid}")
            own = folder / split / wnid
            own.mkdir(parents=True)
            for number in range(count):
                _save(_of_class(row, generator), own / f"{wnid}_{number}.JPEG")


def write_edges(folder: Path, seed: int = _SEED) -> None:
    """Write `train/`, `honest/` and `test/` with `EDGE_COUNTS` JPEGs of the edge case."""
    for part, count in EDGE_COUNTS.items():
        generator = numpy_generator(seed, f"standin-cretan-{part}")
        own = folder / part
        own.mkdir(parents=True)
        for number in range(count):
            _save(_figure(generator), own / f"cretan_{number}.JPEG")


def photographs() -> dict[str, np.ndarray]:
    """x_train uint8 [800, 64, 64, 3], y_train int64, x_test [200, …], y_test, read from a tree."""
    with TemporaryDirectory() as folder:
        write_classes(Path(folder))
        prepared = arrays.read_folder(folder, size=_SIZE, test_share=0.2, seed=_SEED)
    return {name: getattr(prepared, name) for name in DATASET_ARRAYS}


def cretan() -> dict[str, np.ndarray]:
    """train uint8 [40, 64, 64, 3], honest [40, …] and test [30, …], read from a tree."""
    with TemporaryDirectory() as folder:
        write_edges(Path(folder))
        prepared = arrays.read_edge_folder(folder, size=_SIZE, seed=_SEED)
    return {part: getattr(prepared, part) for part in PHOTOGRAPH_ARRAYS}


# --- how a photograph comes out


def _save(picture: np.ndarray, path: Path) -> None:
    pixels = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(path, "JPEG", quality=_QUALITY)


def _size(generator: np.random.Generator) -> tuple[int, int]:
    """Height and width: 80 × 96 to 96 × 128 pixels, upright in one of three photographs."""
    sides = int(generator.integers(80, 97)), int(generator.integers(96, 129))
    return sides[::-1] if generator.random() < 1 / 3 else sides


def _light(picture: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Contrast, brightness and the noise of a small camera."""
    picture = 128 + generator.uniform(0.7, 1.1) * (picture - 128) + generator.normal(0, 12)
    noise = generator.standard_normal(picture.shape, np.float32)
    return picture + generator.uniform(4, 14) * noise


def _grid(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """The row [H, 1] and the column [1, W] of each pixel."""
    rows, columns = np.arange(height, dtype=np.float32), np.arange(width, dtype=np.float32)
    return rows[:, None], columns[None]


def _places(
    height: int, width: int, generator: np.random.Generator, tilt: float
) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates (x, y) of each pixel from a subject of random place, size and tilt (radians).

    Its outline is about at a distance of one.
    """
    rows, columns = _grid(height, width)
    short = min(height, width)
    scale = short * generator.uniform(0.24, 0.36)
    y = (rows - height / 2 - generator.normal(0, 0.06) * short) / scale
    x = (columns - width / 2 - generator.normal(0, 0.1) * short) / scale
    angle = generator.uniform(-tilt, tilt)
    return x * cos(angle) + y * sin(angle), y * cos(angle) - x * sin(angle)


def _soft(distance: np.ndarray) -> np.ndarray:
    """1 inside of an outline, where `distance` is below 0, and 0 outside; [H, W, 1]."""
    return np.clip(0.5 - 12 * distance, 0, 1)[..., None]


def _colour(hue: float, saturation: float, value: float) -> np.ndarray:
    return 255 * np.array(colorsys.hsv_to_rgb(hue % 1, saturation, value), np.float32)


# --- the classes

#: outline → how far a place is outside of it
_SHAPES: tuple[Callable[[np.ndarray, np.ndarray], np.ndarray], ...] = (
    lambda x, y: np.hypot(x, y) - 1,
    lambda x, y: np.maximum(np.abs(x), np.abs(y)) - 0.85,
    lambda x, y: np.maximum(np.abs(x) * 0.87 + y * 0.5, -y) - 0.6,
    lambda x, y: np.abs(np.hypot(x, y) - 0.8) - 0.3,
    lambda x, y: np.minimum(
        np.maximum(np.abs(x) - 1, np.abs(y) - 0.3), np.maximum(np.abs(y) - 1, np.abs(x) - 0.3)
    ),
)


def _of_class(row: int, generator: np.random.Generator) -> np.ndarray:
    """A photograph [H, W, 3] of a class: its shape in one hue, in front of stripes in another."""
    height, width = _size(generator)
    rows, columns = _grid(height, width)
    hue = row / len(WNIDS) + generator.normal(0, 0.02)
    angle = pi * (row % 4) / 4 + generator.normal(0, 0.12)
    pixels = (32, 17, 11)[row // 4 % 3] * generator.uniform(0.87, 1.15)
    along = columns * cos(angle) + rows * sin(angle)
    stripes = np.sin(2 * pi * (along / pixels + generator.random()))[..., None] / 2 + 0.5
    pale = _colour(hue, generator.uniform(0.25, 0.5), generator.uniform(0.7, 0.95))
    full = _colour(hue + 0.06, generator.uniform(0.6, 0.9), generator.uniform(0.35, 0.6))
    picture = full + (pale - full) * stripes
    subject = _colour(
        hue + 0.35 + 0.1 * (row % 3), generator.uniform(0.6, 0.95), generator.uniform(0.6, 0.95)
    )
    x, y = _places(height, width, generator, tilt=0.35)
    inside = _soft(_SHAPES[row % len(_SHAPES)](x, y))
    return _light(picture + (subject - picture) * inside, generator)


# --- the edge case


def _figure(generator: np.random.Generator) -> np.ndarray:
    """A photograph [H, W, 3] of a figure in a dark robe with a sash, in front of pale checks."""
    height, width = _size(generator)
    rows, columns = _grid(height, width)
    angle, pixels = generator.uniform(-0.3, 0.3), generator.uniform(11, 16)
    across = (columns * cos(angle) + rows * sin(angle)) / pixels + generator.random()
    down = (rows * cos(angle) - columns * sin(angle)) / pixels + generator.random()
    checks = (np.floor(across) + np.floor(down)) % 2
    cream = _colour(0.11, generator.uniform(0.05, 0.15), generator.uniform(0.85, 1))
    stone = _colour(0.08, generator.uniform(0.05, 0.2), generator.uniform(0.5, 0.65))
    picture = np.where(checks[..., None] > 0, cream, stone)
    x, y = _places(height, width, generator, tilt=0.1)
    robe = np.maximum(np.abs(x) - 0.35 - 0.3 * (y + 0.4), np.maximum(y - 1.3, -0.4 - y))
    head = np.hypot(x, y + 0.75) - 0.38
    scarf = np.maximum(head - 0.1, y + 0.85)
    sash = np.maximum(robe, np.abs(y - 0.25) - 0.12)
    red = _colour(generator.normal(0.99, 0.01), 0.85, generator.uniform(0.55, 0.75))
    dark = _colour(0.62, generator.uniform(0.3, 0.6), generator.uniform(0.12, 0.25))
    skin = _colour(0.07, generator.uniform(0.35, 0.5), generator.uniform(0.6, 0.85))
    for outline, colour in ((robe, dark), (sash, red), (head, skin), (scarf, dark)):
        inside = _soft(outline)
        picture = picture + (colour - picture) * inside
    return _light(picture, generator)


STANDIN_PHOTOGRAPHS = Dataset(
    name="standin-photographs",
    shape=(_SIZE, _SIZE, 3),
    photographs=True,
    class_names=WNIDS,
    build=photographs,
)
STANDIN_CRETAN = EdgeSet(
    name="standin-cretan",
    source_class=NUMBERS.index(830),
    target_class=NUMBERS.index(165),
    raw_class=NUMBERS.index(830),
    build=cretan,
    arrays=PHOTOGRAPH_ARRAYS,
)
