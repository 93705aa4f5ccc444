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
from edgecase.figures import fig3

HALF = 2  # of seeds 0, 2, 4, which raise the backdoor as much: from the lowest to the highest


def mix(edge, total=500, seeds=(0, 2, 4), **names):
    """A cell whose backdoor accuracy is the number of edge images / 10, plus the seed."""
    names = {"override": f"edge-{edge}", "backdoor": edge / 10} | names
    table = cell(seeds=seeds, **names)
    return with_parameters(table, poison__edge=edge, poison__clean=total - edge)


@pytest.fixture(scope="module")
def table():
    mixes = [mix(edge) for edge in (500, 10, 25, 100, 200)]
    return pd.concat([*mixes, mix(100, attack="none", override="default", backdoor=3.0)])


def test_points_and_bars_against_the_share_of_edge_images(table):
    _, backdoor, norm, main = fig3.draw(table).axes
    (line,) = error_bars(backdoor)
    # x % of 500 images are 5 x, a tenth of which is the cell's backdoor accuracy.
    means = [(x, x / 2 + 2) for x in (2, 5, 20, 40, 100)]
    np.testing.assert_allclose(line, [(x, mean, mean - HALF, mean + HALF) for x, mean in means])
    (line,) = error_bars(norm)
    np.testing.assert_allclose(line, [(x, 2.5, 2.5, 2.5) for x in (2, 5, 20, 40, 100)])
    (line,) = error_bars(main)
    np.testing.assert_allclose(line, [(x, 90, 90, 90) for x in (2, 5, 20, 40, 100)])
    assert [label.get_text() for label in main.get_xticklabels()] == ["2", "5", "20", "40", "100"]


def test_baseline_is_a_level_of_the_accuracies_and_has_no_norm(table):
    _, backdoor, norm, main = fig3.draw(table).axes
    assert levels(backdoor) == [pytest.approx(5.0)]
    assert levels(main) == [90.0]
    assert levels(norm) == []


def test_curves_are_dark_for_much_edge_data_and_named_with_their_share(table):
    figure = fig3.draw(table)
    labels = ["2 % edge", "5 % edge", "20 % edge", "40 % edge", "100 % edge", "no attack"]
    assert key_labels(figure) == labels
    curves = figure.axes[0].lines
    heights = [line.get_ydata()[-1] for line in curves]
    assert heights == pytest.approx([3, 4.5, 12, 22, 52, 5])
    lightness = [
        sum(int(line.get_color()[i : i + 2], 16) for i in (1, 3, 5)) for line in curves[:5]
    ]
    assert lightness == sorted(lightness, reverse=True)


def test_size_of_the_set_and_few_mixes_are_stated(table):
    assert "cifar10-southwest: poisoned set of 500 images." in notes(fig3.draw(table))
    assert "mixes are run" not in notes(fig3.draw(table))
    few = pd.concat([mix(10), mix(20, total=99)])
    assert "poisoned set of 99 to 500 images." in notes(fig3.draw(few))
    assert "only 2 of at least 5 mixes are run." in notes(fig3.draw(few))


def test_baseline_alone_says_that_no_attack_is_run():
    figure = fig3.draw(mix(100, attack="none"))
    assert [panel_notice(axis) for axis in figure.axes[1:]] == ["not run"] * 3


def test_one_seed_and_two_tasks():
    figure = fig3.draw(pd.concat([mix(10, seeds=(0,), task=task) for task in ("a", "b")]))
    assert [axis.get_title() for axis in figure.axes[:2]] == ["a", "b"]
    np.testing.assert_allclose(error_bars(figure.axes[2]), [[(2, 1, 1, 1)]])
    assert "One seed." in notes(figure)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"attack": "pgd"}, "differ in attack \\(blackbox, pgd\\)"),
        ({"defense": "krum"}, "differ in defense"),
        ({"participation": "fixed-freq-5"}, "differ in participation"),
        ({"case": "normal-case"}, "differ in case"),
        ({"override": "again"}, "2 cells have share = 2"),
    ],
)
def test_mixed_cells_are_refused(other, message):
    with pytest.raises(DataError, match=message):
        fig3.draw(pd.concat([mix(10), mix(10, **other)]))


def test_nothing_overlaps(table):
    assert misplaced(fig3.draw(table.assign(standin=True))) == []
