import pandas as pd
import pytest
from tests.figures.made_up import cell, panel_notice, texts, with_parameters

from edgecase.base.errors import DataError
from edgecase.figures import fig6

SWEEP = (0.0002, 0.005, 0.025, 0.158)


def seated(defense, stddev=None, bound=None, refused=0, client=0, **names) -> pd.DataFrame:
    """A cell with client 0 in every round, refused in the first `refused` of its 20."""
    table = cell(defense=defense, override=names.pop("override", "unusual"), **names)
    table["client_ids"] = "0 1 2 3 4 5 6 7 8 9"
    table["refused_ids"] = table["fl_iter"].between(1, refused).map({True: "0", False: ""})
    table["num_accepted"] = 10 - table["fl_iter"].between(1, refused)
    return with_parameters(
        table, seated_client=client, defense__stddev=stddev, defense__norm_bound=bound
    )


def weak_dp(stddev, **names) -> pd.DataFrame:
    return seated("weak-dp", stddev, 2.0, override=f"unusual-sigma-{stddev:g}", **names)


def full(**names) -> pd.DataFrame:
    parts = [seated("krum", refused=18, **names), seated("multi-krum", refused=5, **names)]
    parts += [seated("no-defense", backdoor=60.0, **names)]
    return pd.concat([*parts, *(weak_dp(value, **names) for value in SWEEP)])


def flat(text):
    return text.replace("\n", " ")


def shares(axis):
    """Place → length of each bar of a panel of shares."""
    return {round(bar.get_y() + bar.get_height() / 2): bar.get_width() for bar in axis.patches}


def sigmas(axis) -> list[str]:
    return [flat(label.get_text()) for label in axis.get_xticklabels()]


def test_shares_of_unusual_typical_and_attacker_by_hand():
    krum, multi, _ = fig6.draw(full()).axes
    assert shares(krum) == pytest.approx({0: 10.0, 1: 100.0, 2: 100.0})
    assert shares(multi) == pytest.approx({0: 75.0, 1: 100.0, 2: 100.0})
    labels = [flat(text.get_text()) for text in krum.get_yticklabels()]
    assert labels == ["honest client, unusual data", "other honest clients", "attacker"]
    assert [text.get_text() for text in krum.texts] == ["10 %", "100 %", "100 %"]
    alike = [line.get_xdata()[0] for line in multi.lines if line.get_linestyle() == "--"]
    assert alike == pytest.approx([100 * (1 - 5 / 200)])


def test_intervals_over_seeds_and_none_for_one():
    bars = {len(fig6.draw(full(seeds=seeds)).axes[0].lines) for seeds in ((0, 1), (1, 2, 3))}
    assert bars == {1 + 3}
    assert len(fig6.draw(full()).axes[0].lines) == 1


def test_sweep_beside_no_defense_and_the_published_values():
    sweep = fig6.draw(full(main=80.0)).axes[2]
    published = ["0.025 (published)", "0.158 (published)"]
    assert sigmas(sweep) == ["no defense", "0.0002", "0.005", *published]
    drawn = [line for line in sweep.lines if len(line.get_xdata()) == len(SWEEP)]
    assert {tuple(line.get_xdata()) for line in drawn} == {(1, 2, 3, 4)}
    assert sorted({line.get_ydata()[0] for line in drawn}) == [0.0, 80.0]
    plain = [li.get_ydata()[0] for li in sweep.lines if li.get_marker() == "o"][::2]
    assert plain == [80.0, 0.0, 60.0]
    assert "norm 2" in sweep.get_xlabel()
    assert panel_notice(sweep) == ""


def test_norm_clipping_is_the_sweep_s_zero():
    table = pd.concat([full(), seated("norm-clipping", bound=2.0)])
    figure = fig6.draw(table)
    assert sigmas(figure.axes[2])[:3] == ["no defense", "0 (clipping)", "0.0002"]
    assert "σ = 0 is norm clipping." in texts(figure)


def test_destroyed_models_are_white_and_said():
    lost = weak_dp(0.01, main=80.0, seeds=(0, 1))
    lost.loc[(lost["seed"] == 1) & (lost["fl_iter"] > 6), "main_task_acc"] = 39.0
    table = pd.concat([full(), lost])
    figure = fig6.draw(table)
    white = [
        tuple(line.get_xdata())
        for line in figure.axes[2].lines
        if line.get_markerfacecolor() == "white"
    ]
    assert white == [(3,)] * 3  # the third of the rising σ
    said = "half of the starting model's): cifar10-southwest, weak DP, σ = 0.01 in 1 of 2 seeds."
    assert said in flat(texts(figure))


def test_the_pictures_are_said_to_be_a_stand_in():
    text = flat(texts(fig6.draw(full())))
    assert "pictures that the authors used were never released" in text
    assert "share of the Southwest photos" in text
    assert "label airplane and disjoint by photo from the attacker's and from the test's" in text
    assert "STAND-IN DATA" not in text


def test_missing_cells_are_stated():
    table = pd.concat([seated("krum"), weak_dp(0.025)])
    krum, multi, sweep = fig6.draw(table).axes
    assert panel_notice(krum) == ""
    assert panel_notice(multi) == "not run"
    assert panel_notice(sweep) == "no defense: not run\nσ = 0.158 (published): not run"


def test_an_empty_sweep_is_stated():
    sweep = fig6.draw(seated("krum")).axes[2]
    assert panel_notice(sweep) == "no defense: not run\nweak DP: not run"


def test_without_an_attack_nobody_attacks():
    krum = fig6.draw(seated("krum", attack="none")).axes[0]
    assert shares(krum).keys() == {0, 1}
    assert [text.get_text() for text in krum.texts] == ["100 %", "100 %", "none takes part"]


def test_each_task_has_a_row_and_standins_are_marked():
    figure = fig6.draw(pd.concat([full(task="b", standin=True), full(task="a")]))
    assert [axis.get_ylabel() for axis in figure.axes[::3]] == ["a\nblack-box", "b\nblack-box"]
    marked = ["STAND-IN DATA" in [text.get_text() for text in axis.texts] for axis in figure.axes]
    assert marked == [False] * 3 + [True] * 3
    assert "STAND-IN DATA, not the paper's: b" in figure.texts[0].get_text()


def test_a_defense_without_a_panel_is_named():
    figure = fig6.draw(pd.concat([full(), seated("rfa")]))
    assert "In the table without a panel: rfa." in flat(texts(figure))


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (seated("krum", override="other"), "krum differ in override"),
        (seated("krum", participation="fixed-pool-5"), "differ in participation"),
        (weak_dp(0.01, client=4), r"differ in seated_client \(0, 4\)"),
        (weak_dp(0.005).assign(override="again"), "σ = 0.005 differ in override"),
        (
            pd.concat([weak_dp(0), seated("norm-clipping", bound=2.0)]),
            r"σ = 0 differ in defense \(norm-clipping, weak-dp\)",
        ),
        (
            with_parameters(weak_dp(0.01), defense__norm_bound=1.5),
            r"weak-dp differ in norm_bound \(1.5, 2\)",
        ),
        (seated("multi-krum", client=None, override="default"), "has no seated_client"),
    ],
)
def test_mixed_cells_are_refused(other, said):
    other = other.assign(client_ids="0 1 2 3 4 5 6 7 8 9")
    with pytest.raises(DataError, match=said):
        fig6.draw(pd.concat([full(), other]))
