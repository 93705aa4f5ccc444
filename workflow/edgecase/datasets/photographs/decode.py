"""Decode a photograph, whatever its name says, to red, green and blue bytes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageOps

from edgecase.base.errors import DataError
from edgecase.base.lazy import lazy, torch

if TYPE_CHECKING:
    from collections.abc import Callable

torchvision_io = lazy("torchvision.io")

#: the shorter side of an image that can be used, in pixels
SMALLEST_SIDE = 8

_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
#: where the header of a PNG has its bits per channel
_PNG_DEPTH = 24
#: what torchvision decodes of a JPEG, by its channels
_MODES = {1: "L", 3: "RGB"}


class UnusableImage(DataError):
    """A file that is no photograph for us; `reason` completes "cannot be used"."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


def decode(path: str | Path) -> np.ndarray:
    """The image at `path`, uint8 [H, W, 3], as a viewer shows it: turned as its EXIF data say.

    Raises `DataError`, naming the file, for one that `decode_bytes` refuses.
    """
    try:
        return decode_bytes(read(path))[0]
    except UnusableImage as error:
        raise DataError(f"{path}: cannot be used, {error.reason}") from error


def read(path: str | Path) -> bytes:
    """The bytes of the file. Raises `UnusableImage` if they cannot be read."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UnusableImage(f"unreadable ({error.strerror})") from error


def decode_bytes(content: bytes) -> tuple[np.ndarray, str]:
    """The image, uint8 [H, W, 3], in a file of this `content`, and the mode it is stored in.

    The first bytes say whether it is a JPEG or a PNG. The mode is Pillow's name: RGB; L for grey,
    which becomes three equal channels; CMYK; and LA, RGBA or P of a PNG, whose transparent parts
    become white, as on a page. Colour profiles are passed over, and of a JPEG that holds several
    pictures the first counts, which is the photograph. Raises `UnusableImage` for anything else, a
    broken or truncated file, 16 bits per channel, an animation and fewer than `SMALLEST_SIDE`
    pixels. A JPEG that is damaged in its middle, or cut and closed again, cannot be told: the
    decoders take it, with a warning of their own, and what is lost is grey.
    """
    if content.startswith(_JPEG):
        image, mode = _jpeg(content)
    elif content.startswith(_PNG):
        image, mode = _png(content)
    else:
        raise UnusableImage("neither JPEG nor PNG" if content else "empty")
    if min(image.shape[:2]) < SMALLEST_SIDE:
        raise UnusableImage(f"under {SMALLEST_SIDE} pixels wide or high")
    return image, mode


def _jpeg(content: bytes) -> tuple[np.ndarray, str]:
    """By torchvision, which decodes the same pixels as Pillow in less time; CMYK by Pillow."""
    # torch wants bytes that it may write to.
    data = torch.frombuffer(bytearray(content), dtype=torch.uint8)
    pixels = _unbroken(lambda: torchvision_io.decode_jpeg(data, apply_exif_orientation=True))
    mode = _MODES.get(pixels.shape[0])
    if mode is None:
        return _with_pillow(content)
    return np.ascontiguousarray(pixels.expand(3, -1, -1).permute(1, 2, 0).numpy()), mode


def _png(content: bytes) -> tuple[np.ndarray, str]:
    if content[_PNG_DEPTH : _PNG_DEPTH + 1] == b"\x10":
        raise UnusableImage("16 bits per channel")
    return _with_pillow(content)


def _with_pillow(content: bytes) -> tuple[np.ndarray, str]:
    image = _unbroken(lambda: Image.open(io.BytesIO(content)))
    if getattr(image, "is_animated", False) and image.format == "PNG":
        raise UnusableImage("animated")
    mode = image.mode
    upright = _unbroken(lambda: ImageOps.exif_transpose(image))
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
        white = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(white, upright)
    return np.array(_unbroken(lambda: upright.convert("RGB"))), mode


def _unbroken(read: Callable[[], Any]) -> Any:
    """What `read` returns; whatever a decoder raises means that the file is broken."""
    try:
        return read()
    except Image.DecompressionBombError as error:
        raise UnusableImage("more pixels than Pillow takes for an image") from error
    except Exception as error:
        raise UnusableImage("broken or truncated") from error
