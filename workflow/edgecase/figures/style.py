"""What all figures share: sizes, fonts, fixed colours, the stand-in mark, legend and footer."""

import io
import math
import textwrap
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from edgecase.base.errors import ConfigError, DataError
from edgecase.base.files import atomic_path

P = ParamSpec("P")
R = TypeVar("R")

#: inches: one column and the full text width of a two-column page.
COLUMN_WIDTH, FULL_WIDTH = 3.3, 6.9

STANDIN_MARK = "STAND-IN DATA"

_GREY = "#555555"
_BLUE, _SKY, _GREEN = "#0072B2", "#56B4E9", "#009E73"
_ORANGE, _VERMILION, _PURPLE = "#E69F00", "#D55E00", "#CC79A7"

# Okabe and Ito's colour-blind safe palette. A curve that appears in two figures (black-box at
# p = 100) has one colour in both; line styles tell the curves apart in grey as well.
CASES = {
    "edge-case": ("edge-case (p = 100)", _VERMILION, "-"),
    "almost-edge-case": ("almost-edge-case (paper: p ≈ 50)", _SKY, "--"),
    "normal-case": ("normal-case (paper: p ≈ 10)", _PURPLE, "-."),
}
_DASHES = (0, (1.2, 0.9))
ATTACKS = {
    "none": ("no attack", _GREY, ":"),
    "blackbox": ("black-box", _VERMILION, "-"),
    "blackbox-replacement": ("black-box + replacement", _ORANGE, "-"),
    "blackbox-prox": ("black-box + prox", _VERMILION, _DASHES),
    "blackbox-replacement-prox": ("black-box + replacement + prox", _ORANGE, _DASHES),
    "pgd": ("PGD", _BLUE, "--"),
    "pgd-replacement": ("PGD + replacement", _GREEN, "-."),
    "pgd-prox": ("PGD + prox", _BLUE, _DASHES),
    "pgd-replacement-prox": ("PGD + replacement + prox", _GREEN, _DASHES),
}
DEFENSES = {
    "no-defense": "no defense",
    "norm-clipping": "norm clipping",
    "norm-clipping-adaptive": "adaptive clipping",
    "weak-dp": "weak DP",
    "krum": "Krum",
    "multi-krum": "Multi-Krum",
    "rfa": "RFA",
}

_RC = {
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same glyphs on every machine
    "font.size": 7,
    "axes.titlesize": 7.5,
    "axes.labelsize": 7,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "legend.fontsize": 7,
    "axes.linewidth": 0.6,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.4,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "lines.linewidth": 1.1,
    "xtick.major.size": 2,
    "ytick.major.size": 2,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "pdf.fonttype": 42,
}
_POINT = {"marker": "o", "markersize": 3, "markeredgewidth": 0.8}
_NOTE_SIZE = 6
_MARGIN = 0.04  # inches between the header's lines, the panels and the footer


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Run `draw` under the shared style, leaving matplotlib's settings as they were."""

    @wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with mpl.rc_context(_RC):
            return draw(*args, **kwargs)

    return wrapper


def panels(
    heights: Sequence[float], columns: int, width: float, margins: float
) -> tuple[Figure, np.ndarray]:
    """A figure `width` inches wide with `columns` panels per row and rows of `heights` inches.

    `margins` is the height kept for what `finish` adds. Returns the figure and its axes [row, col].
    """
    figure = Figure(figsize=(width, sum(heights) + margins), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03, wspace=0.01, hspace=0.01)
    axes = figure.subplots(len(heights), columns, squeeze=False, height_ratios=list(heights))
    return figure, axes


def room(width: float, notes: Iterable[str], keys: Sequence[Artist], standin: bool) -> float:
    """About the height in inches that `finish` needs, with a row of titles and x-labels: `margins`.

    What it is wrong by goes to the panels, not into an overlap.
    """
    lines = math.ceil(len(" ".join(notes)) / (0.95 * _characters(width)))
    entries = sum(0.45 + 0.055 * len(key.get_label()) for key in keys)
    return 0.4 + 0.1 * lines + 0.14 * math.ceil(entries / width) + 0.25 * standin


def _characters(width: float) -> int:
    """How many characters of a note fit in `width` inches."""
    return int(width * 72 / (_NOTE_SIZE * 0.54))


