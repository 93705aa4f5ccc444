"""Tables with known answers: every curve is a straight line or a constant."""

import json
from pathlib import Path

import pandas as pd

from edgecase.figures import panel
from edgecase.results.rounds import CELL_AXES, ROUND_COLUMNS
from edgecase.results.tables import TIDY_COLUMNS

PARTICIPATION = "fixed-freq-10"


def rounds_table(rounds=20, backdoor=0.0, slope=0.0, main=90.0, attacked=True) -> pd.DataFrame:
    """Rounds 0 … `rounds`: backdoor accuracy backdoor + slope · round, attackers in 1, 11, …"""
    table = pd.DataFrame(dict.fromkeys(ROUND_COLUMNS, 0.0), index=range(rounds + 1))
    table["fl_iter"] = range(rounds + 1)
    table["backdoor_acc"] = backdoor + slope * table["fl_iter"]
    table["main_task_acc"] = main
    table["num_clients"] = table["num_accepted"] = 10
    table["num_attackers"] = ((table["fl_iter"] % 10 == 1) & attacked).astype(int)
    table["adv_norm_diff"] = 2.5 * table["num_attackers"]
    table["attacker_accepted"] = table["num_attackers"].where(table["num_attackers"] > 0)
    table["client_ids"] = "0 1 2 3 4 5 6 7 8 9"
    table["refused_ids"] = table["diverged_ids"] = ""
    return table


def axes(
    task="cifar10-southwest",
    case="edge-case",
    attack="blackbox",
    defense="no-defense",
    override="default",
    participation=PARTICIPATION,
) -> dict:
    values = {"task": task, "participation": participation, "case": case, "attack": attack}
    return values | {"defense": defense, "override": override}


def with_parameters(table, **parameters) -> pd.DataFrame:
    """`table` with parameter columns as `tables.tidy` adds them; `__` stands for a dot."""
    return table.assign(**{name.replace("__", "."): value for name, value in parameters.items()})


def cell(*, seeds=(0,), standin=False, rounds=20, backdoor=0.0, slope=0.0, main=90.0, **names):
    """The tidy rows of one cell; seed s has its backdoor accuracy raised by s points."""
    named = axes(**names)
    attacked = named["attack"] != "none"
    parts = [
        rounds_table(rounds, backdoor + seed, slope, main, attacked).assign(
            standin=standin, seed=seed, **named
        )
        for seed in seeds
    ]
    return pd.concat(parts, ignore_index=True)[list(TIDY_COLUMNS)]


def evaluated(table, every) -> pd.DataFrame:
    """`table` with accuracies in round 0, every so-many-th round and the last one alone."""
    last = table["fl_iter"].max()
    kept = (table["fl_iter"] % every == 0) | (table["fl_iter"] == last)
    accuracies = [name for name in ROUND_COLUMNS if name.endswith("_acc")]
    return table.assign(**{name: table[name].where(kept) for name in accuracies})


def write_cell(folder: Path, *, seeds=(0,), standin=False, parameters=None, **kwargs) -> Path:
    """A cell's folder as `cell.py` leaves it: cell.json and one CSV per seed."""
    table = cell(seeds=seeds, standin=standin, **kwargs)
    folder.mkdir(parents=True)
    for seed, rows in table.groupby("seed"):
        rows = rows[list(ROUND_COLUMNS)].astype({"attacker_accepted": "Int64"})
        rows.to_csv(folder / f"seed{seed}.csv", index=False, lineterminator="\n")
    named = {axis: table[axis].iloc[0] for axis in CELL_AXES}
    parameters = {"rounds": int(table["fl_iter"].max())} | (parameters or {})
    record = named | {"seeds": list(seeds), "standin": standin, "parameters": parameters}
    (folder / "cell.json").write_text(json.dumps(record))
    return folder


def texts(figure) -> str:
    """Everything a reader can read in a figure outside its tick labels."""
    found = [text.get_text() for text in figure.texts]
    for axis in figure.axes:
        found += [text.get_text() for text in axis.texts]
        found += [axis.get_title(), axis.get_title(loc="left"), axis.get_ylabel()]
        if axis.get_legend():
            found.append(axis.get_legend().get_title().get_text())
    for legend in figure.legends:
        found += [text.get_text() for text in legend.get_texts()]
    found.append(figure.get_label())
    return "\n".join(found)


def panel_notice(axis) -> str:
    found = [text.get_text() for text in axis.texts if text.get_gid() == panel.NOTICE]
    return "\n".join(found)


def notes(figure) -> str:
    """The notes below the panels and the caption, as one line."""
    below = figure.texts[-1].get_text() if figure.texts else ""
    return f"{below} {figure.get_label()}".replace("\n", " ")


def key_labels(figure) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


def error_bars(axis) -> list[list[tuple]]:
    """For each line of points: (x, mean, low, high) from left to right."""
    found = []
    for data, _, (bars,) in axis.containers:
        ends = [(low, high) for (_, low), (_, high) in bars.get_segments()]
        means = zip(*data.get_data(), strict=True)
        found.append([(*point, *pair) for point, pair in zip(means, ends, strict=True)])
    return found


def levels(axis) -> list[float]:
    """The heights of the lines that cross a whole panel."""
    return [line.get_ydata()[0] for line in axis.lines if list(line.get_xdata()) == [0, 1]]


def misplaced(figure) -> list[str]:
    """What leaves the page, and what of banner, legend and notes covers something else."""
    figure.draw_without_rendering()
    outside = {text.get_text(): text.get_window_extent() for text in figure.texts}
    for number, legend in enumerate(figure.legends):
        outside[f"legend {number}"] = legend.get_window_extent()
    inside = {f"panel {n}": axis.get_tightbbox() for n, axis in enumerate(figure.axes)}
    page = figure.bbox
    off = [
        name
        for name, box in (outside | inside).items()
        if min(box.x0, box.y0) < -1 or box.x1 > page.x1 + 1 or box.y1 > page.y1 + 1
    ]
    for name, box in outside.items():
        others = {other: found for other, found in (outside | inside).items() if other != name}
        off += [f"{name} on {other}" for other, found in others.items() if box.overlaps(found)]
    return off
