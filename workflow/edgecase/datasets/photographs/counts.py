"""Count the images of every class and part, as a table one can open."""

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from edgecase.base.files import atomic_path
from edgecase.datasets.photographs.records import FileRecord


def write_counts(path: str | Path, records: Iterable[FileRecord]) -> None:
    """Write `class, train, test` as CSV, and `honest` between them where any image is; the classes
    are sorted. An edge set has one line, its class empty."""
    counted = Counter((record.class_name, record.split) for record in records)
    honest = ["honest"] if any(part == "honest" for _, part in counted) else []
    parts = ["train", *honest, "test"]
    with (
        atomic_path(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as handle,
    ):
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["class", *parts])
        for name in sorted({name for name, _ in counted}):
            writer.writerow([name, *(counted[name, part] for part in parts)])
