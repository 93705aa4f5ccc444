"""The page of a figure: its grid of panels, and the banner, legend and notes around them."""

from __future__ import annotations

import argparse
import io
import math
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from edgecase.base import command
from edgecase.base.errors import ConfigError, DataError
from edgecase.base.files import atomic_path
from edgecase.base.lazy import lazy
from edgecase.figures import panel, style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

mpl = lazy("matplotlib")
_figure = lazy("matplotlib.figure")
_lines = lazy("matplotlib.lines")

#: inches that a column needs for its title in text of 7 points.
_LEAST_PANEL = 1.15
_MARGIN = 0.04  # inches between the header's lines, the panels and the footer


def key(label: str, color: str = "black", linestyle="-", **properties) -> Line2D:
    """A legend entry: `key(*style.ATTACKS["pgd"])`, or with other properties of a line."""
    return _lines.Line2D([], [], color=color, linestyle=linestyle, label=label, **properties)


class Page:
    """A grid of panels, `axes` [row, column]; `finish` adds what stands around them.

    `table` has the columns task and standin: the banner names the tasks on stand-in data. `heights`
    are the inches of each row, `keys` the legend (rows of `style.ATTACKS`, or what `key` makes),
    `notes` the sentences below: seeds and smoothing. What else is to be said is the `caption`,
    which `save` writes beside the figure. `margins` are the inches kept for all that is around the
    panels: by default about what it needs, plus `extra`; what they are wrong by, the panels give or
    get. The page is wider than `style.width` where its columns need more.
    """

    def __init__(
        self,
        table: pd.DataFrame,
        heights: Iterable[float],
        columns: int = 1,
        *,
        wide: bool = False,
        keys: Iterable[tuple | Artist] = (),
        notes: Iterable[str] = (),
        caption: Iterable[str] = (),
        margins: float | None = None,
        extra: float = 0.0,
    ):
        heights = list(heights)
        width = max(style.width(wide=wide), columns * style.size(_LEAST_PANEL))
        self._standins = [style.task(name) for name in sorted(_standin_tasks(table))]
        self._keys = [key(*entry) if isinstance(entry, tuple) else entry for entry in keys]
        self._notes = " ".join(notes)
        self._caption = " ".join(caption)
        if margins is None:
            margins = self._around(width) + extra
        size = (width, sum(heights) + margins)
        self.figure = _figure.Figure(figsize=size, layout="constrained")
        self.figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03, wspace=0.01, hspace=0.01)
        self.axes = self.figure.subplots(
            len(heights), columns, squeeze=False, height_ratios=heights
        )

    def finish(
        self, *, titles: Sequence[str] = (), rows: Iterable[str] = (), xlabel: str = ""
    ) -> Figure:
        """The figure, with a title per column, a name per row and what stands around the panels.

        `xlabel` is that of the lowest row. Banner, legend and notes are measured after they are
        drawn and the panels get the room between, so nothing overlaps. Raises `DataError` where no
        room is left, as names of thousands of characters do.
        """
        if titles:
            pad = mpl.rcParams["axes.titlepad"] + max(map(panel.room_above, self.axes[0]))
            for axis, title in zip(self.axes[0], titles, strict=True):
                axis.set_title(title, pad=pad)
        if rows := list(rows):
            for axis, label in zip(self.axes[:, 0], rows, strict=True):
                axis.set_ylabel(label)
            self.figure.align_ylabels(self.axes[:, 0])
        if xlabel:
            for axis in self.axes[-1]:
                axis.set_xlabel(xlabel)

        top = _MARGIN
        if self._standins:
            top += self._banner(top) + _MARGIN
        if self._keys:
            top += self._legend(top) + _MARGIN
        bottom = _MARGIN
        if self._notes:
            bottom += self._footer(bottom) + _MARGIN
        height = self.figure.get_figheight()
        if top + bottom >= height:
            raise DataError(
                f"figure: banner, legend and notes take {top + bottom:.1f} inches, of {height:.1f} "
                "in all; expected shorter names"
            )
        rect = (0, bottom / height, 1, 1 - (top + bottom) / height)
        self.figure.get_layout_engine().set(rect=rect)
        if len(titles) > 1:
            self._keep_last_title()
        self.figure.set_label(self._caption)  # for `save`
        return self.figure

    def _keep_last_title(self) -> None:
        """End the last column's title where its panel ends, if it would reach the page's edge."""
        title = self.axes[0, -1].title
        self.figure.draw_without_rendering()
        if title.get_window_extent().x1 > self.figure.bbox.x1 - _MARGIN * self.figure.dpi:
            title.set(x=1, horizontalalignment="right")

    def _around(self, width: float) -> float:
        """About the inches that banner, legend, a row of titles, x-labels and notes need."""
        lines = math.ceil(len(self._notes) / (0.95 * panel.characters(width)))
        entries = sum(0.45 + 0.055 * len(entry.get_label()) for entry in self._keys)
        return 0.4 + 0.1 * lines + 0.14 * math.ceil(entries / width) + 0.25 * bool(self._standins)

    def _banner(self, top: float) -> float:
        """Name the tasks on stand-in data, `top` inches below the edge; return its height."""
        banner = self.figure.text(
            0.5,
            self._from_top(top + 0.03),
            textwrap.fill(
                f"{style.STANDIN_MARK}, not the paper's: {', '.join(self._standins)}",
                int(self.figure.get_figwidth() * 13 * 8 / style.size(8)),
                break_on_hyphens=False,
            ),
            ha="center",
            va="top",
            fontsize=style.size(8),
            fontweight="bold",
            color="white",
            bbox={"facecolor": "#8b0000", "edgecolor": "none", "pad": 2},
        )
        return self._extent(banner)[1] + 0.06

    def _legend(self, top: float) -> float:
        """Place the legend `top` inches below the edge in as few rows as fit; return its height."""
        for rows in range(1, len(self._keys) + 1):
            columns = math.ceil(len(self._keys) / rows)
            legend = self.figure.legend(
                handles=self._keys,
                ncols=columns,
                loc="upper center",
                bbox_to_anchor=(0.5, self._from_top(top)),
                frameon=False,
                borderpad=0,
                borderaxespad=0,
                handlelength=2.4,
                columnspacing=1.4,
            )
            width, height = self._extent(legend)
            if width <= self.figure.get_figwidth() - 2 * _MARGIN or columns == 1:
                return height
            legend.remove()
        raise AssertionError("unreachable: one column always returns")

    def _footer(self, bottom: float) -> float:
        """Write the notes `bottom` inches above the edge; return their height."""
        footer = self.figure.text(
            0.01,
            bottom / self.figure.get_figheight(),
            textwrap.fill(self._notes, panel.characters(self.figure.get_figwidth())),
            ha="left",
            va="bottom",
            fontsize=style.note_size(),
            color=style.GREY,
        )
        return self._extent(footer)[1]

    def _from_top(self, inches: float) -> float:
        return 1 - inches / self.figure.get_figheight()

    def _extent(self, artist: Artist) -> tuple[float, float]:
        """Width and height of an artist in inches."""
        box = artist.get_window_extent()
        return box.width / self.figure.dpi, box.height / self.figure.dpi


