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
from edgecase.figures import fig7
from edgecase.figures.participation import CLIENTS


def run(participation, clients=200, **names):
    return with_parameters(cell(participation=participation, **names), **{CLIENTS: clients})


def grid(periods, pools, **names):
    found = [run(f"fixed-freq-{p}", backdoor=50.0 - p / 2, **names) for p in periods]
    found += [run(f"fixed-pool-{n}", backdoor=10.0 * n, **names) for n in pools]
    return pd.concat(found)


def test_backdoor_against_period_and_pool():
    axes = fig7.draw(grid((10, 1, 100), (10, 1, 5))).axes
    by_period, by_pool = axes[4:6]
    np.testing.assert_allclose(
        error_bars(by_period), [[(1, 49.5, 49.5, 49.5), (10, 45, 45, 45), (100, 0, 0, 0)]]
    )
    np.testing.assert_allclose(
        error_bars(by_pool), [[(0.5, 10, 10, 10), (2.5, 50, 50, 50), (5, 100, 100, 100)]]
    )
    assert [axis.get_title() for axis in axes[:2]] == [
        "cifar10-southwest\nby period",
        "cifar10-southwest\nby pool",
    ]


def test_bars_over_few_seeds():
    axes = fig7.draw(run("fixed-freq-10", seeds=(0, 2), backdoor=40.0)).axes
    ((point,),) = error_bars(axes[4])
    np.testing.assert_allclose(point, (10, 41, 40, 42))


def test_dark_is_frequent_and_periods_and_pools_are_told_apart():
    figure = fig7.draw(grid((1, 10, 100), (10, 1)))
    assert key_labels(figure) == ["period 1", "period 10", "period 100", "pool 5 %", "pool 0.5 %"]
    by_period, by_pool = figure.axes[:2]
    assert [line.get_ydata()[0] for line in by_period.lines] == [49.5, 45, 0]
    for axis, style, often_first in ((by_period, "-", True), (by_pool, "--", False)):
        lines = axis.lines if often_first else axis.lines[::-1]
        lightness = [sum(int(line.get_color()[i : i + 2], 16) for i in (1, 3, 5)) for line in lines]
        assert lightness == sorted(lightness)
        assert {line.get_linestyle() for line in lines} == {style}


def test_pools_of_two_tasks_with_one_share_have_one_entry():
    table = pd.concat(
        [run("fixed-pool-5"), run("fixed-pool-85", clients=3383, task="emnist-ardis")]
    )
    assert key_labels(fig7.draw(table)) == ["pool 2.5 %"]


def test_baseline_is_a_level_in_both_columns():
    table = pd.concat([grid((10,), (5,)), run("fixed-freq-10", attack="none", backdoor=3.0)])
    figure = fig7.draw(table)
    assert [levels(axis) for axis in figure.axes[4:]] == [[3.0], [3.0]]
    assert [len(axis.lines) for axis in figure.axes[:2]] == [2, 2]
    assert key_labels(figure)[-1] == "no attack"


def test_what_the_paper_runs_and_the_table_lacks_is_stated():
    figure = fig7.draw(grid((1, 2, 5, 10, 20), (1, 2)))
    text = notes(figure).replace("\u00a0", " ")
    assert "not run here: period 50, 100; pool 2.5, 5 % (cifar10-southwest)." in text
    all_of_it = grid((1, 2, 5, 10, 20, 50, 100), (1, 2, 5, 10))
    assert "not run here" not in notes(fig7.draw(all_of_it))


def test_pools_of_the_paper_are_counted_in_whole_clients():
    table = pd.concat([run(f"fixed-pool-{n}", clients=3383) for n in (17, 34, 85, 169)])
    assert "pool" not in notes(fig7.draw(table)).partition("not run here:")[2]


def test_a_column_without_cells_says_so():
    figure = fig7.draw(grid((1, 5), ()))
    assert [panel_notice(axis) for axis in figure.axes[2:]] == ["", "not run"] * 2
    assert [panel_notice(axis) for axis in figure.axes[:2]] == ["no attack: not run", "not run"]


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (run("fixed-freq-10", attack="pgd"), "differ in attack"),
        (run("fixed-freq-5", defense="krum"), "differ in defense"),
        (run("fixed-freq-5", case="normal-case"), "differ in case"),
        (run("fixed-freq-5", override="matched"), "differ in override"),
        (run("sometimes"), "participation: 'sometimes'"),
    ],
)
def test_mixed_cells_are_refused(other, message):
    with pytest.raises(DataError, match=message):
        fig7.draw(pd.concat([run("fixed-freq-10"), other]))


def test_nothing_overlaps():
    one = grid((1, 2, 5, 10, 20, 50, 100), (1, 2, 5, 10), standin=True, seeds=(0, 1))
    assert misplaced(fig7.draw(one)) == []
