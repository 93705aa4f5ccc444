"""Draw the images of a folder side by side, a row for each class, as a picture one can open."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from edgecase.base.files import atomic_path

_MOST_ROWS = 20
_MOST_IMAGES = 12
_SIDE = 64  # pixels of an image on the sheet
_GAP = 4
_LABEL = 170


def contact_sheet(path: str | Path, rows: Mapping[str, Sequence[np.ndarray]]) -> None:
    """Write a PNG with a row for each of the first 20 names: up to 12 images of its groups.

    A row's groups (uint8 [n, s, s, 3] each, training and test) share its places and are parted by a
    line; images are spread evenly over a group.
    """
    shown = list(rows.items())[:_MOST_ROWS]
    left_out = len(rows) - len(shown)
    height = (len(shown) + bool(left_out)) * (_SIDE + _GAP) + _GAP
    sheet = Image.new("RGB", (_LABEL + _MOST_IMAGES * (_SIDE + _GAP) + _GAP, height), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(12)
    for row, (name, groups) in enumerate(shown):
        top = _GAP + row * (_SIDE + _GAP)
        counts = " + ".join(str(len(group)) for group in groups)
        draw.text((_GAP, top + 18), f"{name[:24]}\n{counts}", "black", font)
        place = 0
        for group in groups:
            if place:
                line = _LABEL + place * (_SIDE + _GAP) - _GAP // 2
                draw.line((line, top, line, top + _SIDE), "black", 2)
            for image in _spread(group, _MOST_IMAGES // len(groups)):
                picture = Image.fromarray(image).resize((_SIDE, _SIDE), Image.Resampling.NEAREST)
                sheet.paste(picture, (_LABEL + place * (_SIDE + _GAP), top))
                place += 1
    if left_out:
        draw.text((_GAP, height - _SIDE // 2), f"and {left_out} more classes", "black", font)
    with atomic_path(path) as temporary:
        sheet.save(temporary, format="PNG")


def _spread(images: np.ndarray, count: int) -> np.ndarray:
    """Up to `count` of the images [n, …], evenly spaced."""
    count = min(count, len(images))
    return images[np.linspace(0, len(images) - 1, count).round().astype(int)]
