"""The cells of a verdict with known answers: per seed, how far each attack is above no attack."""

from functools import cache

import pandas as pd
from tests.figures.made_up import cell, with_parameters, write_cell

SEEDS = (0, 1, 2)
RADII = {"eps-0.25": 0.25, "default": 0.5, "eps-1": 1.0, "eps-2": 2.0, "eps-4": 4.0}
#: (attack, override) → radius
ATTACKS = {("blackbox", "default"): None, ("pgd-replacement", "default"): 0.1} | {
    ("pgd", override): radius for override, radius in RADII.items()
}
QUIET = ("none", "default")


def table(defense="krum", above=None, bare=40.0, main=None, seeds=SEEDS, slope=None, **named):
    """The tidy table of a verdict on `defense`, 120 rounds.

    `above` maps (attack, override) to the backdoor accuracy above no attack, one value or one per
    seed; attacks that it lacks are 0 above, and without a defense all are `bare` above. No attack
    is at 1 + seed %. `main` maps (attack, override) to main accuracy with the defense, else 90 %;
    `slope` to points per round, around the mean of the last 50 rounds.
    """
    parts = []
    for name in dict.fromkeys((defense, "no-defense")):
        for (attack, override), radius in {QUIET: None, **ATTACKS}.items():
            key = (attack, override)
            judged = name == defense
            height = (above or {}).get(key, 0.0) if judged else bare
            height = 0.0 if key == QUIET else height
            rise = (slope or {}).get(key, 0.0) if judged else 0.0
            own = {"attack": attack, "override": override, "defense": name, **named}
            main_accuracy = (main or {}).get(key, 90.0) if judged else 92.0
            rows = _rows(seeds, rise, main_accuracy, **own).copy()
            heights = height if isinstance(height, tuple) else (height,) * len(seeds)
            rows["backdoor_acc"] += rows["seed"].map(dict(zip(seeds, heights, strict=True)))
            parts.append(with_parameters(rows, eps=radius, seated_client=None))
    return pd.concat(parts, ignore_index=True)


@cache
def _rows(seeds, rise, main, **named):
    """The rows of one cell; most tests ask for the same ones."""
    levels = {"rounds": 120, "backdoor": 1.0 - 95.5 * rise, "slope": rise}
    return cell(seeds=seeds, main=main, **levels | named)


def write(folder, **named):
    """The folders of the cells of a verdict on Krum, as `cell.py` leaves them."""
    common = {
        **{"dataset": "mnist", "edge_set": "ardis", "model": {"name": "lenet", "width": 0.25}},
        **{"num_clients": 200, "clients_per_round": 10, "local_epochs": 5, "attacker_epochs": 3},
    }
    folders = []
    for defense, own in (("no-defense", {}), ("krum", {"num_byzantine": 1})):
        for (attack, override), radius in {QUIET: None, **ATTACKS}.items():
            parameters = common | {"defense": {"name": defense, **own}}
            parameters |= {"eps": radius} if radius else {}
            folders.append(
                write_cell(
                    folder / defense / attack / override,
                    **{"attack": attack, "override": override, "defense": defense},
                    **{"parameters": parameters, "seeds": SEEDS, "rounds": 6} | named,
                )
            )
    return folders
