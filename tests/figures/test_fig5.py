import pandas as pd
import pytest
from tests.figures.made_up import cell, panel_notice, texts

from edgecase.errors import DataError
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
    assert panel_notice(krum) == "PGD + replacement:\nnot in the paper"
    assert panel_notice(rfa) == "PGD: not run\nPGD + replacement:\nnot run"


def test_empty_panel_says_not_run():
    table = pd.concat([grid(["pgd"], ["krum", "rfa"], task="a"), grid(["pgd"], ["rfa"], task="b")])
    axes = fig5.draw(table).axes
    assert [panel_notice(axis) for axis in axes] == ["", "", "", "", "not run", "", "not run", ""]


def test_what_the_paper_runs_and_the_table_lacks_is_in_the_footer():
    figure = fig5.draw(grid(["none", "blackbox", "pgd"], ["no-defense", "krum", "rfa"]))
    footer = figure.texts[-1].get_text().replace("\n", " ")
    assert "not run here: PGD + replacement, norm clipping, Multi-Krum." in footer


def test_overrides_are_named():
    figure = fig5.draw(grid(["pgd"], ["rfa"], override="eps-1.5"))
    assert "pgd under rfa: eps-1.5." in texts(figure).replace("\n", " ")


@pytest.mark.parametrize("axis", ["override", "case", "participation"])
def test_mixed_cells_are_refused(axis):
    table = pd.concat([cell(attack="pgd"), cell(attack="pgd", **{axis: "other"})])
    with pytest.raises(DataError, match=f"differ in {axis}"):
        fig5.draw(table)


def test_a_defense_and_an_attack_without_a_label_go_by_their_names():
    figure = fig5.draw(cell(defense="bulyan", attack="stealth"))
    assert figure.axes[0].get_title() == "bulyan"
    assert "stealth" in [text.get_text() for text in figure.legends[0].get_texts()]
