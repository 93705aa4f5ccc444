"""Measure how often a defense accepts an honest client with unusual data, and what it costs."""

from __future__ import annotations

from edgecase.analysis.curves import last_mean
from edgecase.analysis.intervals import FEW, interval_text, over_seeds
from edgecase.analysis.ranges import range_of
from edgecase.base.errors import DataError
from edgecase.base.lazy import pandas as pd
from edgecase.results.attacks import attacked, unattacked
from edgecase.results.rounds import CELL_AXES

#: columns of the tidy table's parameters that the table of fairness reads → their names in it.
PARAMETERS = {
    "seated_client": "seated_client",
    "defense.stddev": "stddev",
    "defense.norm_bound": "norm_bound",
}

#: measure of one seed that is tabulated → what it is.
MEASURES = {
    "seated_accepted_share": "rounds in which the unusual honest client is accepted, of all rounds",
    "typical_accepted_share": "other honest clients accepted, of all that took part in all rounds",
    "attacker_accepted_share": "attackers accepted, of all attackers in all rounds",
    "main_last": "mean main accuracy over the last 50 rounds (half of a run shorter than 100), %",
    "backdoor_last": "mean backdoor accuracy over these rounds, not smoothed, %",
    "source_class_last": "mean clean accuracy over these rounds on airplane, their true class, %",
}

_SETTINGS = {
    "seated_client": "id of the unusual honest client",
    "stddev": "standard deviation of weak-DP's noise on each coordinate of the average",
    "norm_bound": "largest l2 norm of an update under norm clipping and weak DP",
    "unattacked": "seeds in which no attacker acted: they do not count",
    "alike": "accepted participants of all: the share of anybody, were all accepted alike",
}

STAND_IN_FOR_PICTURES = (
    "The unusual honest client: the airline pictures that the authors used were never released. "
    "Their stand-in here is a share of the Southwest photos, held by one honest client with the "
    "label airplane and disjoint by photo from the attacker's and from the test's. "
    "That client takes a seat in every round."
)


def acceptance(rounds: pd.DataFrame, seated: int | None) -> dict[str, float]:
    """The accepted shares of the `seated` client, of a typical honest client and of attackers.

    `rounds` are one seed's rounds, columns as in `edgecase.results.rounds`; the starting model
    (round 0) does not count. A participant is accepted if its weight in the aggregate is above 0.
    Keys `seated`: of the rounds, NaN without a seated client; `typical`: of the participations of
    all honest clients but the seated one; `attacker`: of the participations of attackers. The last
    two come from the counts of each round, so attackers need not be known by their ids: in
    fixed-pool they are not. NaN where there is nobody to accept. Raises `DataError` if the seated
    client is missing from a round.
    """
    rounds = rounds[rounds["fl_iter"] > 0]
    attackers = rounds["num_attackers"].sum()
    attackers_accepted = rounds["attacker_accepted"].sum()
    others = rounds["num_clients"].sum() - attackers
    others_accepted = rounds["num_accepted"].sum() - attackers_accepted
    shares = {"seated": float("nan")}
    if seated is not None:
        present = _names(rounds["client_ids"], seated)
        if not present.all():
            raise DataError(
                f"round {rounds['fl_iter'][~present].iloc[0]}: the seated client {seated} is not "
                "among client_ids; expected in every round"
            )
        accepted = (~_names(rounds["refused_ids"], seated)).sum()
        shares["seated"] = _share(accepted, len(rounds))
        others, others_accepted = others - len(rounds), others_accepted - accepted
    return shares | {
        "typical": _share(others_accepted, others),
        "attacker": _share(attackers_accepted, attackers),
    }