def band(axis: Axes, curve: pd.DataFrame, entry: tuple) -> None:
    """The mean of `curve` (columns mean, low, high by round) as a line, its interval as a band.

    `entry` is a row of `CASES` or `ATTACKS`.
    """
    _, color, linestyle = entry
    axis.plot(curve.index, curve["mean"], color=color, linestyle=linestyle)
    if curve["low"].notna().any():
        axis.fill_between(
            curve.index, curve["low"], curve["high"], color=color, alpha=0.2, linewidth=0
        )


def points(axis: Axes, values: pd.DataFrame, entry: tuple, hollow: Iterable[float] = ()) -> None:
    """The mean of `values` (columns mean, low, high by value) as joined points with error bars.

    `entry` is a row of `ATTACKS`. The points of the values in `hollow` are left white.
    """
    _, color, linestyle = entry
    half = (values["high"] - values["mean"]).fillna(0)
    axis.errorbar(
        *(values.index, values["mean"], half),
        **{"color": color, "linestyle": linestyle, "elinewidth": 0.8, "capsize": 1.5} | _POINT,
    )
    white = values.loc[values.index.isin(list(hollow)), "mean"]
    if white.empty:
        return
    plain = {"color": color, "linestyle": "none", "markerfacecolor": "white"}
    axis.plot(white.index, white, zorder=3, **plain | _POINT)  # above the error bars


def baseline(axis: Axes, value: pd.Series, entry: tuple) -> None:
    """A level to compare with: mean as a line across the panel, interval (low, high) as a band."""
    _, color, linestyle = entry
    axis.axhline(value["mean"], color=color, linestyle=linestyle, linewidth=0.9, zorder=1.5)
    if pd.notna(value["low"]):
        axis.axhspan(value["low"], value["high"], color=color, alpha=0.15, linewidth=0, zorder=1)


def ramp(count: int) -> list[str]:
    """`count` colours from light to dark that stay in that order for every reader and in print.

    Viridis rises evenly in lightness; its lightest end, which is lost on white, is left out.
    """
    shades = mpl.colormaps["viridis"](np.linspace(0.85, 0.0, count) if count != 1 else [0.0])
    return [mpl.colors.to_hex(shade) for shade in shades]


def value_ticks(
    axis: Axes, values: Iterable[float], label: Callable[[float], str] = "{:g}".format
) -> None:
    """A logarithmic x-axis with a labelled tick at every value, 0 at its left if there is one."""
    values = sorted(set(values))
    above = [value for value in values if value > 0]
    if above and len(above) < len(values):
        axis.set_xscale("symlog", linthresh=above[0], linscale=0.5)
    else:
        axis.set_xscale("log")
    labels = [label(value) for value in values]
    upright = {} if _fit(axis, above, labels) else {"rotation": 90}
    axis.set_xticks(values, labels=labels, **upright)
    axis.xaxis.set_minor_locator(NullLocator())


def _fit(axis: Axes, values: Sequence[float], labels: Sequence[str]) -> bool:
    """Whether the labels of rising `values` lie side by side on a logarithmic axis."""
    if len(values) < 2:
        return True
    inches = 0.7 * axis.figure.get_figwidth() / axis.get_subplotspec().get_gridspec().ncols
    gap = np.diff(np.log(values)).min() / math.log(values[-1] / values[0]) * inches
    return gap > 0.06 * max(map(len, labels))


def attack(name: str) -> tuple:
    """The row of `ATTACKS`, or a black line with the attack's own name for one without a row."""
    return ATTACKS.get(name, (name, "black", (0, (4, 1))))


def line_key(entry: tuple) -> Line2D:
    """The legend entry of a row of `CASES` or `ATTACKS`."""
    label, color, linestyle = entry
    return Line2D([], [], color=color, linestyle=linestyle, label=label)


def backdoor_limits(axis: Axes) -> None:
    """0 to 100 %, with room for a line at either end."""
    axis.set_ylim(-3, 103)
    axis.set_yticks([0, 25, 50, 75, 100])


def main_limits(axis: Axes, runs: pd.DataFrame) -> None:
    """The main accuracies of `runs`, in steps of 5 points: panels of one row compare by eye."""
    low, high = runs["main_task_acc"].min(), runs["main_task_acc"].max()
    axis.set_ylim(5 * math.floor(low / 5) - 0.5, 5 * math.ceil(high / 5) + 0.5)


def notice(axis: Axes, lines: Sequence[str]) -> None:
    """State `lines` in the panel, where they cover the curves least."""
    if not lines:
        return
    box = axis.legend(
        handles=[],
        title="\n".join(lines),
        title_fontsize=_NOTE_SIZE,
        loc="best" if axis.lines else "upper center",
        borderpad=0.2,
        borderaxespad=0.3,
        framealpha=0.5,
        edgecolor="none",
    )
    box.set_in_layout(False)
    box.get_title().set(color=_GREY, multialignment="left")


