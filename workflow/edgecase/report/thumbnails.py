"""Put a small copy of an image into a page."""

import base64
import io
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from edgecase.base.errors import DataError

#: colours of a copy: few in a drawing, and enough for the photographs of figure 1.
_COLOURS = 64


def thumbnail(path: str | Path, width: int) -> str:
    """The image at `path`, at most `width` pixels wide, as a data address that needs no file.

    Raises `DataError`, naming the file, for one that is missing or no image.
    """
    try:
        with Image.open(path) as image:
            small = image.convert("RGB")
    except (OSError, UnidentifiedImageError) as error:
        raise DataError(f"{path}: cannot be read as an image ({error})") from error
    if small.width > width:
        height = max(1, round(small.height * width / small.width))
        small = small.resize((width, height), Image.Resampling.LANCZOS)
    packed = io.BytesIO()
    small.quantize(_COLOURS).save(packed, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(packed.getvalue()).decode()
