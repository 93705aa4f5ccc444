"""The page says the answer first, with its number, and what it rests on."""

import re
from pathlib import Path

import pytest
from tests.verdict.made_up import QUIET, table

from edgecase import config
from edgecase.results.cells import expand, verdict_blocks
from edgecase.verdict.judge import judge
from edgecase.verdict.page import parameters_of, to_markdown

ROOT = Path(__file__).parents[2]
EPS1, EPS4 = ("pgd", "eps-1"), ("pgd", "eps-4")
PARAMETERS = {
    **{"defense": {"name": "krum", "num_byzantine": 1}, "model": {"name": "lenet", "width": 0.25}},
    **{"dataset": "mnist", "edge_set": "ardis", "num_clients": 200, "clients_per_round": 10},
    **{"local_epochs": 5, "attacker_epochs": 3, "rounds": 120},
}


def page(defense="krum", **named):
    verdict = judge(table(defense, **named), defense)
    return to_markdown(verdict, PARAMETERS, "../krum.png", ["config/small.yaml"])


def answer(text):
    """The first sentence in bold."""
    return re.search(r"(?s)\n\n\*\*(.*?)\*\*\n\n", text)[1]


@pytest.mark.parametrize(
    ("above", "slope", "said"),
    [
        (60.0, 0.0, "PGD with radius 1 passes `krum`"),
        (12.0, 0.05, "PGD with radius 1 creeps in past `krum`"),
        (12.0, 0.0, "PGD with radius 1 gets past `krum` in part, but does not grow"),
        (4.5, 0.0, "`krum` stops every attack of the grid, even PGD with radius 1, the worst"),
    ],
)
def test_the_answer_is_first_with_its_number(above, slope, said):
    text = answer(page(above={EPS1: above}, slope={EPS1: slope}))
    assert text == (
        f"{said}: backdoor accuracy over the last 50 rounds is {above} [{above}, {above}] points "
        "above that of the same server without an attacker."
    )


def test_what_is_undecided_says_what_it_may_be():
    text = answer(page(above={EPS1: (18.0, 19.0, 20.0)}))
    assert text.startswith(
        "Undecided at this noise: PGD with radius 1 is the worst for `krum`; it may be that "
        "it gets past in part without growing or passes: backdoor accuracy over the last 50 rounds "
        "is 19.0 [12."
    )


def test_one_seed_has_no_interval_and_no_verdict():
    text = page(above={EPS1: 60.0}, seeds=(0,))
    assert "is the worst for `krum`; no word is ruled out: " in answer(text)
    assert "over the last 50 rounds is 60.0 points above" in answer(text)
    assert "- One seed: there is no interval, and so no verdict." in text
    assert "nan" not in text


def test_a_worst_case_at_the_end_of_the_radii_is_a_warning():
    warning = "**The grid may be too narrow**: the worst case is at its largest radius, 4; a larger"
    assert warning in page(above={EPS4: 60.0})
    assert "too narrow" not in page(above={EPS1: 60.0})


def test_attacks_that_do_nothing_without_a_defense_either_are_a_warning():
    text = page(above={EPS1: 4.0}, bare=(10.0, 12.0, 14.0))
    assert (
        "**These attacks prove little**: without a defense none of them is shown to pass either; "
        "the worst, the black-box attack, is 12.0 ["
    ) in text
    assert "prove little" not in page(above={EPS1: 4.0}, bare=20.0)
    assert "prove little" not in page("no-defense", above={EPS1: 60.0})


def test_cost_in_words():
    text = page(above={EPS1: 60.0}, main={QUIET: 89.5, EPS1: 86.0})
    assert "`krum` reaches a main accuracy of 89.5 [89.5, 89.5] %, a difference of -2.5" in text
    assert "Under the worst attack main accuracy is 86.0 [86.0, 86.0] %" in text
    assert "it reaches a backdoor accuracy -20.0 [-20.0, -20.0] points higher" in text


def test_scale_and_defense():
    text = page()
    assert "- Defense: `krum`; parameters: num_byzantine = 1." in text
    assert (
        "- Scale: clients 200, in a round 10, local epochs 5, an attacker's epochs 3, rounds 120, "
        "seeds 3; lenet of width 0.25."
    ) in text
    assert "PGD with the radii 0.25, 0.5, 1, 2, 4, and PGD with model replacement" in text


def test_the_scale_comes_from_cells_as_a_run_records_them():
    whole = config.load(ROOT / "config" / "test.yaml")
    whole["verdict"]["defense"] = "krum"
    records = [
        {
            "defense": cell.defense,
            "attack": cell.attack,
            "parameters": config.resolve_cell(whole, cell),
        }
        for cell in expand(verdict_blocks(whole))
    ]
    assert records[0]["attack"] == "none"
    chosen = parameters_of(records, "krum")
    assert chosen["defense"]["name"] == "krum"
    text = to_markdown(judge(table("krum"), "krum"), chosen, "../krum.png", [])
    assert "local epochs 1, an attacker's epochs 2, rounds 3" in text


def rows(text, heading):
    section = text.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_a_row_for_each_attack():
    head, _, *found = rows(page(above={EPS1: 60.0}), "What each attack reaches")
    assert head[:4] == ["attack", "backdoor (%)", "above no attack (points)", "word"]
    assert [row[0] for row in found] == [
        "the black-box attack",
        *(f"PGD with radius {radius}" for radius in ("0.25", "0.5", "1", "2", "4")),
        "PGD with model replacement (radius 0.1)",
    ]
    passed = found[3]
    assert passed[1:] == [
        *("62.0 [61.0, 63.0]", "60.0 [60.0, 60.0]", "passes"),
        *("40.0 [40.0, 40.0]", "-20.0 [-20.0, -20.0]"),
    ]


def test_seeds_in_which_no_attacker_acted_are_named():
    rows_of_krum = table(above={EPS1: 60.0})
    rows_of_krum.loc[rows_of_krum["seed"] == 1, "num_attackers"] = 0
    text = to_markdown(judge(rows_of_krum, "krum"), PARAMETERS, "f.png", [])
    assert "- Left out: no attacker acted in seed 1. " in text
    assert "means over 2 seeds [from the lowest to the highest seed]" in text
    assert "Left out" not in page()


def test_costs_have_a_row_for_no_attack_too():
    _, _, *found = rows(page(main={QUIET: 89.0}), "What the defense costs")
    assert found[0][:4] == ["no attack", "89.0 [89.0, 89.0]", "-3.0 [-3.0, -3.0]", "0.0 [0.0, 0.0]"]
    assert found[0][4] == "–"
    assert len(found) == 8


def test_refusing_most_honest_updates_is_explained():
    table_of_krum = table()
    table_of_krum.loc[table_of_krum["defense"] == "krum", "num_accepted"] = 1
    text = to_markdown(judge(table_of_krum, "krum"), PARAMETERS, "f.png", [])
    assert "refuses more than half of the honest updates without any attacker" in text
    assert "refuses more than half" not in page()


def test_standins_figure_command_and_what_no_attack_does():
    text = page(standin=True)
    assert text.index("**STAND-IN DATA**") < text.index("`krum` stops")
    assert "STAND-IN" not in page()
    assert "![What each attack reaches](../krum.png)" in text
    assert text.endswith(
        "## Again\n\n```\nsnakemake --cores all verdict --configfile config/small.yaml --config "
        "'verdict={defense: krum, task: cifar10-southwest, participation: fixed-freq-10}'\n```\n"
    )
    assert "- No attack here adapts: none of them knows the defense." in text