def _names(ids: pd.Series, client: int) -> pd.Series:
    """In which rows of `ids` (numbers joined by spaces, or empty) the client is named."""
    return ids.map(lambda text: str(client) in ([] if pd.isna(text) else str(text).split())).astype(
        bool
    )


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def tabulate(table: pd.DataFrame) -> pd.DataFrame:
    """One row per cell of a tidy table that has the columns `PARAMETERS`, sorted by its axes.

    Columns: standin, the axes, seated_client, stddev and norm_bound of the defense (empty where it
    has none), seeds, unattacked (those in which no attacker acted, which do not count), rounds,
    alike (the accepted share of all participants: that of anybody, were all accepted alike), then
    `<measure>_mean`, `_low` and `_high` for each of `MEASURES`: mean over seeds and the ends of
    `intervals.over_seeds`. Raises `DataError` for a table without the parameters and for a cell
    without a seated client.
    """
    absent = [name for name in PARAMETERS if name not in table]
    if absent:
        raise DataError(f"fairness: the table lacks the parameter {', '.join(absent)}")
    axes = list(CELL_AXES)
    table = table.assign(**{name: _numbers(table[name]) for name in PARAMETERS})
    for cell in table.loc[~_is_client(table["seated_client"]), axes].itertuples(index=False):
        raise DataError(f"fairness: cell {'/'.join(cell)} has no seated_client; expected a client")
    left_out = {cell: " ".join(map(str, seeds)) for cell, seeds in unattacked(table).items()}
    settings = table.groupby(axes)[list(PARAMETERS)].first().rename(columns=PARAMETERS)
    rounds = table[table["fl_iter"] > 0].sort_values("fl_iter", kind="stable")
    counted = attacked(rounds)
    runs = dict(iter(counted.groupby([*axes, "seed"])))
    index = pd.MultiIndex.from_tuples(runs, names=[*axes, "seed"])
    seeds = pd.DataFrame([_measured(run) for run in runs.values()], index, columns=list(MEASURES))

    cells = settings.astype({"seated_client": int})
    cells["standin"] = table.groupby(axes)["standin"].first()
    cells["seeds"] = seeds.groupby(axes).size().reindex(cells.index, fill_value=0)
    cells["unattacked"] = [left_out.get(cell, "") for cell in cells.index]
    cells["rounds"] = rounds.groupby(axes)["fl_iter"].max()
    counts = counted.groupby(axes)[["num_accepted", "num_clients"]].sum()
    cells["alike"] = counts["num_accepted"] / counts["num_clients"]
    for name in MEASURES:
        reached = over_seeds(seeds[name], axes, range_of(name))
        for part in ("mean", "low", "high"):
            cells[f"{name}_{part}"] = reached[part]
    cells = cells.reset_index()
    return cells[["standin", *[name for name in cells.columns if name != "standin"]]]


def _numbers(column: pd.Series) -> pd.Series:
    """`column` as numbers, with NaN where it is empty; `DataError` for anything else."""
    numbers = pd.to_numeric(column, errors="coerce").astype(float)
    for value in column[numbers.isna() & column.notna()]:
        raise DataError(f"fairness: column {column.name}: {value!r:.80} is no number")
    return numbers


def _is_client(numbers: pd.Series) -> pd.Series:
    return numbers.between(0, 2**31) & (numbers % 1 == 0)


def _measured(run: pd.DataFrame) -> dict[str, float]:
    """`MEASURES` of one seed's rounds 1 … R in order."""
    shares = acceptance(run, int(run["seated_client"].iloc[0]))
    accuracies = {"main": "main_task_acc", "backdoor": "backdoor_acc"}
    accuracies["source_class"] = "source_class_acc"
    return {f"{who}_accepted_share": share for who, share in shares.items()} | {
        f"{name}_last": last_mean(run[column]) for name, column in accuracies.items()
    }


def to_markdown(cells: pd.DataFrame) -> str:
    """The table of `tabulate` as Markdown: mean [low, high] per measure, and what it means."""
    front = [name for name in cells.columns if not name.endswith(("_mean", "_low", "_high"))]
    shown = cells[front].assign(alike=cells["alike"].map("{:.3g}".format))
    for name in ("stddev", "norm_bound"):
        shown[name] = cells[name].map(lambda value: "" if pd.isna(value) else f"{value:g}")
    for name in MEASURES:
        ends = (cells[f"{name}_{part}"] for part in ("mean", "low", "high"))
        shown[name] = [interval_text(*values, form=".3g") for values in zip(*ends, strict=True)]
    lines = ["# Fairness to an honest client with unusual data", "", STAND_IN_FOR_PICTURES, ""]
    lines += [
        f"Mean over seeds [95 % interval; below {FEW} seeds the lowest and the highest one].",
        "",
    ]
    if cells["standin"].any():
        lines += ["**STAND-IN DATA** in the rows marked `standin`: not the paper's data.", ""]
    lines += [shown.to_markdown(index=False, disable_numparse=True), ""]
    lines += [f"- `{name}`: {meaning}" for name, meaning in (_SETTINGS | MEASURES).items()]
    return "\n".join(lines) + "\n"
