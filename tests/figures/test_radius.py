import numpy as np
import pandas as pd
import pytest
from tests.figures.made_up import (
    cell,
    error_bars,
    key_labels,
    levels,
    misplaced,
    notes,
    panel_notice,
    with_parameters,
)

from edgecase.base.errors import DataError
from edgecase.figures import radius

RADII = (0.25, 0.5, 1.0, 2.0, 4.0)


def run(eps=None, attack="pgd", **names):
    names = {"override": f"eps-{eps}" if eps else "default"} | names
    return with_parameters(cell(attack=attack, **names), eps=np.nan if eps is None else eps)


def grid(radii=RADII, **names):
    return pd.concat([run(eps, backdoor=10 * eps, **names) for eps in radii])


def test_backdoor_and_acceptance_against_the_radius():
    table = grid(RADII[::-1], defense="krum")
    table.loc[(table["eps"] == 4.0) & (table["fl_iter"] == 11), "attacker_accepted"] = 0
    backdoor, accepted = radius.draw(table).axes
    np.testing.assert_allclose(error_bars(backdoor), [[(e, *[10 * e] * 3) for e in RADII]])
    # Attackers in rounds 1 and 11; at the largest radius the second one is refused.
    expected = [(e, *[50 if e == 4 else 100] * 3) for e in RADII]
    np.testing.assert_allclose(error_bars(accepted), [expected])


def test_bars_over_few_seeds_go_from_the_lowest_to_the_highest():
    ((point,),) = error_bars(radius.draw(run(1.0, seeds=(0, 1, 5), backdoor=40.0)).axes[0])
    np.testing.assert_allclose(point, (1, 42, 40, 45))


def test_no_attack_and_black_box_are_levels():
    table = pd.concat(
        [grid(), run(attack="none", backdoor=3.0), run(attack="blackbox", backdoor=30.0)]
    )
    figure = radius.draw(table)
    backdoor, accepted = figure.axes
    assert levels(backdoor) == [3.0, 30.0]
    assert levels(accepted) == [100.0]
    assert key_labels(figure) == ["no attack", "black-box", "PGD"]


def test_columns_are_defenses_and_tasks_have_two_rows():
    table = pd.concat(
        [grid(defense=d, task=t) for t in ("b", "a") for d in ("rfa", "krum", "no-defense")]
    )
    axes = radius.draw(table).axes
    assert [axis.get_title() for axis in axes[:3]] == ["no defense", "Krum", "RFA"]
    assert [axis.get_ylabel() for axis in axes[::3]] == [
        "a\nbackdoor (%),\nlast rounds",
        "attackers\naccepted (%)",
        "b\nbackdoor (%),\nlast rounds",
        "attackers\naccepted (%)",
    ]


def test_absent_cells_and_few_radii_are_stated():
    table = pd.concat(
        [
            grid(),
            run(attack="none"),
            run(1.0, defense="krum"),
            run(attack="none", defense="rfa"),
        ]
    )
    figure = radius.draw(table)
    assert [panel_notice(axis) for axis in figure.axes[:3]] == [
        "",
        "no attack: not run\nPGD: 1 of ≥ 5 radii",
        "PGD: not run",
    ]
    assert "Not run here: norm clipping, Multi-Krum." in notes(figure)


def test_missing_baseline_is_in_the_notes():
    assert "Not run here: no attack, norm clipping" in notes(radius.draw(grid()))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.concat([run(1.0), run(1.0, override="again")]), "2 cells have eps = 1"),
        (pd.concat([run(1.0), run(2.0, participation="fixed-freq-5")]), "differ in participation"),
        (pd.concat([run(1.0), run(2.0, case="normal-case")]), "differ in case"),
        (
            pd.concat([run(attack="none"), run(attack="none", override="matched")]),
            "none in cifar10-southwest under no-defense differ in override",
        ),
    ],
)
def test_mixed_cells_are_refused(table, message):
    with pytest.raises(DataError, match=message):
        radius.draw(table)


def test_nothing_overlaps():
    table = pd.concat(
        [grid(defense=d, standin=True) for d in ("no-defense", "norm-clipping", "krum", "rfa")]
    )
    assert misplaced(radius.draw(table)) == []
