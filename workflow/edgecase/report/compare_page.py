"""Write a comparison as a page and as Markdown."""

import base64
import io

import pandas as pd
from matplotlib.figure import Figure

from edgecase.analysis.measures import MEASURES
from edgecase.report.compare import (
    Comparison,
    Pair,
    difference_table,
    parameter_table,
    read_curves,
)
from edgecase.report.templating import render

#: the pairs of two runs whose curves are drawn: those whose backdoor differs most.
_DRAWN = 6
_PANELS = {"backdoor_acc": "backdoor accuracy (%)", "main_task_acc": "main accuracy (%)"}
_LOOKS = {"A": ("#1f5fa8", "-"), "B": ("#c2410c", "--")}


def page(comparison: Comparison) -> str:
    """One HTML page that needs no network: parameters that differ, differences, curves."""
    pairs = sorted(comparison.pairs, key=_difference, reverse=True)[:_DRAWN]
    return render(
        "compare.html",
        _context(comparison)
        | {
            "curves": [(pair.name, _curves(pair)) for pair in pairs],
            "meanings": MEASURES,
        },
    )


def markdown(comparison: Comparison) -> str:
    """The same without the curves."""
    context = _context(comparison)
    lines = ["# A and B compared", "", f"- A: `{context['a']}`", f"- B: `{context['b']}`", ""]
    if context["standin"]:
        lines += ["**STAND-IN DATA**: nothing here says anything about the paper.", ""]
    lines += ["## Parameters that differ", "", _table(context["parameters"]), ""]
    lines += ["## Differences", "", context["meaning"], "", _table(context["differences"]), ""]
    for side in "ab":
        if names := context[f"only_{side}"]:
            lines += [f"Only in {side.upper()}: {', '.join(names)}.", ""]
    return "\n".join(lines)


def _context(comparison: Comparison) -> dict:
    return {
        "a": comparison.a.as_posix(),
        "b": comparison.b.as_posix(),
        "standin": any(pair.standin for pair in comparison.pairs),
        "parameters": parameter_table(comparison),
        "differences": difference_table(comparison),
        "only_a": comparison.only_a,
        "only_b": comparison.only_b,
        "meaning": "Means over the seeds that both have; B − A is paired by seed, with its 95 % "
        "interval of the paired t-test. docs/results.md has the measures in words.",
    }


def _table(table: pd.DataFrame) -> str:
    return table.to_markdown(index=False, disable_numparse=True) if len(table) else "None."


def _difference(pair: Pair) -> float:
    found = pair.differences["difference"].get("backdoor_last")
    return 0.0 if found is None else abs(found)


def _curves(pair: Pair) -> str:
    """A line per seed and the mean of each cell, as an image that needs no file."""
    figure = Figure(figsize=(9, 2.8), layout="constrained")
    tables = {"A": read_curves(pair.a), "B": read_curves(pair.b)}
    for axes, (column, title) in zip(figure.subplots(1, 2), _PANELS.items(), strict=True):
        for side, table in tables.items():
            colour, dashes = _LOOKS[side]
            seeds = table.pivot_table(index="fl_iter", columns="seed", values=column)
            axes.plot(seeds.index, seeds, color=colour, linestyle=dashes, linewidth=0.5, alpha=0.5)
            mean = seeds.mean(axis=1)
            axes.plot(mean.index, mean, color=colour, linestyle=dashes, linewidth=2, label=side)
        axes.set(xlabel="round", ylabel=title, ylim=(-2, 102))
        axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    held = io.BytesIO()
    figure.savefig(held, format="png", dpi=150)
    return "data:image/png;base64," + base64.b64encode(held.getvalue()).decode()
