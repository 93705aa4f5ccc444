"""Share the looks of all figures: sizes, fonts, fixed names, colours and line styles."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import numpy as np

from edgecase.base.lazy import lazy
from edgecase.defenses import names, rule_class

mpl = lazy("matplotlib")

P = ParamSpec("P")
R = TypeVar("R")

#: inches: one column and the full text width of a two-column page.
COLUMN_WIDTH, FULL_WIDTH = 3.3, 6.9

STANDIN_MARK = "STAND-IN DATA"

NOTE_SIZE = 6

#: a curve to compare with, and small print.
GREY = "#555555"
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
#: name → label of every defense, as its own file registers it.
DEFENSES = {name: rule_class(name).label for name in names()}

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


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Run `draw` under the shared style, leaving matplotlib's settings as they were."""

    @wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with mpl.rc_context(_RC):
            return draw(*args, **kwargs)

    return wrapper


def attack(name: str) -> tuple:
    """The row of `ATTACKS`, or a black line with the attack's own name for one without a row."""
    return ATTACKS.get(name, (name, "black", (0, (4, 1))))


def defense(name: str) -> str:
    """A defense as figures name it."""
    return DEFENSES.get(name, name)


def ramp(count: int) -> list[str]:
    """`count` colours from light to dark that stay in that order for every reader and in print.

    Viridis rises evenly in lightness; its lightest end, which is lost on white, is left out.
    """
    shades = mpl.colormaps["viridis"](np.linspace(0.85, 0.0, count) if count != 1 else [0.0])
    return [mpl.colors.to_hex(shade) for shade in shades]
