import pandas as pd
import pytest
from tests.figures.made_up import cell, evaluated, key_labels, misplaced, notes, panel_notice

from edgecase.base.errors import DataError
from edgecase.figures import appendix_adaptive, appendix_greencar, appendix_prox, style


def grid(attacks, defenses, **names) -> pd.DataFrame:
    return pd.concat([cell(attack=a, defense=d, **names) for a in attacks for d in defenses])


def test_adaptive_has_a_column_for_each_bound():
    figure = appendix_adaptive.draw(grid(["none", "pgd"], appendix_adaptive.DEFENSES))
    titles = [axis.get_title() for axis in figure.axes[:3]]
    assert titles == ["no defense", "norm clipping", "adaptive clipping"]
    assert "Not run" not in notes(figure)
    part = appendix_adaptive.draw(grid(["none"], ["norm-clipping"]))
    assert "Not run here: no defense, adaptive clipping." in notes(part)


def test_curves_are_means_over_seeds_and_smoothed():
    table = cell(seeds=(0, 4), slope=1.0, rounds=12)
    backdoor, main = appendix_adaptive.draw(table).axes
    # Seeds start at 0 and 4; a line through ten rounds lags by 4.5.
    assert backdoor.lines[0].get_ydata()[12] == pytest.approx(2 + 12 - 4.5)
    assert list(main.lines[0].get_ydata()) == [90.0] * 13


def test_lines_join_the_rounds_that_were_evaluated():
    table = evaluated(cell(seeds=(0, 4), slope=1.0, rounds=12), 5)
    for axis, means in zip(
        appendix_adaptive.draw(table).axes, ([2, 2 + 2.5, 2 + 7.5, 2 + 9], [90] * 4), strict=True
    ):
        (line,) = axis.lines
        assert list(line.get_xdata()) == [0, 5, 10, 12]
        assert list(line.get_ydata()) == means


def test_prox_is_dashed_in_its_attack_s_colour():
    attacks = ["none", "blackbox", "blackbox-prox"]
    lines = appendix_prox.draw(grid(attacks, ["krum"])).axes[0].lines
    color = style.ATTACKS["blackbox"][1]
    looks = [(line.get_color(), line.get_linestyle()) for line in lines]
    assert looks[1:] == [(color, "-"), (color, "--")]
    assert looks[0][1] == ":"


def test_an_attack_without_its_partner_is_stated():
    table = grid(["none", "blackbox", "pgd-replacement-prox"], ["krum"])
    text = notes(appendix_prox.draw(table))
    assert "Not run here: black-box + prox, PGD + replacement." in text
    both = grid(["blackbox", "blackbox-prox"], ["krum"])
    assert "Not run" not in notes(appendix_prox.draw(both))


def test_absent_cells_are_stated_in_their_panel():
    table = pd.concat([grid(["pgd", "pgd-prox"], ["rfa"]), grid(["pgd"], ["krum"])])
    krum, rfa = appendix_prox.draw(table).axes[:2]
    assert panel_notice(krum) == "PGD + prox: not run"
    assert panel_notice(rfa) == ""


def test_greencar_has_a_column_for_each_task_and_rows_for_each_defense():
    table = pd.concat(
        [
            grid(["none", "blackbox"], ["rfa", "no-defense"]),
            grid(["none", "blackbox"], ["no-defense"], task="cifar10-greencar"),
        ]
    )
    figure = appendix_greencar.draw(table)
    assert [axis.get_title() for axis in figure.axes[:2]] == [
        "cifar10-greencar",
        "cifar10-southwest",
    ]
    assert [axis.get_ylabel() for axis in figure.axes[::2]] == [
        "no defense\nbackdoor (%)",
        "main (%)",
        "RFA\nbackdoor (%)",
        "main (%)",
    ]
    assert [panel_notice(axis) for axis in figure.axes[4:]] == ["not run", "", "not run", ""]
    assert "not an edge case" in notes(figure)
    assert key_labels(figure) == ["no attack", "black-box"]


def test_greencar_states_an_absent_task():
    assert "Not run here: cifar10-greencar." in notes(appendix_greencar.draw(cell()))


def test_tasks_may_have_different_participations():
    table = pd.concat([cell(), cell(task="cifar10-greencar", participation="fixed-freq-5")])
    text = notes(appendix_greencar.draw(table))
    assert "cifar10-greencar: an attacker every 5 rounds." in text
    assert "cifar10-southwest: an attacker every 10 rounds." in text


def test_standin_panels_alone_are_marked():
    table = pd.concat([cell(), cell(task="standin-planes", standin=True)])
    real, standin = appendix_greencar.draw(table).axes[:2]
    assert not real.texts
    assert standin.texts[0].get_text() == style.STANDIN_MARK


@pytest.mark.parametrize("draw", [f.draw for f in (appendix_adaptive, appendix_prox)])
@pytest.mark.parametrize(
    ("axis", "other"), [("override", "matched"), ("participation", "fixed-freq-5")]
)
def test_mixed_cells_are_refused(draw, axis, other):
    with pytest.raises(DataError, match=f"differ in {axis}"):
        draw(pd.concat([cell(), cell(**{axis: other})]))


def test_nothing_overlaps():
    attacks = ["none", "blackbox", "pgd", "pgd-replacement"]
    table = grid(attacks, appendix_adaptive.DEFENSES, standin=True, seeds=(0, 1))
    assert misplaced(appendix_adaptive.draw(table)) == []
