"""Tables of measures and claims whose verdicts are known."""

import pandas as pd
import yaml

from edgecase import claims
from edgecase.claims.measured import Measured
from edgecase.claims.verdict import judge
from edgecase.results.cells import Cell

ROLES = {
    "task1": {"task": "planes", "participation": "fixed-freq-10"},
    "task2": {"task": "digits", "participation": "fixed-freq-5"},
    "sigma_override": "unusual-sigma-0.002",
}

#: t(0.975, 2 degrees of freedom), from the closed form (2 p − 1) / √(2 p (1 − p)).
T2 = 0.95 / (2 * 0.975 * 0.025) ** 0.5


def cell(
    attack="blackbox",
    defense="no-defense",
    override="default",
    case="edge-case",
    participation="fixed-freq-10",
    task="planes",
) -> Cell:
    return Cell(task, participation, case, attack, defense, override)


def table(content, standin=False, rounds=500, unattacked=()) -> pd.DataFrame:
    """A table of measures: cell → quantity → one number per seed, or seed → number.

    Of a cell with an attack all seeds but those in `unattacked` have 50 attacks.
    """
    rows = []
    for where, quantities in content.items():
        axes = {axis: getattr(where, axis) for axis in Cell.__dataclass_fields__}
        for quantity, values in quantities.items():
            seeds = values.items() if isinstance(values, dict) else enumerate(values)
            for seed, value in seeds:
                quiet = where.attack == "none" or seed in unattacked
                front = {"standin": standin, **axes, "seed": seed, "rounds": rounds}
                front["attacks"] = 0 if quiet else 50
                rows.append(front | {"quantity": quantity, "value": value})
    keys = ["standin", *Cell.__dataclass_fields__, "seed", "rounds", "attacks"]
    wide = pd.DataFrame(rows).pivot(index=keys, columns="quantity", values="value")
    return wide.reset_index().rename_axis(columns=None)


def measured(content, shares=None, **kwargs) -> Measured:
    return Measured(table(content, **kwargs), shares)


def entry(*parts, **keys) -> dict:
    body = {"id": "made-up", "figure": "fig1", "roles": ["task1"], "statement": "It is so."}
    body |= {"sure": "reported, unverified"} | keys
    return body | {"parts": list(parts)} if parts else body


def write(path, *entries):
    path.write_text(yaml.safe_dump({"claims": list(entries)}), encoding="utf-8")
    return path


def judged(tmp_path, part, content, roles=ROLES, shares=None, rounds=500, unattacked=(), **keys):
    """The verdict on a claim of the part, or parts, given."""
    parts = part if isinstance(part, list) else [part]
    (claim,) = claims.load(write(tmp_path / "claims.yaml", entry(*parts, **keys)))
    return judge(claim, roles, measured(content, shares, rounds=rounds, unattacked=unattacked))


def last(*values, first=None):
    """Backdoor accuracy over the last rounds per seed, and over the first ones."""
    return {"backdoor_last": values, "backdoor_first": first or [0.0] * len(values)}
