import pandas as pd
import pytest
from tests.figures.made_up import cell, texts, with_parameters

from edgecase import config
from edgecase.base.errors import DataError
from edgecase.figures import ablation


def flipped(switches=(), batch_size=32, weight_decay=0.0, **names) -> pd.DataFrame:
    values = config.SWITCHES | dict(switches)
    columns = {f"switches__{name}": value for name, value in values.items()}
    own = {"batch_size": batch_size, "weight_decay": weight_decay, "dataset": "cifar10"}
    audits = dict.fromkeys(("audits__names_removed", "audits__names_added"))
    return with_parameters(cell(**names), **columns, **own, **audits)


def pair(switches, backdoor=(40.0, 30.0), main=(90.0, 90.0), **names) -> pd.DataFrame:
    """A base and its flipped cell; the seeds of the latter rise twice as fast."""
    base = flipped(backdoor=backdoor[0], main=main[0], **names)
    other = flipped(switches, backdoor=backdoor[1], main=main[1], override="x", **names)
    other["backdoor_acc"] += other["seed"]
    return pd.concat([base, other])


def labels(figure):
    return [text.get_text() for text in figure.axes[0].get_yticklabels()]


def points(axis):
    """Row → (x, whether the point is filled)."""
    return {
        line.get_ydata()[0]: (line.get_xdata()[0], line.get_markerfacecolor() != "white")
        for line in axis.lines
        if line.get_marker() == "o"
    }


def bars(axis):
    """Row → ends of its interval."""
    drawn = [line for line in axis.lines if len(line.get_xdata()) == 2]
    return {
        line.get_ydata()[0]: tuple(line.get_xdata())
        for line in drawn
        if line.get_ydata()[0] == line.get_ydata()[1]
    }


def test_rows_points_and_intervals_by_hand():
    """Differences −10, −9, −8: mean −9, deviation 1, t(0.975, 2) = 4.302653 over √3."""
    figure = ablation.draw(pair({"transforms": "one"}, seeds=(0, 1, 2)))
    assert labels(figure)[1:3] == ["2  transforms: one", "cifar10-southwest, black-box, no defense"]
    backdoor, main = figure.axes
    half = 4.302653 / 3**0.5
    assert points(backdoor) == {2: (pytest.approx(-9.0), True)}
    assert bars(backdoor) == {2: pytest.approx((-9 - half, -9 + half))}
    assert points(main) == {2: (0.0, False)}
    zero = backdoor.lines[0]
    assert list(zero.get_xdata()) == [0, 0]


def test_what_was_not_run_has_a_row_that_says_so():
    figure = ablation.draw(pair({"radius_decay": "always"}, seeds=(0, 1)))
    assert labels(figure) == [
        "1  orientation: upright",
        "2  transforms: one",
        "3  radius_decay: never",
        "3  radius_decay: always",
        "cifar10-southwest, black-box, no defense",
        "4  multi_krum_counts: published",
        "8  p_study: matched",
        "9  pool_assumptions: corrected",
        "12  multi_krum_branch: published",
        "12  projection_order: before",
        "12  replacement_counts: batches",
        "12  weight_decay: 0.0001",
        "18  edge_sample_weight: corrected",
        "20  padding: left100",
        "20  carry_hidden: published",
        "20  dataset: sentiment140-published",
        "21  overlap: published",
        "batch_size: 32",
    ]
    for axis in figure.axes:
        assert [text.get_text() for text in axis.texts] == ["not run"] * 16
        assert [text.xy[1] for text in axis.texts] == [0, 1, 2, *range(5, 18)]


def test_one_seed_has_points_without_bars():
    figure = ablation.draw(pair({"p_study": "matched"}))
    assert bars(figure.axes[0]) == {}
    assert list(points(figure.axes[0]).values()) == [(-10.0, False)]
    assert "One seed." in texts(figure)


def test_cells_are_named_by_what_sets_them_apart():
    table = pd.concat(
        [
            pair({"transforms": "one"}, seeds=(0, 1)),
            pair({"transforms": "one"}, seeds=(0, 1), task="b"),
            pair({"p_study": "matched"}, seeds=(0,), case="normal-case", defense="rfa"),
        ]
    )
    figure = ablation.draw(table)
    assert "cifar10-southwest, black-box, RFA, normal-case, 1 seed" in labels(figure)
    assert "b, black-box, no defense" in labels(figure)
    assert "Cells: fixed-freq-10, edge-case" in texts(figure).replace("\n", " ")


def test_a_cell_without_its_base_is_named_below():
    figure = ablation.draw(flipped({"p_study": "matched"}, override="m"))
    name = "cifar10-southwest/fixed-freq-10/edge-case/blackbox/no-defense/m"
    assert f"Base not run: {name}." in texts(figure).replace("\n", "")
    assert len(labels(figure)) == 17
    assert len(figure.axes[0].texts) == 17


def test_standins_are_marked():
    figure = ablation.draw(pair({"transforms": "one"}, standin=True))
    for axis in figure.axes:
        assert "STAND-IN DATA" in [text.get_text() for text in axis.texts]
    assert "STAND-IN DATA, not the paper's: cifar10-southwest" in texts(figure)


def test_a_cell_that_flips_two_switches_is_refused():
    with pytest.raises(DataError, match="exactly one of"):
        ablation.draw(pair({"transforms": "one", "p_study": "matched"}))
