import numpy as np
import pandas as pd
import pytest
from tests.densities.made_up import group, table

from edgecase.base.errors import DataError
from edgecase.densities import GROUPS
from edgecase.figures import fig2, style


def labels(axis):
    return [text.get_text() for text in axis.get_legend().get_texts()]


def test_one_panel_per_task_under_its_name():
    figure = fig2.draw(pd.concat([table(task="b"), table(task="a")]))
    titles = [axis.get_legend().get_title().get_text() for axis in figure.axes]
    assert titles == ["b", "a"]
    assert figure.get_figwidth() == style.width(wide=False)


def test_groups_differ_in_colour_and_in_line_style():
    (axis,) = fig2.draw(table()).axes
    entries = list(fig2.GROUPS.values())
    assert [line.get_color() for line in axis.lines[:3]] == [entry[1] for entry in entries]
    assert [line.get_linestyle() for line in axis.lines[:3]] == [entry[2] for entry in entries]
    assert len({entry[1] for entry in entries}) == len({entry[2] for entry in entries}) == 3


def test_shares_below_the_quantile_are_printed_with_their_interval():
    """Edge cases 25 % and 75 % below: mean 50.

    In-distribution 0 … 100: 5 of 101 below the quantile in both seeds.
    """
    made = pd.concat(
        [
            *(group("in-distribution", range(101), seed=seed) for seed in (0, 1)),
            group("edge-case", [0, 50, 50, 50], seed=0),
            group("edge-case", [0, 0, 0, 50], seed=1),
        ]
    )
    (axis,) = fig2.draw(made).axes
    assert labels(axis) == [
        "in-distribution (cifar10): 5 % [5, 5]",
        "edge cases (southwest): 50 % [25, 75]",
        "out-of-distribution: not run",
    ]
    assert len(axis.lines) == 3  # two groups and the quantile


def test_the_longest_names_fit_into_a_column():
    made = pd.concat(
        [
            group("in-distribution", range(101), seed=0, source="standin-planes"),
            group("in-distribution", range(101), seed=1, source="standin-planes"),
            group("out-of-distribution", [-9, 50, 90], seed=0, source="standin-digits"),
            group("out-of-distribution", [-9, -9, 90], seed=1, source="standin-digits"),
        ]
    )
    figure = fig2.draw(made)
    figure.draw_without_rendering()
    (axis,) = figure.axes
    assert axis.get_legend().get_window_extent().x1 <= figure.bbox.x1
    assert axis.get_window_extent().width > 0.8 * figure.bbox.width


def test_one_seed_has_no_interval():
    figure = fig2.draw(table(seeds=(4,)))
    assert labels(figure.axes[0])[1] == "edge cases (southwest): 50 %"
    assert figure.texts[-1].get_text() == "One seed."


def test_a_curve_is_the_share_of_images_below_each_point():
    (axis,) = fig2.draw(table(seeds=(0,))).axes
    x, y = axis.lines[0].get_data()
    expected = [100 * sum(value < point for value in range(101)) / 101 for point in x]
    np.testing.assert_allclose(y, expected)


def test_each_of_few_seeds_is_a_thin_line():
    """At 50.5: seed 0 has 51 of 101 below, seed 2 has 49."""
    (axis,) = fig2.draw(table(seeds=(0, 2), groups=GROUPS[:1])).axes
    nearest = axis.lines[0].get_xdata()
    place = np.abs(nearest - 50.5).argmin()
    heights = [path.vertices[place, 1] for path in axis.collections[0].get_paths()]
    np.testing.assert_allclose(sorted(heights), [4900 / 101, 5100 / 101])


def test_the_dotted_line_is_the_mean_quantile():
    (axis,) = fig2.draw(table(seeds=(0, 2))).axes
    assert list(axis.lines[-1].get_xdata()) == [6, 6]  # 5 and 7


def test_a_far_set_does_not_squeeze_the_others():
    """Median 50, quantile 5: the axis ends at 50 − 10 · 45, and the far set starts at 100 %."""
    figure = fig2.draw(table(seeds=(0,)))
    (axis,) = figure.axes
    assert axis.get_xlim()[0] == pytest.approx(-400)
    assert (axis.lines[2].get_ydata() == 100).all()
    assert "images further left" in figure.get_label()


def test_the_axis_ends_where_the_lowest_set_does():
    near = pd.concat([group("in-distribution", range(101)), group("edge-case", range(-100, 1))])
    (axis,) = fig2.draw(near).axes
    assert axis.get_xlim() == pytest.approx((-98, 99.9), abs=0.1)


def test_standin_data_is_marked_in_banner_and_panel():
    figure = fig2.draw(pd.concat([table(task="real"), table(task="made-up", standin=True)]))
    marks = [[text.get_text() for text in axis.texts] for axis in figure.axes]
    assert marks == [[], [style.STANDIN_MARK]]
    assert figure.texts[0].get_text() == f"{style.STANDIN_MARK}, not the paper's: made-up"


def test_a_group_of_two_sets_is_refused():
    made = pd.concat([table(), group("edge-case", [1.0], source="greencar")])
    with pytest.raises(DataError, match="a, edge-case differ in set"):
        fig2.draw(made)


def test_a_task_without_in_distribution_images_is_refused():
    with pytest.raises(DataError, match="no in-distribution image"):
        fig2.draw(table(groups=GROUPS[1:]))
