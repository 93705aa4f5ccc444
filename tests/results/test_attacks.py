import pandas as pd
from tests.figures.made_up import cell

from edgecase.results.attacks import (
    attacked,
    attacks_per_seed,
    shows_its_attack,
    unattacked,
    unattacked_note,
)


def test_attacks_are_rounds_with_an_attacker():
    assert attacks_per_seed([0, 1, 0, 3]) == 2
    assert attacks_per_seed([]) == 0
    assert [shows_its_attack(*pair) for pair in (("pgd", 1), ("pgd", 0), ("none", 0))] == [
        *(True, False, True)
    ]


def test_seeds_in_which_no_attacker_acted_are_found_and_left_out():
    pool, quiet = cell(seeds=(0, 3, 5)), cell(seeds=(0, 3), attack="none")
    never = cell(seeds=(0, 3), attack="pgd").assign(num_attackers=0)
    pool.loc[pool["seed"] == 3, "num_attackers"] = 0
    table = pd.concat([pool, quiet, never])
    kept = attacked(table)
    found = kept.groupby("attack")["seed"].unique().map(list).to_dict()
    assert found == {"blackbox": [0, 5], "none": [0, 3]}
    assert (kept.groupby(["attack", "seed"]).size() == 21).all()
    names = {axes[3]: seeds for axes, seeds in unattacked(table).items()}
    assert names == {"blackbox": [3], "pgd": [0, 3]}
    assert unattacked_note(table) == [
        "Left out: no attacker acted in seed 3 of blackbox.",
        "Left out: no attacker acted in seeds 0, 3 of pgd.",
    ]
    assert unattacked_note(quiet) == []
