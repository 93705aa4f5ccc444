from itertools import pairwise

import pandas as pd
import pytest
from tests.figures.made_up import cell, misplaced, panel_notice, texts

from edgecase import defenses
from edgecase.base.errors import DataError
from edgecase.figures import fig5, style


def grid(attacks, defenses, **names) -> pd.DataFrame:
    return pd.concat([cell(attack=a, defense=d, **names) for a in attacks for d in defenses])


def test_columns_are_defenses_and_each_task_has_two_rows():
    table = pd.concat([grid(["pgd"], ["krum", "no-defense"], task=t) for t in ("b", "a")])
    axes = fig5.draw(table).axes
    assert [axis.get_title() for axis in axes[:2]] == ["no defense", "Krum"]
    assert [axis.get_ylabel() for axis in axes[::2]] == [
        "a\nbackdoor (%)",
        "main (%)",
        "b\nbackdoor (%)",
        "main (%)",
    ]


def test_titles_of_many_defenses_lie_side_by_side():
    figure = fig5.draw(grid(["none", "blackbox"], defenses.names()))
    assert misplaced(figure) == []
    titles = [axis.title.get_window_extent() for axis in figure.axes[: len(defenses.names())]]
    assert all(one.x1 < other.x0 for one, other in pairwise(titles))


def test_attacks_are_lines_in_their_fixed_colours():
    axes = fig5.draw(grid(["none", "blackbox", "pgd"], ["rfa"])).axes
    expected = [style.ATTACKS[name][1] for name in ("none", "blackbox", "pgd")]
    assert [line.get_color() for line in axes[0].lines] == expected
    assert [line.get_color() for line in axes[1].lines] == expected


def test_absent_cells_are_stated_and_the_paper_s_gap_is_told_apart():
    table = pd.concat(
        [
            grid(["none", "pgd", "pgd-replacement"], ["no-defense"]),
            grid(["none", "pgd"], ["krum"]),
            grid(["none"], ["rfa"]),
        ]
    )
    no_defense, krum, rfa = fig5.draw(table).axes[:3]
    assert panel_notice(no_defense) == ""
    assert panel_notice(krum) == "PGD + replacement: not in the paper"
    assert panel_notice(rfa) == "PGD: not run\nPGD + replacement: not run"


def test_the_printed_curve_is_beside_the_authors_own_run():
    table = grid(["none", "blackbox"], ["no-defense", "krum"], task="emnist-ardis", rounds=30)
    figure = fig5.draw(table)
    marked = [[li for li in axis.lines if li.get_marker() == "o"] for axis in figure.axes[:2]]
    assert [[list(line.get_ydata()) for line in lines] for lines in marked] == [[[28, 50]], []]
    assert "printed in the authors' notebook" in texts(figure)


def test_empty_panel_says_not_run():
    table = pd.concat([grid(["pgd"], ["krum", "rfa"], task="a"), grid(["pgd"], ["rfa"], task="b")])
    axes = fig5.draw(table).axes
    assert [panel_notice(axis) for axis in axes] == ["", "", "", "", "not run", "", "not run", ""]


def test_what_the_paper_runs_and_the_table_lacks_is_in_the_caption():
    figure = fig5.draw(grid(["none", "blackbox", "pgd"], ["no-defense", "krum", "rfa"]))
    assert "not run here: PGD + replacement, norm clipping, Multi-Krum." in figure.get_label()


def test_overrides_are_named():
    figure = fig5.draw(grid(["pgd"], ["rfa"], override="eps-1.5"))
    assert "PGD under RFA: eps-1.5." in texts(figure).replace("\n", " ")


@pytest.mark.parametrize(
    ("axis", "other"),
    [("override", "eps-1"), ("case", "normal-case"), ("participation", "fixed-freq-5")],
)
def test_mixed_cells_are_refused(axis, other):
    table = pd.concat([cell(attack="pgd"), cell(attack="pgd", **{axis: other})])
    with pytest.raises(DataError, match=f"differ in {axis}"):
        fig5.draw(table)


def test_a_defense_and_an_attack_without_a_label_go_by_their_names():
    figure = fig5.draw(cell(defense="mine", attack="stealth"))
    assert figure.axes[0].get_title() == "mine"
    assert "stealth" in [text.get_text() for text in figure.legends[0].get_texts()]


def test_participation_and_how_it_differs_from_the_paper_s_are_stated():
    attacks, defenses = ["blackbox"], ["no-defense"]
    every_10 = texts(fig5.draw(grid(attacks, defenses))).replace("\n", " ")
    assert "Participation: an attacker every 10 rounds." in every_10
    assert "The paper has" not in every_10
    often = fig5.draw(grid(attacks, defenses, participation="fixed-freq-5"))
    assert "The paper has an attacker every 10 rounds." in texts(often).replace("\n", " ")
    pool = grid(attacks, defenses, participation="fixed-pool-5").assign(
        **{"parameters.num_clients": 200}
    )
    text = texts(fig5.draw(pool)).replace("\n", " ")
    assert "a pool of 5 of 200 clients (2.5 %) that attack when sampled." in text
    assert "A pool of attackers; the paper's figure has an attacker every 10 rounds." in text


def test_a_panel_without_a_run_that_nobody_attacks_says_so():
    table = pd.concat([grid(["none", "pgd"], ["no-defense"]), grid(["pgd"], ["krum", "rfa"])])
    figure = fig5.draw(table)
    missing = "no attack: not run"
    assert [panel_notice(axis) for axis in figure.axes[:3]] == ["", missing, missing]


def test_where_an_attack_beyond_the_paper_runs_is_in_the_caption():
    table = pd.concat([grid(["none", "oneshot"], ["no-defense"]), grid(["none"], ["krum"])])
    said = "cifar10-southwest: “one-shot” is run only under no defense."
    assert said in fig5.draw(table).get_label()
