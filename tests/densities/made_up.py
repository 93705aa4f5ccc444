"""Tables of log-densities with known shares."""

import numpy as np
import pandas as pd

from edgecase.densities import COLUMNS, GROUPS

SETS = dict(zip(GROUPS, ("cifar10", "southwest", "mnist"), strict=True))


def group(name, values, *, task="a", seed=0, standin=False, source=None) -> pd.DataFrame:
    """One group's rows; its set is the usual one of the group unless `source` names it."""
    rows = pd.DataFrame({"log_density": np.asarray(list(values), dtype=float)})
    given = {"task": task, "standin": standin, "seed": seed, "group": name}
    return rows.assign(**given, set=source or SETS[name])[list(COLUMNS)]


def table(*, task="a", seeds=(0, 1), standin=False, groups=GROUPS) -> pd.DataFrame:
    """In-distribution 0 … 100, edge cases half below its 5 % quantile, the others far below.

    Seed s has all of its values raised by s.
    """
    values = {
        GROUPS[0]: np.arange(101),
        GROUPS[1]: np.array([-5, 0, 50, 60]),
        GROUPS[2]: np.linspace(-3000, -1000, 50),
    }
    parts = [
        group(name, values[name] + seed, task=task, seed=seed, standin=standin)
        for seed in seeds
        for name in groups
    ]
    return pd.concat(parts, ignore_index=True)
