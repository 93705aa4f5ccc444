"""One line of numbers per cell: what its seeds reached, with means and intervals."""

from collections.abc import Callable

import pandas as pd

from edgecase.curves import SMOOTHING, over_seeds, trailing_mean
from edgecase.results import CELL_AXES

#: rounds at each end of a run that the `first` and `last` means cover.
WINDOW = 50


def _final_backdoor(rounds: pd.DataFrame) -> float:
    return trailing_mean(rounds["backdoor_acc"]).iloc[-1]


def _best_backdoor(rounds: pd.DataFrame) -> float:
    """Over full windows alone: the mean of one early round is no match for a mean of ten."""
    return trailing_mean(rounds["backdoor_acc"]).iloc[min(SMOOTHING, len(rounds)) - 1 :].max()


def _share(part: str, whole: str) -> Callable[[pd.DataFrame], float]:
    """Sum of `part` over sum of `whole`; empty where `whole` is 0 throughout."""

    def share(rounds: pd.DataFrame) -> float:
        total = rounds[whole].sum()
        return rounds[part].sum() / total if total else float("nan")

    return share


#: measure → (what it is, function of one seed's rounds 1 … R in order)
MEASURES: dict[str, tuple[str, Callable[[pd.DataFrame], float]]] = {
    "backdoor_final": (
        "backdoor accuracy after the last round, trailing mean of 10 rounds, %",
        _final_backdoor,
    ),
    "backdoor_best": (
        "highest value of that trailing mean over 10 rounds (all, in a shorter run), %",
        _best_backdoor,
    ),
    "backdoor_first": (
        "mean backdoor accuracy over the first rounds of the window, not smoothed, %",
        lambda rounds: rounds["backdoor_acc"].head(WINDOW).mean(),
    ),
    "backdoor_last": (
        "mean backdoor accuracy over the last rounds of the window, not smoothed, %",
        lambda rounds: rounds["backdoor_acc"].tail(WINDOW).mean(),
    ),
    "main_final": (
        "main accuracy after the last round, not smoothed, %",
        lambda rounds: rounds["main_task_acc"].iloc[-1],
    ),
    "main_best": (
        "highest main accuracy after any round, not smoothed, %",
        lambda rounds: rounds["main_task_acc"].max(),
    ),
    "main_first": (
        "mean main accuracy over the first rounds of the window, %",
        lambda rounds: rounds["main_task_acc"].head(WINDOW).mean(),
    ),
    "main_last": (
        "mean main accuracy over the last rounds of the window, %",
        lambda rounds: rounds["main_task_acc"].tail(WINDOW).mean(),
    ),
    "source_class_last": (
        "mean clean accuracy on the edge cases' true class over the last rounds, %",
        lambda rounds: rounds["source_class_acc"].tail(WINDOW).mean(),
    ),
    "attacker_accepted_share": (
        "attackers with a weight above 0 in the aggregate, of all attackers in all rounds",
        _share("attacker_accepted", "num_attackers"),
    ),
    "clipped_share": (
        "participants scaled down, of all participants in all rounds",
        _share("num_clipped", "num_clients"),
    ),
    "adv_norm_mean": (
        "mean norm difference of the attackers, as sent, over rounds with an attacker",
        lambda rounds: rounds.loc[rounds["num_attackers"] > 0, "adv_norm_diff"].mean(),
    ),
    "honest_norm_mean": (
        "mean norm difference of the honest clients over all rounds",
        lambda rounds: rounds["honest_norm_mean"].mean(),
    ),
}


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """One row per cell of a tidy table, sorted by its axes.

    Columns: standin, the axes, seeds (how many), rounds, window (how many rounds `first` and `last`
    cover: 50, or all if there are fewer), then `<measure>_mean`, `_low` and `_high` for each of
    `MEASURES`: the mean over seeds and the ends of its 95 % t-interval. The starting model (round
    0) never counts. A measure without a value, and an interval of fewer than two seeds, is empty.
    """
    axes = list(CELL_AXES)
    rounds = table[table["fl_iter"] > 0].sort_values("fl_iter", kind="stable")
    runs = dict(iter(rounds.groupby([*axes, "seed"])))
    index = pd.MultiIndex.from_tuples(runs, names=[*axes, "seed"])
    cells = rounds.groupby(axes).agg(
        standin=("standin", "first"), seeds=("seed", "nunique"), rounds=("fl_iter", "max")
    )
    cells["window"] = cells["rounds"].clip(upper=WINDOW)
    for name, (_, measure) in MEASURES.items():
        values = pd.Series([measure(run) for run in runs.values()], index=index, dtype=float)
        reached = over_seeds(values, axes)
        for part in ("mean", "low", "high"):
            cells[f"{name}_{part}"] = reached[part]
    cells = cells.reset_index()
    return cells[["standin", *[name for name in cells.columns if name != "standin"]]]


def to_markdown(summary: pd.DataFrame) -> str:
    """The table of `summarise` as Markdown: mean [low, high] per measure, then what each means."""
    front = [name for name in summary.columns if not name.endswith(("_mean", "_low", "_high"))]
    shown = summary[front].copy()
    for name in MEASURES:
        ends = (summary[f"{name}_{part}"] for part in ("mean", "low", "high"))
        shown[name] = [_interval(*values) for values in zip(*ends, strict=True)]
    lines = [
        "# Summary of every cell",
        "",
        "Mean over seeds [95 % t-interval]; no interval where there is one seed. The starting",
        "model (round 0) never counts. `first` and `last` cover `window` rounds at each end.",
        "",
    ]
    if summary["standin"].any():
        lines += ["**STAND-IN DATA** in the rows marked `standin`: not the paper's data.", ""]
    lines += [shown.to_markdown(index=False, disable_numparse=True), ""]
    lines += [f"- `{name}`: {meaning}" for name, (meaning, _) in MEASURES.items()]
    return "\n".join(lines) + "\n"


def _interval(mean: float, low: float, high: float) -> str:
    if pd.isna(mean):
        return "–"
    return f"{mean:.4g}" if pd.isna(low) else f"{mean:.4g} [{low:.4g}, {high:.4g}]"
