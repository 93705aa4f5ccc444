"""Photographs of a few bytes: random blocks of colour, so that no two are alike."""

import io

import numpy as np
from PIL import Image


def photo(seed: int, height: int = 40, width: int = 48) -> np.ndarray:
    """uint8 [height, width, 3] of blocks of 8 pixels."""
    shape = (height // 8, width // 8, 3)
    blocks = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    return blocks.repeat(8, axis=0).repeat(8, axis=1)


def encoded(image, kind: str = "JPEG", **options) -> bytes:
    """The bytes of a file of `image`, an array or a Pillow image."""
    picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def written(folder, files: dict):
    """Write `files` (path → array or bytes) below `folder`."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else encoded(content))
    return folder
