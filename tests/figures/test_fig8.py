import numpy as np
import pandas as pd
import pytest
from tests.figures.made_up import (
    cell,
    error_bars,
    key_labels,
    misplaced,
    notes,
    panel_notice,
    with_parameters,
)

from edgecase.base.errors import DataError
from edgecase.figures import fig8, style


def run(width, model="vgg9", **names):
    names = {"override": f"width-{width}", "backdoor": 20.0 * width} | names
    return with_parameters(cell(**names), model__name=model, model__width=width)


def test_backdoor_against_width_with_and_without_attack():
    table = pd.concat([run(w) for w in (2.0, 0.5, 1.0)])
    table = pd.concat([table, *[run(w, attack="none", backdoor=w) for w in (0.5, 2.0)]])
    summary = fig8.draw(table).axes[2]
    attack, baseline = error_bars(summary)
    np.testing.assert_allclose(attack, [(0.5, 10, 10, 10), (1, 20, 20, 20), (2, 40, 40, 40)])
    np.testing.assert_allclose(baseline, [(0.5, 0.5, 0.5, 0.5), (2, 2, 2, 2)])
    assert [label.get_text() for label in summary.get_xticklabels()] == ["0.5", "1", "2"]


def test_curves_have_a_colour_by_width_and_are_dotted_without_attack():
    table = pd.concat([run(2.0), run(0.5), run(0.5, attack="none", backdoor=1.0)])
    figure = fig8.draw(table)
    light, dark = style.ramp(2)
    drawn = {
        (line.get_color(), line.get_linestyle()): line.get_ydata()[0]
        for line in figure.axes[0].lines
    }
    assert drawn == {(light, "-"): 10, (dark, "-"): 40, (light, ":"): 1}
    assert key_labels(figure) == ["width × 0.5", "width × 2", "no attack"]


def test_networks_of_a_task_are_columns():
    table = pd.concat([run(1.0, task="b", model="lenet"), run(1.0), run(1.0, model="vgg11")])
    titles = [axis.get_title() for axis in fig8.draw(table).axes[:3]]
    assert titles == ["b\nlenet", "cifar10-southwest\nvgg11", "cifar10-southwest\nvgg9"]


def test_widths_of_the_paper_that_are_absent_are_stated():
    table = pd.concat([run(0.25), run(0.5), run(1.0, attack="none")])
    said = notes(fig8.draw(table))
    absent = "vgg9 of width 1, 2; lstm of width 0.125, 0.25, 0.5, 1."
    assert f"In the paper, not run here: {absent}" in said
    assert "200 units" not in said
    lstm = [run(w, "lstm", task="tweets") for w in (0.125, 0.25, 0.5, 1.0)]
    full = pd.concat([*lstm, *[run(w) for w in (0.5, 1.0, 2.0)]])
    assert "not run here" not in notes(fig8.draw(full))
    assert "or on the LSTM's 200 units" in notes(fig8.draw(full))


def test_each_network_has_the_ticks_of_its_own_widths():
    lstm = [run(w, "lstm", task="tweets") for w in (0.125, 0.25, 0.5, 1.0)]
    figure = fig8.draw(pd.concat([*lstm, *[run(w) for w in (0.5, 1.0, 2.0)]]))
    ticks = [[label.get_text() for label in axis.get_xticklabels()] for axis in figure.axes[4:]]
    assert ticks == [["0.5", "1", "2"], ["0.125", "0.25", "0.5", "1"]]


def test_baseline_alone_says_that_no_attack_is_run():
    assert panel_notice(fig8.draw(run(1.0, attack="none")).axes[0]) == "attack: not run"


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (run(2.0, attack="pgd"), "differ in attack"),
        (run(2.0, defense="krum"), "differ in defense"),
        (run(2.0, participation="fixed-freq-5"), "differ in participation"),
        (run(1.0, override="again"), "2 cells have model.width = 1"),
    ],
)
def test_mixed_cells_are_refused(other, message):
    with pytest.raises(DataError, match=message):
        fig8.draw(pd.concat([run(1.0), other]))


def test_nothing_overlaps():
    table = pd.concat([run(w, seeds=(0, 1), standin=True) for w in (0.5, 1.0, 2.0)])
    assert misplaced(fig8.draw(table)) == []
