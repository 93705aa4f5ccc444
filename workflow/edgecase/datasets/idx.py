"""IDX, the file format of MNIST (LeCun et al. 1998) and EMNIST (Cohen et al. 2017), gzipped.

Layout: two zero bytes, a type byte (8: unsigned byte), the number of dimensions, each dimension as
a big-endian 32-bit integer, then the elements in C order.
"""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from edgecase.base.errors import DataError
from edgecase.datasets.arrays import check_array, check_labels

_UNSIGNED_BYTE = 8
_MOST_DIMENSIONS = 4
#: bytes that a file may unpack to: EMNIST's training images are 188 MB
_LARGEST = 1 << 28


def parse_idx(content: bytes, where: str) -> np.ndarray:
    """The uint8 array in `content`. Raises `DataError` naming `where` if it is no such array."""
    if len(content) < 4 or content[:2] != b"\0\0":
        raise DataError(f"{where}: is no IDX file, it starts with {content[:4].hex(' ')}")
    kind, dimensions = content[2], content[3]
    if kind != _UNSIGNED_BYTE:
        raise DataError(f"{where}: element type {kind:#04x}, expected 0x08 (unsigned byte)")
    start = 4 + 4 * dimensions
    if not 1 <= dimensions <= _MOST_DIMENSIONS:
        raise DataError(
            f"{where}: the IDX header of {dimensions} dimensions, expected 1 to {_MOST_DIMENSIONS}"
        )
    if len(content) < start:
        raise DataError(f"{where}: the IDX header of {dimensions} dimensions is cut off")
    shape = tuple(np.frombuffer(content, ">u4", dimensions, offset=4).tolist())
    if 0 in shape:
        raise DataError(f"{where}: shape {list(shape)} holds nothing")
    expected = start + math.prod(shape)
    if len(content) != expected:
        raise DataError(
            f"{where}: {len(content)} bytes, expected {expected} for shape {list(shape)}"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def read_gzipped(path: Path) -> np.ndarray:
    """The uint8 array of a gzipped IDX file. Raises `DataError` if it is missing or damaged."""
    try:
        with gzip.open(path) as handle:
            content = handle.read(_LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be unpacked ({error})") from error
    if len(content) > _LARGEST:
        raise DataError(f"{path}: unpacks to more than {_LARGEST} bytes")
    return parse_idx(content, str(path))


def read(
    raw: Path, train: str, test: str, train_count: int, test_count: int
) -> dict[str, np.ndarray]:
    """x_train uint8 [train_count, 28, 28, 1], y_train int64, x_test, y_test, as distributed.

    `train` and `test` begin the file names: `<train>-images-idx3-ubyte.gz`.
    """
    arrays = {}
    for split, prefix, count in (("train", train, train_count), ("test", test, test_count)):
        images = raw / f"{prefix}-images-idx3-ubyte.gz"
        labels = raw / f"{prefix}-labels-idx1-ubyte.gz"
        x = check_array(read_gzipped(images), str(images), (count, 28, 28), np.uint8)
        arrays[f"x_{split}"] = x[..., np.newaxis]
        arrays[f"y_{split}"] = check_labels(read_gzipped(labels), str(labels), count)
    return arrays


def read_mnist(raw: Path) -> dict[str, np.ndarray]:
    """MNIST: 60,000 training and 10,000 test images, upright."""
    return read(raw, "train", "t10k", 60_000, 10_000)


def read_emnist_digits(raw: Path) -> dict[str, np.ndarray]:
    """EMNIST digits: 240,000 training and 40,000 test images, transposed as distributed."""
    return read(raw, "emnist-digits-train", "emnist-digits-test", 240_000, 40_000)
