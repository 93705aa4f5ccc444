from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from tests.figures.made_up import cell, misplaced, panel_notice, texts

from edgecase.base.errors import DataError
from edgecase.figures import fig4, style

CASES = ("edge-case", "almost-edge-case", "normal-case")
PRINTED = "printed in the authors' notebook"


def three_cases(**names) -> pd.DataFrame:
    return pd.concat(
        [cell(case=case, backdoor=80.0 - 30 * i, **names) for i, case in enumerate(CASES)]
    )


def line_of(axis, case):
    color = style.CASES[case][1]
    (line,) = [li for li in axis.lines if li.get_color() == color and li.get_marker() == "None"]
    return line


def test_accuracies_are_smoothed_and_averaged():
    table = cell(seeds=(0, 4), slope=1.0, rounds=12)
    table["main_task_acc"] = table["fl_iter"] % 2
    backdoor, main, norm = fig4.draw(table).axes
    # Seeds start at 0 and 4, so their mean is 2 higher than a line through 0; it lags by 4.5.
    assert line_of(backdoor, "edge-case").get_ydata()[12] == pytest.approx(2 + 12 - 4.5)
    assert line_of(main, "edge-case").get_ydata()[[0, 1, 12]] == pytest.approx([0, 0.5, 0.5])
    # Rounds with an attacker only: 1 and 11.
    np.testing.assert_array_equal(line_of(norm, "edge-case").get_xdata(), [1, 11])
    np.testing.assert_array_equal(line_of(norm, "edge-case").get_ydata(), [2.5, 2.5])


def test_few_seeds_are_thin_lines_and_five_have_a_band():
    assert not fig4.draw(cell(seeds=(0,))).axes[0].collections
    (few,) = fig4.draw(cell(seeds=(0, 2))).axes[0].collections
    assert [set(path.vertices[:, 1]) for path in few.get_paths()] == [{0}, {2}]
    (band,) = fig4.draw(cell(seeds=range(5))).axes[0].collections
    heights = band.get_paths()[0].vertices[:, 1]
    # Mean 2 of 0 … 4 %: the interval reaches below the lowest seed's half and above the highest.
    assert 0 < heights.min() < 1
    assert heights.max() > 4


def test_no_attack_is_in_the_panels_of_accuracies():
    table = pd.concat([three_cases(), cell(attack="none", backdoor=3.0)])
    backdoor, main, norm = fig4.draw(table).axes
    assert panel_notice(backdoor) == ""
    assert {line.get_ydata()[0] for line in backdoor.lines} == {80, 50, 20, 3}
    assert [len(axis.lines) for axis in (main, norm)] == [4, 3]


def test_a_split_without_a_baseline_of_its_own_has_the_tasks():
    quiet = cell(attack="none", backdoor=3.0)
    split = three_cases(override="p-study-matched")
    matched = fig4.draw(pd.concat([quiet, split])).axes[0]
    assert panel_notice(matched) == ""
    assert {line.get_ydata()[0] for line in matched.lines} == {80, 50, 20, 3}
    own = cell(attack="none", override="p-study-matched", backdoor=4.0)
    matched = fig4.draw(pd.concat([quiet, own, split])).axes[0]
    assert {line.get_ydata()[0] for line in matched.lines} == {80, 50, 20, 4}


def test_main_accuracy_has_one_scale_within_a_task():
    split = three_cases(override="p-study-matched", main=60.0)
    axes = fig4.draw(pd.concat([three_cases(main=90.0), split])).axes
    assert axes[2].get_ylim() == axes[3].get_ylim() == (59.5, 90.5)


def test_missing_case_is_stated_in_its_panel():
    quiet = cell(attack="none", task="cifar10-greencar")
    figure = fig4.draw(pd.concat([three_cases(), cell(task="cifar10-greencar"), quiet]))
    greencar, southwest = figure.axes[0], figure.axes[1]
    assert panel_notice(greencar) == "almost-edge-case: not run\nnormal-case: not run"
    assert panel_notice(southwest) == "no attack: not run"


def test_matched_split_is_judged_and_drawn_first():
    table = pd.concat([three_cases(), three_cases(override="p-study-matched")])
    titles = [axis.get_title() for axis in fig4.draw(table).axes[:2]]
    assert titles == [
        "cifar10-southwest\nmatched (judged)",
        "cifar10-southwest\npublished (beside)",
    ]


def test_titles_of_the_papers_columns_lie_side_by_side():
    tasks = ("cifar10-southwest", "emnist-ardis", "sent140-lanthimos")
    split = [three_cases(task=task, override="matched") for task in (tasks[0], tasks[2])]
    figure = fig4.draw(pd.concat([*split, *[three_cases(task=task) for task in tasks]]))
    assert misplaced(figure) == []
    titles = [axis.title.get_window_extent() for axis in figure.axes[:5]]
    assert all(one.x1 < other.x0 for one, other in pairwise(titles))


def test_the_last_title_stays_on_the_page():
    tasks = [f"a task of long name {number}" for number in range(6)]
    figure = fig4.draw(pd.concat([three_cases(task=task) for task in tasks]))
    assert misplaced(figure) == []
    assert figure.axes[5].get_title() == tasks[5]


@pytest.mark.parametrize("task", ["emnist-ardis", "mnist-ardis"])
def test_printed_curve_is_beside_the_ardis_tasks(task):
    figure = fig4.draw(three_cases(task=task, rounds=60))
    backdoor = figure.axes[0]
    points = [line for line in backdoor.lines if line.get_marker() == "o"]
    # Rounds 10, 25 and 50 of the notebook lie within our 60 rounds.
    assert sorted(tuple(line.get_ydata()) for line in points) == [(28, 50, 69), (32, 45, 52)]
    assert f"{PRINTED} (smoothed, ±2)" in texts(figure)
    assert ("run was on EMNIST" in texts(figure)) == (task == "mnist-ardis")


@pytest.mark.parametrize(
    "names",
    [
        {"task": "standin-digits", "standin": True},
        {"task": "emnist-ardis", "standin": True},
        {"task": "cifar10-southwest"},
        {"task": "emnist-ardis", "participation": "fixed-freq-5"},
        {"task": "emnist-ardis", "defense": "krum"},
        {"task": "emnist-ardis", "attack": "pgd"},
    ],
)
def test_printed_curve_is_beside_no_other_run(names):
    figure = fig4.draw(three_cases(**names))
    assert PRINTED not in texts(figure)
    assert not [line for line in figure.axes[0].lines if line.get_marker() == "o"]


def test_mixed_cells_are_refused():
    table = pd.concat([cell(), cell(defense="krum", case="normal-case")])
    with pytest.raises(DataError, match="differ in defense \\(krum, no-defense\\)"):
        fig4.draw(table)


def test_the_caption_counts_the_printed_points_that_ours_are_close_to():
    """Of 28, 50 and 69 one is near 50; of 93.9, 96.7 and 98.0 two are near 96.2."""
    of_task = {"task": "mnist-ardis", "rounds": 60}
    quiet = cell(attack="none", backdoor=28, **of_task)
    figure = fig4.draw(pd.concat([cell(backdoor=50, main=96.2, **of_task), quiet]))
    said = " ".join(texts(figure).split())
    assert "within 2 of our mean: backdoor edge-case 1 of 3, main edge-case 2 of 3." in said
