import numpy as np
import pandas as pd
import pytest
from tests.figures.made_up import (
    cell,
    error_bars,
    evaluated,
    key_labels,
    levels,
    misplaced,
    notes,
    panel_notice,
    with_parameters,
)

from edgecase.base.errors import DataError
from edgecase.figures import appendix_bound, appendix_sigma, sweep

HALF = 2  # of seeds 0, 2, 4, which raise the backdoor as much: from the lowest to the highest
SIGMAS = (0.001, 0.025, 0.158)


def noise(sigma=None, defense="weak-dp", **names):
    names = {"override": f"sigma-{sigma}" if sigma is not None else "default"} | names
    table = cell(defense=defense, **names)
    return with_parameters(
        table, defense__stddev=np.nan if sigma is None else sigma, seated_client=np.nan
    )


def destroy(table, start):
    """Main accuracy of an untrained model from round `start` on."""
    table.loc[table["fl_iter"] >= start, "main_task_acc"] = 10.0
    return table


def test_three_accuracies_against_the_value():
    table = pd.concat([noise(s, seeds=(0, 2, 4), backdoor=1000 * s, main=80.0) for s in SIGMAS])
    table["source_class_acc"] = 70.0
    backdoor, main, source = appendix_sigma.draw(table).axes
    means = [(s, 1000 * s + 2) for s in SIGMAS]
    np.testing.assert_allclose(
        error_bars(backdoor), [[(s, mean, mean - HALF, mean + HALF) for s, mean in means]]
    )
    np.testing.assert_allclose(error_bars(main), [[(s, 80, 80, 80) for s in SIGMAS]])
    np.testing.assert_allclose(error_bars(source), [[(s, 70, 70, 70) for s in SIGMAS]])
    assert [label.get_text() for label in source.get_xticklabels()] == ["0.001", "0.025", "0.158"]


def test_defenses_without_the_parameter_are_levels():
    table = pd.concat(
        [
            noise(0.001),
            noise(defense="no-defense", backdoor=60.0),
            noise(defense="norm-clipping", backdoor=50.0),
            noise(defense="no-defense", attack="none", backdoor=2.0),
        ]
    )
    figure = appendix_sigma.draw(table)
    assert sorted(levels(figure.axes[0])) == [2.0, 50.0, 60.0]
    labels = ["no attack", "black-box", "under no defense", "under norm clipping"]
    assert key_labels(figure) == labels
    assert figure.axes[0].get_title() == "cifar10-southwest\nweak DP"


def test_published_values_are_marked_or_said_to_be_absent():
    full = appendix_sigma.draw(pd.concat([noise(s) for s in SIGMAS]))
    vertical = [li.get_xdata()[0] for li in full.axes[0].lines if list(li.get_ydata()) == [0, 1]]
    assert vertical == [0.025, 0.158]
    assert "published σ, 0.025 and 0.158." in notes(full)
    part = appendix_sigma.draw(pd.concat([noise(0.001), noise(0.025)]))
    assert "Published σ not run here: 0.158." in notes(part)


def test_destroyed_models_are_white_and_stated():
    table = pd.concat([noise(0.001), destroy(noise(0.025), 7), destroy(noise(0.158), 2)])
    figure = appendix_sigma.draw(table)
    backdoor, main, _ = figure.axes
    assert panel_notice(backdoor) == "model destroyed\n0.025: from round 7\n0.158: from round 2"
    (white,) = [line for line in main.lines if line.get_markerfacecolor() == "white"]
    assert list(white.get_xdata()) == [0.025, 0.158]
    assert "below half of the starting model's" in notes(figure)


def test_some_destroyed_seeds_are_counted():
    table = noise(0.025, seeds=(0, 1, 2))
    table = pd.concat([table[table["seed"] > 0], destroy(table[table["seed"] == 0].copy(), 4)])
    notice = panel_notice(appendix_sigma.draw(table).axes[0])
    assert notice == "model destroyed\n0.025: from round 4 (1 of 3 runs)"


def test_a_round_in_which_every_client_diverged_is_stated():
    table = noise(0.025)
    table.loc[table["fl_iter"] == 6, "num_accepted"] = 0
    figure = appendix_sigma.draw(table)
    assert panel_notice(figure.axes[0]) == "every client diverged\n0.025: in round 6"
    assert "Destroyed" not in notes(figure)


@pytest.mark.parametrize(
    ("column", "value", "rounds", "expected"),
    [
        ("main_task_acc", 44.0, range(5, 21), 5),  # the starting model has 90
        ("main_task_acc", 46.0, range(5, 21), None),
        ("main_task_acc", 10.0, range(5, 20), None),  # it recovers in the last round
        ("num_accepted", 0, range(1, 21), 1),
        ("num_accepted", 0, range(20, 21), 20),
        ("num_accepted", 0, range(0, 1), None),  # round 0 has no participants
    ],
)
def test_destroyed_from(column, value, rounds, expected):
    table = cell()
    table.loc[table["fl_iter"].isin(rounds), column] = value
    assert sweep.destroyed_from(table) == expected


@pytest.mark.parametrize(("start", "end", "expected"), [(3, 21, 5), (3, 5, None), (16, 21, 20)])
def test_destroyed_from_the_round_in_which_it_was_measured(start, end, expected):
    table = cell()
    table.loc[table["fl_iter"].isin(range(start, end)), "main_task_acc"] = 10.0
    assert sweep.destroyed_from(evaluated(table, 5)) == expected


def test_bounds_are_swept_and_zero_has_a_place():
    values = (0.5, 2.0)
    table = pd.concat(
        with_parameters(
            cell(defense="norm-clipping", override=f"bound-{b}", backdoor=b), defense__norm_bound=b
        )
        for b in values
    )
    figure = appendix_bound.draw(table)
    np.testing.assert_allclose(error_bars(figure.axes[0]), [[(b, b, b, b) for b in values]])
    assert figure.axes[2].get_xlabel() == "norm bound"
    zero = appendix_sigma.draw(pd.concat([noise(0.0, override="sigma-0"), noise(0.001)]))
    assert [label.get_text() for label in zero.axes[2].get_xticklabels()] == ["0", "0.001"]


def test_a_task_without_the_sweep_says_so():
    table = pd.concat([noise(0.001), noise(defense="no-defense", task="b")])
    figure = appendix_sigma.draw(table)
    assert [panel_notice(axis) for axis in figure.axes[:2]] == ["not run", ""]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([noise(0.001), noise(0.001, override="again")], "2 cells have defense.stddev = 0.001"),
        ([noise(0.001), noise(0.002, defense="other")], "differ in defense"),
        ([noise(0.001), noise(0.002, participation="fixed-freq-5")], "differ in participation"),
        (
            [noise(defense="rfa"), noise(defense="rfa", override="matched")],
            "blackbox under rfa of cifar10-southwest differ in override",
        ),
    ],
)
def test_mixed_cells_are_refused(table, message):
    with pytest.raises(DataError, match=message):
        appendix_sigma.draw(pd.concat(table))


def test_nothing_overlaps():
    table = pd.concat([destroy(noise(s, seeds=(0, 1), standin=True), 3) for s in SIGMAS])
    assert misplaced(appendix_sigma.draw(table)) == []


def test_a_seated_client_that_works_against_the_backdoor_is_stated():
    seated = appendix_sigma.draw(noise(0.001).assign(seated_client=0.0))
    said = "An honest client holds edge cases with their true label"
    assert said in notes(seated)
    assert said not in notes(appendix_sigma.draw(noise(0.001)))