def mark_standin(axis: Axes) -> None:
    """Write the mark across one panel, so that it survives cropping."""
    axis.text(
        0.5,
        0.5,
        STANDIN_MARK,
        transform=axis.transAxes,
        ha="center",
        va="center",
        rotation=12,
        fontsize=8,
        color="#b0b0b0",
        alpha=0.6,
        zorder=0.5,
    )


def finish(
    figure: Figure,
    *,
    keys: Sequence[Artist] = (),
    notes: Iterable[str] = (),
    standin_tasks: Sequence[str] = (),
) -> None:
    """Add the stand-in banner and the legend above the panels and the notes below them.

    Each is measured after it is drawn and the panels get the room between, so nothing overlaps.
    Raises `DataError` where no room is left, as names of thousands of characters do.
    """
    top = _MARGIN
    if standin_tasks:
        banner = figure.text(
            0.5,
            _from_top(figure, top + 0.03),
            textwrap.fill(
                f"{STANDIN_MARK}, not the paper's: {', '.join(standin_tasks)}",
                int(figure.get_figwidth() * 13),
                break_on_hyphens=False,
            ),
            ha="center",
            va="top",
            fontsize=8,
            fontweight="bold",
            color="white",
            bbox={"facecolor": "#8b0000", "edgecolor": "none", "pad": 2},
        )
        top += _extent(figure, banner)[1] + 0.06 + _MARGIN
    if keys:
        top += _legend(figure, keys, top) + _MARGIN
    bottom = _MARGIN
    text = " ".join(notes)
    if text:
        footer = figure.text(
            0.01,
            bottom / figure.get_figheight(),
            textwrap.fill(text, _characters(figure.get_figwidth())),
            ha="left",
            va="bottom",
            fontsize=_NOTE_SIZE,
            color=_GREY,
        )
        bottom += _extent(figure, footer)[1] + _MARGIN
    height = figure.get_figheight()
    if top + bottom >= height:
        raise DataError(
            f"figure: banner, legend and notes take {top + bottom:.1f} inches, of {height:.1f} in "
            "all; expected shorter names"
        )
    figure.get_layout_engine().set(rect=(0, bottom / height, 1, 1 - (top + bottom) / height))


def _legend(figure: Figure, keys: Sequence[Artist], top: float) -> float:
    """Place the legend `top` inches below the edge, in as few rows as fit; return its height."""
    for rows in range(1, len(keys) + 1):
        columns = math.ceil(len(keys) / rows)
        legend = figure.legend(
            handles=keys,
            ncols=columns,
            loc="upper center",
            bbox_to_anchor=(0.5, _from_top(figure, top)),
            frameon=False,
            borderpad=0,
            borderaxespad=0,
            handlelength=2.4,
            columnspacing=1.4,
        )
        width, height = _extent(figure, legend)
        if width <= figure.get_figwidth() - 2 * _MARGIN or columns == 1:
            return height
        legend.remove()
    raise AssertionError("unreachable: one column always returns")


def _from_top(figure: Figure, inches: float) -> float:
    return 1 - inches / figure.get_figheight()


def _extent(figure: Figure, artist: Artist) -> tuple[float, float]:
    """Width and height of an artist in inches."""
    box = artist.get_window_extent()
    return box.width / figure.dpi, box.height / figure.dpi


@styled
def save(figure: Figure, *, pdf: str | Path, png: str | Path) -> None:
    """Write the figure as PDF (TrueType fonts embedded) and as PNG (200 dpi).

    Equal figures give equal bytes: no date or program version is written. Raises `ConfigError` for
    a path that ends otherwise.
    """
    for path, ending in ((pdf, ".pdf"), (png, ".png")):
        if Path(path).suffix != ending:
            raise ConfigError(f"'{path}': its name must end in {ending}")
    unsigned = {"CreationDate": None, "Creator": None, "Producer": None}
    # Into memory first: on a disk that is full, what writes PDF and PNG raises errors of its own.
    for target, options in (
        (pdf, {"format": "pdf", "metadata": unsigned}),
        (png, {"format": "png", "metadata": {"Software": None}, "dpi": 200}),
    ):
        drawn = io.BytesIO()
        figure.savefig(drawn, **options)
        with atomic_path(target) as temporary:
            temporary.write_bytes(drawn.getvalue())
