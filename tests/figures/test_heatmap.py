import pandas as pd
import pytest
from tests.figures.made_up import cell, misplaced

from edgecase.base.errors import DataError
from edgecase.figures import heatmap, style


def written(axis) -> list[str]:
    """The numbers of a map, row by row, and its dashes."""
    return [text.get_text() for text in axis.texts if text.get_text() != style.STANDIN_MARK]


def test_means_over_seeds_and_last_rounds_stand_in_their_order():
    table = pd.concat(
        [
            # Rounds 11 to 20 add 15.5 points on average to the seeds' 0 and 4.
            cell(attack="pgd", defense="krum", seeds=(0, 4), slope=1.0),
            cell(attack="none", defense="krum", seeds=(0, 4), main=80.0),
            cell(attack="none", seeds=(0, 4)),
        ]
    )
    backdoor, main = heatmap.draw(table).axes
    assert [label.get_text() for label in backdoor.get_yticklabels()] == ["no attack", "PGD"]
    assert [label.get_text() for label in backdoor.get_xticklabels()] == ["no defense", "Krum"]
    assert sorted(written(backdoor)) == ["18", "2", "2", "–"]
    assert sorted(written(main)) == ["80", "90", "90", "–"]


def test_of_several_radii_the_one_that_gets_furthest_is_shown_and_named():
    weak, strong = cell(attack="pgd", backdoor=5.0), cell(attack="pgd", backdoor=70.0)
    figure = heatmap.draw(pd.concat([weak, strong.assign(override="eps-2")]))
    assert written(figure.axes[0]) == ["70"]
    assert "PGD under no defense: the strongest of its runs, eps-2." in figure.get_label()
    assert "Not run: no attack, black-box, PGD + replacement." in figure.get_label()


def test_a_task_of_two_participations_is_refused():
    with pytest.raises(DataError, match="differ in participation"):
        heatmap.draw(pd.concat([cell(), cell(participation="fixed-freq-5")]))


def test_many_defenses_stand_down_the_side_of_all_tasks():
    many = list(style.DEFENSES)[:15]
    first = [cell(defense=name, task="a", backdoor=10.0 * (name == "krum")) for name in many]
    other = [cell(defense=name, task="b, with planes", attack="pgd") for name in many[:2]]
    figure = heatmap.draw(pd.concat([*first, *other]))
    names = [style.DEFENSES[name] for name in many]
    backdoor, *others = figure.axes
    assert [label.get_text() for label in backdoor.get_yticklabels()] == names
    assert written(backdoor) == ["10" if name == "Krum" else "0" for name in names]
    assert [axis.get_title().splitlines()[-1] for axis in figure.axes] == [
        "backdoor accuracy (%)",
        "main accuracy (%)",
    ] * 2
    assert others[1].get_title().startswith("b,\nwith planes\n")
    assert written(others[1]).count("–") == 13
    assert misplaced(figure) == []


def test_nothing_overlaps():
    table = pd.concat([cell(attack=a, task=t, standin=True) for a in style.ATTACKS for t in "ab"])
    assert misplaced(heatmap.draw(table)) == []