def add_looks(parser: argparse.ArgumentParser) -> None:
    """The option of the scripts that draw: what `style.using` reads."""
    words = "labels of tasks and the configuration's figure_style, JSON"
    parser.add_argument("--looks", type=command.json_object, default={}, help=words)


def _standin_tasks(table: pd.DataFrame) -> set[str]:
    return set(table.loc[table["standin"], "task"])


@style.styled
def save(figure: Figure, *, pdf: str | Path, png: str | Path) -> None:
    """Write the figure as PDF (TrueType fonts embedded), PNG (200 dpi) and, beside the PDF, SVG.

    Its caption goes beside the PDF too, as text. Equal figures give equal bytes: no date or program
    version is written. Raises `ConfigError` for a path that ends otherwise.
    """
    for path, ending in ((pdf, ".pdf"), (png, ".png")):
        if Path(path).suffix != ending:
            raise ConfigError(f"'{path}': its name must end in {ending}")
    svg = Path(pdf).with_suffix(".svg")
    unsigned = {"CreationDate": None, "Creator": None, "Producer": None}
    # Into memory first: on a disk that is full, what writes the images raises errors of its own.
    for target, options in (
        (pdf, {"format": "pdf", "metadata": unsigned}),
        (png, {"format": "png", "metadata": {"Software": None}, "dpi": 200}),
        (svg, {"format": "svg", "metadata": {"Creator": None, "Date": None}}),
    ):
        drawn = io.BytesIO()
        figure.savefig(drawn, **options)
        # The first has placed everything; placing it anew takes a sixth of the time.
        figure.set_layout_engine("none")
        with atomic_path(target) as temporary:
            temporary.write_bytes(drawn.getvalue())
    with atomic_path(Path(pdf).with_suffix(".txt")) as temporary:
        temporary.write_text(f"{figure.get_label()}\n", encoding="utf-8")
