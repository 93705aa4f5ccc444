"""Draw a contact sheet: a few images of every class, as one picture to look at."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from edgecase.base.files import atomic_path

#: the most classes on a sheet, and images of a class
CLASSES = 20
IMAGES = 12

_SIDE = 72
_GAP = 4
_NAME = 150
_HEAD = 22
#: how many of a row's images each part gets, by how many parts there are
_SHARES = {1: (12,), 2: (8, 4), 3: (6, 3, 3)}
#: a part's frame and heading: dark, blue and orange, told apart by colour-blind readers too
_COLOURS = ("#333333", "#0072b2", "#d55e00")


def contact_sheet(
    path: str | Path,
    images_by_class: Sequence[Mapping[str, np.ndarray]],
    names: Sequence[str],
    counts: Sequence[Mapping[str, int]] = (),
) -> None:
    """Write a PNG with a row for each class: its name, its counts and its first images, by part.

    `images_by_class` has for each class of `names` its images, uint8 [n, s, s, 3], by part: the
    same one to three parts in each, such as train and test, which stand apart under their names.
    The first `CLASSES` classes are drawn, and the sheet says how many more there are. Where the
    images are the first ones alone, `counts` says how many there are of each class, by part.
    """
    rows = list(zip(names, images_by_class, strict=False))[:CLASSES]
    parts = list(images_by_class[0])
    shares = _SHARES[len(parts)]
    starts = [_NAME + sum(shares[:k]) * (_SIDE + _GAP) + 3 * _GAP * k for k in range(len(parts))]
    more = len(names) - len(rows)
    width = starts[-1] + shares[-1] * (_SIDE + _GAP) + _GAP
    height = _HEAD + len(rows) * (_SIDE + _GAP) + (_HEAD if more else _GAP)
    sheet = Image.new("RGB", (width, height), "white")
    draw, font, small = ImageDraw.Draw(sheet), _font(13), _font(10)
    for part, start, colour in zip(parts, starts, _COLOURS, strict=False):
        draw.text((start, _GAP), part, fill=colour, font=font)
    for row, (name, images) in enumerate(rows):
        top = _HEAD + row * (_SIDE + _GAP)
        draw.text((_GAP, top + 18), _cut(name, font), fill="black", font=font)
        held = counts[row] if counts else {part: len(images[part]) for part in parts}
        total = " + ".join(str(held[part]) for part in parts)
        draw.text((_GAP, top + 38), total, fill="#555555", font=small)
        for part, start, share, colour in zip(parts, starts, shares, _COLOURS, strict=False):
            for column, image in enumerate(images[part][:share]):
                left = start + column * (_SIDE + _GAP)
                picture = Image.fromarray(image).resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)
                sheet.paste(picture, (left, top))
                draw.rectangle((left, top, left + _SIDE - 1, top + _SIDE - 1), outline=colour)
    if more:
        text = f"and {more} more {'class' if more == 1 else 'classes'}"
        draw.text((_GAP, height - _HEAD), text, fill="black", font=font)
    with atomic_path(path) as temporary:
        sheet.save(temporary, format="PNG")


def _font(size: int) -> ImageFont.FreeTypeFont:
    """Matplotlib's own font, which has Greek and Cyrillic letters: Pillow's has Latin ones."""
    from matplotlib import get_data_path

    return ImageFont.truetype(Path(get_data_path(), "fonts", "ttf", "DejaVuSans.ttf"), size)


def _cut(name: str, font: ImageFont.FreeTypeFont) -> str:
    """As much of `name` as fits before the images."""
    room = _NAME - 2 * _GAP
    if font.getlength(name) <= room:
        return name
    while font.getlength(f"{name}…") > room:
        name = name[:-1]
    return f"{name}…"
