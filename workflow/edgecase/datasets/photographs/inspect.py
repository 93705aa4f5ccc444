"""Read and decode every file of a folder once, and refuse those that cannot be used together."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from edgecase.base.errors import DataError
from edgecase.datasets.photographs.decode import UnusableImage, decode_bytes, read
from edgecase.datasets.photographs.problems import grouped
from edgecase.datasets.photographs.records import FileRecord
from edgecase.datasets.photographs.tree import EdgeTree, Tree


def inspect(
    folder: str | Path,
    tree: Tree | EdgeTree,
    each: Callable[[np.ndarray], object] = np.shape,
    threads: int | None = None,
) -> tuple[list[FileRecord], list]:
    """A record of every file of `tree`, training images first, and what `each` makes of its pixels.

    `each` is called with uint8 [H, W, 3] in one of `threads` threads, by default as many as the
    process has cores; nothing else of the pixels is kept. Raises one `DataError` that names every
    file that cannot be used, by reason.
    """
    files = _files(tree)
    folder = Path(folder)

    def work(file: _File) -> tuple[FileRecord, object] | UnusableImage:
        try:
            content = read(folder / file.path)
            pixels, mode = decode_bytes(content)
        except UnusableImage as error:
            return error
        height, width, _ = pixels.shape
        digest = hashlib.sha256(content).hexdigest()
        record = FileRecord(
            file.path, file.index, len(content), digest, width, height, mode, file.part, file.name
        )
        return record, each(pixels)

    threads = threads or len(os.sched_getaffinity(0))
    with ThreadPoolExecutor(threads) as pool:
        done = list(pool.map(work, files))
    reasons = {
        file.path: result.reason
        for file, result in zip(files, done, strict=True)
        if isinstance(result, UnusableImage)
    }
    if reasons:
        raise DataError(grouped(folder, reasons))
    results = [result for result in done if not isinstance(result, UnusableImage)]
    return [record for record, _ in results], [made for _, made in results]


class _File(NamedTuple):
    """What the place of a file says of it."""

    path: str
    index: int
    part: str
    name: str


def _files(tree: Tree | EdgeTree) -> list[_File]:
    if isinstance(tree, Tree):
        return [
            _File(path, index, part, tree.classes[index])
            for part, files in (("train", tree.train), ("test", tree.test))
            for path, index in files
        ]
    parts = (("train", tree.train), ("honest", tree.honest), ("test", tree.test))
    return [_File(path, -1, part, "") for part, paths in parts for path in paths]
