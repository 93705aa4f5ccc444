"""The figure of a verdict, from made-up cells whose answer is known."""

import numpy as np
import pytest
from tests.figures.made_up import texts
from tests.verdict.made_up import QUIET, table

from edgecase.figures import style, verdict
from edgecase.verdict.judge import judge

EPS1 = ("pgd", "eps-1")
BLUE, GREY = style.ATTACKS["pgd"][1], style.ATTACKS["none"][1]


def draw(defense="krum", **named):
    return verdict.draw(judge(table(defense, **named), defense).rows, defense, 5.0, 20.0)


def joined(axis, color):
    """The points of the lines in a colour that join several, as (x, y)."""
    lines = [line for line in axis.lines if line.get_color() == color]
    return [np.asarray(line.get_xydata()) for line in lines if len(line.get_xdata()) == 5]


def test_pgd_is_a_line_over_its_radii():
    backdoor = draw(above={EPS1: 60.0}).axes[0]
    krum = joined(backdoor, BLUE)[0]
    assert krum[:, 0] == pytest.approx(np.log10([0.25, 0.5, 1.0, 2.0, 4.0]))
    assert krum[:, 1] == pytest.approx([0.0, 0.0, 60.0, 0.0, 0.0])
    bare = joined(backdoor, GREY)[0]
    assert bare[:, 1] == pytest.approx([40.0] * 5)


def test_the_other_attacks_stand_apart():
    figure = draw()
    labels = [text.get_text() for text in figure.axes[-1].get_xticklabels()]
    assert labels == ["0.25", "0.5", "1", "2", "4", "black-\nbox", "PGD +\nrepl."]
    places = figure.axes[-1].get_xticks()
    apart = np.diff(places)
    assert (apart[4:] > apart[:4].max()).all()
    for axis in figure.axes:
        alone = {line.get_xdata()[0] for line in axis.lines if len(line.get_xdata()) == 1}
        assert set(places[5:]) <= alone


def test_the_bounds_are_in_the_panel():
    backdoor = draw(above={EPS1: -3.0}, bare=1.0).axes[0]
    levels = {line.get_ydata()[0] for line in backdoor.lines if line.get_color() == "black"}
    assert levels == {5.0, 20.0}
    low, high = backdoor.get_ylim()
    assert low < -3
    assert high > 20


def test_main_accuracy_with_no_attack_as_a_level():
    main = draw(main={QUIET: 88.0, EPS1: 80.0}).axes[1]
    assert joined(main, BLUE)[0][:, 1] == pytest.approx([90.0, 90.0, 80.0, 90.0, 90.0])
    levels = {line.get_ydata()[0] for line in main.lines if line.get_linestyle() == ":"}
    assert levels == {88.0, 92.0}


def test_refused_and_accepted_in_percent():
    rows = table()
    krum = rows["defense"] == "krum"
    rows.loc[krum, "num_accepted"] = 4
    rows.loc[krum & (rows["num_attackers"] > 0), "attacker_accepted"] = 0
    updates = verdict.draw(judge(rows, "krum").rows, "krum", 5.0, 20.0).axes[2]
    refused = joined(updates, style.ATTACKS["blackbox"][1])[0]
    accepted = joined(updates, style.ATTACKS["pgd-replacement"][1])[0]
    assert refused[:, 1] == pytest.approx([100 * (1 - 480 / 1188)] * 5)
    assert accepted[:, 1] == pytest.approx([0.0] * 5)


def test_legend_title_and_notes():
    found = texts(draw()).replace("\n", " ")
    for part in (
        *("cifar10-southwest Krum", "no defense", "honest clients refused", "attackers accepted"),
        *("Last 50 of 120 rounds, means over 3 seeds", "hold for all attacks on a server at once"),
    ):
        assert part in found
    assert style.STANDIN_MARK not in found


def test_one_seed_has_no_interval():
    found = texts(draw(seeds=(0,))).replace("\n", " ")
    assert "Last 50 of 120 rounds, one seed." in found
    assert "interval" not in found


def test_standins_are_marked():
    figure = draw(standin=True)
    assert texts(figure).count(style.STANDIN_MARK) == 1 + len(figure.axes)


def test_a_defense_without_a_label_and_no_defense():
    assert "mine" in figure_title(draw("mine"))
    assert "no defense" in figure_title(draw("no-defense"))
    assert "krum" not in figure_title(draw("no-defense"))


def figure_title(figure):
    return figure.axes[0].get_title()
