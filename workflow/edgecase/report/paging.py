"""The DataTables that itables brings, packed into a page: paging, filters, frozen columns, CSV."""

import functools
import importlib.resources
from dataclasses import dataclass

from edgecase.report.packing import packed_text


@dataclass(frozen=True)
class Paging:
    """A module of JavaScript that exports `DataTable` by default, and its style."""

    script: str
    style: str


@functools.cache
def packed() -> Paging:
    """What a page with a long table holds, as the text of `packing.packed_text`."""
    folder = importlib.resources.files("itables") / "html"
    read = ((folder / f"dt_bundle.{ending}").read_text("utf-8") for ending in ("js", "css"))
    return Paging(*map(packed_text, read))
