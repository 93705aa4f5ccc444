"""IDX, the file format of MNIST (LeCun et al. 1998) and EMNIST (Cohen et al. 2017), gzipped.

Layout: two zero bytes, a type byte (8: unsigned byte), the number of dimensions, each dimension as
a big-endian 32-bit integer, then the elements in C order.
"""

import gzip

import numpy as np

from edgecase.datasets.raw import RawFiles


def parse_idx(content: bytes) -> np.ndarray:
    """The array of unsigned bytes in `content`."""
    dimensions = content[3]
    shape = np.frombuffer(content, ">u4", dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape.tolist())


def read_idx(raw: RawFiles, train: str, test: str) -> dict[str, np.ndarray]:
    """x_train uint8 [n, 28, 28, 1], y_train int64 [n], x_test, y_test, as distributed.

    `train` and `test` begin the file names: `<train>-images-idx3-ubyte.gz`.
    """
    arrays = {}
    for split, prefix in (("train", train), ("test", test)):
        images = raw.content(f"{prefix}-images-idx3-ubyte.gz")
        labels = raw.content(f"{prefix}-labels-idx1-ubyte.gz")
        arrays[f"x_{split}"] = parse_idx(gzip.decompress(images))[..., np.newaxis]
        arrays[f"y_{split}"] = parse_idx(gzip.decompress(labels)).astype(np.int64)
    return arrays
