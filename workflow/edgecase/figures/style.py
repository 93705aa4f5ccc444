"""Share the looks of all figures: sizes, fonts, fixed names, colours and line styles.

What a configuration may change of them, its key `figure_style` and the labels of its tasks, holds
within `using`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

from edgecase.base.errors import ConfigError
from edgecase.base.lazy import lazy
from edgecase.base.parameters import parameter, read
from edgecase.defenses import known_names, rule_class

mpl = lazy("matplotlib")
font_manager = lazy("matplotlib.font_manager")

P = ParamSpec("P")
R = TypeVar("R")

STANDIN_MARK = "STAND-IN DATA"

#: a curve to compare with, and small print.
GREY = "#555555"
#: the mark of stand-in data, behind the curves.
PALE = "#8f8f8f"

# After Okabe and Ito's colour-blind safe palette, darkened where a line would be lost on white: all
# have a contrast of at least 3:1 to it. A curve that appears in two figures (black-box at p = 100)
# has one colour in both; line styles tell the curves apart in grey as well.
_BLUE, _SKY, _GREEN = "#0072B2", "#2E97D1", "#00805D"
_ORANGE, _VERMILION, _PURPLE = "#B57A00", "#D55E00", "#B0559B"

CASES = {
    "edge-case": ("edge-case (p = 100)", _VERMILION, "-"),
    "almost-edge-case": ("almost-edge-case (paper: p ≈ 50)", _SKY, "--"),
    "normal-case": ("normal-case (paper: p ≈ 10)", _PURPLE, "-."),
}
_DASHES = (0, (1.2, 0.9))
ATTACKS = {
    "none": ("no attack", GREY, ":"),
    "blackbox": ("black-box", _VERMILION, "-"),
    "blackbox-replacement": ("black-box + replacement", _ORANGE, "-"),
    "blackbox-prox": ("black-box + prox", _VERMILION, _DASHES),
    "blackbox-replacement-prox": ("black-box + replacement + prox", _ORANGE, _DASHES),
    "oneshot": ("one-shot", _PURPLE, "-"),
    "pgd": ("PGD", _BLUE, "--"),
    "pgd-replacement": ("PGD + replacement", _GREEN, "-."),
    "pgd-prox": ("PGD + prox", _BLUE, _DASHES),
    "pgd-replacement-prox": ("PGD + replacement + prox", _GREEN, _DASHES),
}
#: what is measured, where one panel holds several measures.
MEASURES = {
    "main": ("main accuracy", _BLUE, "-"),
    "source-class": ("source-class accuracy", _GREEN, "--"),
    "backdoor": ("backdoor accuracy", _VERMILION, "-."),
}
#: name → label of every defense, as its own file registers it.
DEFENSES = {name: rule_class(name).label for name in known_names()}

#: what a palette may colour.
COLOURED = tuple(dict.fromkeys([*ATTACKS, *CASES, *MEASURES]))


@dataclass(frozen=True, kw_only=True)
class FigureStyle:
    """What a configuration says about the looks of its figures."""

    width: float = parameter(
        "inches across two columns of a page; a figure of one column has 0.48 of it",
        minimum=4,
        maximum=20,
        default=6.9,
    )
    font: str = parameter("a font family that is installed", default="DejaVu Sans")
    font_size: float = parameter(
        "points of legends and labels; other text is scaled with it",
        minimum=4,
        maximum=20,
        default=7.0,
    )
    palette: dict[str, Any] = parameter(
        f"name → colour as #rrggbb, of {', '.join(COLOURED)}", default=None
    )


@dataclass(frozen=True)
class _Looks:
    style: FigureStyle = FigureStyle()
    labels: Mapping[str, str] = field(default_factory=dict)


_looks: ContextVar[_Looks] = ContextVar("looks of figures", default=_Looks())  # noqa: B039


def looks_of(config: Mapping) -> dict[str, Any]:
    """What a configuration says about the looks of figures, for `using`."""
    labels = {name: task["label"] for name, task in config["tasks"].items() if "label" in task}
    return {"figure_style": config.get("figure_style", {}), "labels": labels}


@contextmanager
def using(looks: Mapping[str, Any]) -> Generator[None]:
    """Draw with `looks`: "figure_style" as `FigureStyle` reads it, "labels" of tasks by name.

    Raises `ConfigError` for a font that is not installed.
    """
    style = read(FigureStyle, looks.get("figure_style") or {}, "figure_style.")
    try:
        font_manager.findfont(style.font, fallback_to_default=False)
    except ValueError as error:
        raise ConfigError(
            f"figure_style.font: '{style.font}' is not installed; allowed: a font family that "
            "matplotlib finds, such as DejaVu Sans, which comes with it"
        ) from error
    token = _looks.set(_Looks(style, looks.get("labels", {})))
    try:
        yield
    finally:
        _looks.reset(token)


def width(*, wide: bool = True) -> float:
    """Inches of a figure over the full width of a page, or over one column of two."""
    full = _looks.get().style.width
    return full if wide else 0.48 * full


def size(points: float) -> float:
    """A font size that is `points` beside text of 7 points, the default."""
    return points * _looks.get().style.font_size / 7


def note_size() -> float:
    return size(6)


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Run `draw` under the shared style, leaving matplotlib's settings as they were."""

    @wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with mpl.rc_context(_settings()):
            return draw(*args, **kwargs)

    return wrapper


def _settings() -> dict[str, Any]:
    return {
        "font.family": _looks.get().style.font,  # the default ships with matplotlib
        "font.size": size(7),
        "axes.titlesize": size(7.5),
        "axes.labelsize": size(7),
        "xtick.labelsize": size(6.5),
        "ytick.labelsize": size(6.5),
        "legend.fontsize": size(7),
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
        "svg.fonttype": "path",  # the same glyphs on every machine
        "svg.hashsalt": "edgecase",
    }


def attack(name: str) -> tuple:
    """Label, colour and line style of an attack: a black line with its own name for a new one."""
    return _coloured(name, ATTACKS.get(name, (name, "black", (0, (4, 1)))))


def case(name: str) -> tuple:
    """The same of a case."""
    return _coloured(name, CASES[name])


def measure(name: str) -> tuple:
    """The same of what is measured."""
    return _coloured(name, MEASURES[name])


def _coloured(name: str, entry: tuple) -> tuple:
    label, color, linestyle = entry
    return label, (_looks.get().style.palette or {}).get(name, color), linestyle


def defense(name: str) -> str:
    """A defense as figures name it."""
    return DEFENSES.get(name, name)


def task(name: str) -> str:
    """A task as figures name it: its label, or its own name where it has none."""
    return _looks.get().labels.get(name, name)


def ramp(count: int) -> list[str]:
    """`count` colours from light to dark that stay in that order for every reader and in print.

    Plasma rises evenly in lightness; its lighter part, which is lost on white, is left out.
    """
    shades = mpl.colormaps["plasma"](np.linspace(0.6, 0.0, count) if count != 1 else [0.0])
    return [mpl.colors.to_hex(shade) for shade in shades]
