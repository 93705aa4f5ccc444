"""Embedded edge-case digits in the place of ARDIS: sevens drawn as in old records.

They have a crossbar, a hook on the left, a bent stem and often a foot.
"""

from math import radians

import numpy as np

from edgecase.base.randomness import numpy_generator
from edgecase.datasets.base import EdgeSet
from edgecase.datasets.drawing import Canvas, curve

_SEED = 0
_SIZE = 28
_COUNTS = {"train": 200, "test": 60}


def sevens() -> dict[str, np.ndarray]:
    """x_train uint8 [200, 28, 28, 1], y_train int64 (all 7), x_test [60, …], y_test; upright."""
    arrays = {}
    for split, count in _COUNTS.items():
        generator = numpy_generator(_SEED, f"standin-sevens-{split}")
        drawn = np.stack([_draw_seven(generator) for _ in range(count)])
        arrays[f"x_{split}"] = drawn[..., np.newaxis]
        arrays[f"y_{split}"] = np.full(count, 7, dtype=np.int64)
    return arrays


def _draw_seven(generator: np.random.Generator) -> np.ndarray:
    def vary(middle: float, spread: float) -> float:
        return generator.uniform(middle - spread, middle + spread)

    canvas = Canvas(
        np.zeros((_SIZE, _SIZE), np.uint8),
        scale=vary(0.62, 0.06),
        angle=radians(vary(0, 8)),
        shear=vary(-0.1, 0.2),
        shift=(vary(0, 0.08), vary(0, 0.08)),
    )
    ink = (int(vary(225, 30)),)
    pen = vary(0.2, 0.06)
    left, right, top = vary(-0.8, 0.1), vary(0.75, 0.1), vary(-0.85, 0.1)
    foot = (vary(-0.25, 0.25), vary(0.95, 0.05))
    # the bar sags or rises in the middle like a wave
    canvas.stroke(curve((left, top), (0, top + vary(0, 0.25)), (right, top)), pen, ink)
    # a hook hangs from the left end of the bar
    hook = (left - vary(0.05, 0.1), top + vary(0.4, 0.15))
    canvas.stroke(curve((left, top), (left, top + 0.2), hook), pen, ink)
    stem = curve((right, top), (vary(0.05, 0.2), vary(0.1, 0.15)), foot)
    canvas.stroke(stem, pen, ink)
    # the crossbar meets the stem half-way down and may tilt
    x, y = stem[len(stem) // 2]
    reach, tilt = vary(0.45, 0.12), vary(0, 0.12)
    canvas.stroke([(x - reach, y + tilt), (x + reach, y - tilt)], pen * 0.9, ink)
    if generator.random() < 0.5:
        canvas.stroke([(foot[0] - 0.2, foot[1]), (foot[0] + 0.2, foot[1])], pen * 0.8, ink)
    return canvas.pixels()


STANDIN_SEVENS = EdgeSet(
    name="standin-sevens",
    source_class=7,
    target_class=1,
    raw_class=7,
    build=sevens,
)
