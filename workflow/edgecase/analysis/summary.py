"""One line of numbers per cell: what its seeds reached, with means and intervals."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd

from edgecase.analysis.curves import SMOOTHING, first_mean, last_mean, trailing_mean, window
from edgecase.analysis.fairness import acceptance
from edgecase.analysis.intervals import FEW, interval_text, over_seeds
from edgecase.analysis.measures import MEASURES
from edgecase.analysis.ranges import range_of
from edgecase.results.attacks import attacks_per_seed, shows_its_attack
from edgecase.results.rounds import CELL_AXES
from edgecase.results.tables import tidy


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


def _honest_refused(rounds: pd.DataFrame) -> float:
    honest = (rounds["num_clients"] - rounds["num_attackers"]).sum()
    accepted = (rounds["num_accepted"] - rounds["attacker_accepted"].fillna(0)).sum()
    return 1 - accepted / honest if honest else float("nan")


def _accepted(who: str) -> Callable[[pd.DataFrame], float]:
    """How often the `seated` or a `typical` honest client is accepted (`analysis.fairness`)."""

    def share(rounds: pd.DataFrame) -> float:
        seated = rounds["seated_client"].iloc[0]
        return acceptance(rounds, None if pd.isna(seated) else int(seated))[who]

    return share


def _seated_quiet(rounds: pd.DataFrame) -> float:
    quiet = rounds[rounds["num_attackers"] == 0]
    return _accepted("seated")(quiet) if len(quiet) else float("nan")


#: measure → function of one seed's rounds 1 … R in order
_COMPUTED: dict[str, Callable[[pd.DataFrame], float]] = {
    "backdoor_final": _final_backdoor,
    "backdoor_best": _best_backdoor,
    "backdoor_first": lambda rounds: first_mean(rounds["backdoor_acc"]),
    "backdoor_last": lambda rounds: last_mean(rounds["backdoor_acc"]),
    "backdoor_mean": lambda rounds: rounds["backdoor_acc"].mean(),
    "main_final": lambda rounds: rounds["main_task_acc"].iloc[-1],
    "main_best": lambda rounds: rounds["main_task_acc"].max(),
    "main_first": lambda rounds: first_mean(rounds["main_task_acc"]),
    "main_last": lambda rounds: last_mean(rounds["main_task_acc"]),
    "source_class_last": lambda rounds: last_mean(rounds["source_class_acc"]),
    "attacker_accepted_share": _share("attacker_accepted", "num_attackers"),
    "clipped_share": _share("num_clipped", "num_clients"),
    "adv_norm_mean": lambda rounds: rounds.loc[rounds["num_attackers"] > 0, "adv_norm_diff"].mean(),
    "honest_norm_mean": lambda rounds: rounds["honest_norm_mean"].mean(),
    "noise_norm_mean": lambda rounds: rounds["noise_norm"].mean(),
    "model_norm_mean": lambda rounds: rounds["wg_norm"].mean(),
    "honest_refused_share": _honest_refused,
    "honest_refused_attacked_share": lambda r: _honest_refused(r[r["num_attackers"] > 0]),
    "honest_refused_quiet_share": lambda r: _honest_refused(r[r["num_attackers"] == 0]),
    "seated_accepted_share": _accepted("seated"),
    "seated_quiet_accepted_share": _seated_quiet,
    "typical_accepted_share": _accepted("typical"),
}


def measures_of(cells: Iterable[Path]) -> pd.DataFrame:
    """The `measures` of the cells in these folders; raises as `results.tables.tidy` does."""
    return measures(tidy(list(cells), ["seated_client"]))


def measures(table: pd.DataFrame) -> pd.DataFrame:
    """One row per cell and seed: standin, the axes, seed, rounds, attacks, `MEASURES`.

    `attacks` counts the rounds with an attacker. The table needs the parameter column
    `seated_client`. The starting model (round 0) never counts; a measure without a value is empty.
    """
    keys = [*CELL_AXES, "seed"]
    rounds = table[table["fl_iter"] > 0].sort_values("fl_iter", kind="stable")
    rows = []
    for names, run in rounds.groupby(keys):
        row = {"standin": run["standin"].iloc[0], **dict(zip(keys, names, strict=True))}
        row |= {"rounds": run["fl_iter"].max(), "attacks": attacks_per_seed(run["num_attackers"])}
        rows.append(row | {name: _COMPUTED[name](run) for name in MEASURES})
    return pd.DataFrame(rows).astype(dict.fromkeys(MEASURES, float))


def summarise(reached: pd.DataFrame) -> pd.DataFrame:
    """One row per cell of a table of `measures`, sorted by its axes.

    Columns: standin, the axes, seeds (how many count), unattacked (those in which no attacker
    acted: they do not count), rounds, window (how many rounds `first` and `last` cover: 50, or half
    of a run shorter than 100), then `<measure>_mean`, `_low` and `_high` for each of `MEASURES`:
    the mean over seeds and the ends of `intervals.over_seeds`.
    """
    axes = list(CELL_AXES)
    counts = [*map(shows_its_attack, reached["attack"], reached["attacks"])]
    reached = reached.assign(unattacked=reached["seed"].astype(str).mask(counts, ""))
    groups = reached.sort_values("seed").groupby(axes)
    cells = groups.agg(
        standin=("standin", "first"),
        seeds=("unattacked", lambda seeds: (seeds == "").sum()),
        unattacked=("unattacked", lambda seeds: " ".join(filter(None, seeds))),
        rounds=("rounds", "max"),
    )
    cells["window"] = cells["rounds"].map(window)
    reached = reached[counts]
    for name in MEASURES:
        by = [reached[axis] for axis in axes]
        over = over_seeds(reached[name], by, range_of(name))
        for part in ("mean", "low", "high"):
            cells[f"{name}_{part}"] = over[part]
    cells = cells.reset_index()
    return cells[["standin", *[name for name in cells.columns if name != "standin"]]]


def to_markdown(summary: pd.DataFrame) -> str:
    """The table of `summarise` as Markdown: mean [low, high] per measure, then what each means."""
    front = [name for name in summary.columns if not name.endswith(("_mean", "_low", "_high"))]
    shown = summary[front].copy()
    for name in MEASURES:
        ends = (summary[f"{name}_{part}"] for part in ("mean", "low", "high"))
        shown[name] = [interval_text(*values) for values in zip(*ends, strict=True)]
    lines = [
        "# Summary of every cell",
        "",
        f"Mean over seeds [95 % interval; below {FEW} seeds the lowest and the highest one]. The",
        "starting model (round 0) never counts, and of a cell with an attack no seed in which no",
        "attacker acted (`unattacked`). `first` and `last` cover `window` rounds at each end.",
        "",
    ]
    if summary["standin"].any():
        lines += ["**STAND-IN DATA** in the rows marked `standin`: not the paper's data.", ""]
    lines += [shown.to_markdown(index=False, disable_numparse=True), ""]
    lines += [f"- `{name}`: {meaning}" for name, meaning in MEASURES.items()]
    return "\n".join(lines) + "\n"
