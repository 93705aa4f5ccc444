"""The paper's claims in config/claims.yaml, against the configurations and the paper's numbers."""

import re
from pathlib import Path

import pytest
import yaml
from tests.claims.made_up import cell, last, measured

from edgecase import claims, config
from edgecase.analysis import printed, reported
from edgecase.analysis.measures import MEASURES
from edgecase.claims.check import problems
from edgecase.claims.model import FAILS, HOLDS, ROLES
from edgecase.claims.region import Region
from edgecase.claims.select import select
from edgecase.claims.verdict import judge
from edgecase.claims.words import FIRST, LAST
from edgecase.datasets.wnids import CLASSES
from edgecase.results.cells import all_cells

ROOT = Path(__file__).parents[2]
PATH = ROOT / "config" / "claims.yaml"
CLAIMS = {claim.id: claim for claim in claims.load(PATH)}


@pytest.fixture(scope="module")
def paper():
    return config.load()


@pytest.fixture
def folders_of_task_3(tmp_path, monkeypatch, forgets_folders):
    """Files of no content, in the places of ImageNet's and of the edge cases."""
    monkeypatch.chdir(tmp_path)
    places = [f"imagenet/{part}/{wnid}" for part in ("train", "val") for wnid in CLASSES]
    for place in (*places, *(f"cretan/{part}" for part in ("train", "honest", "test"))):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "0.JPEG").touch()


def test_the_paper_configuration_runs_every_claim(paper):
    """All but those that read log-densities instead of cells."""
    needed = claims.cells_needed(CLAIMS.values(), paper["claims"], all_cells(paper))
    judged = {name for name, claim in CLAIMS.items() if claim.role in paper["claims"]}
    of_cells = {name for name in judged if CLAIMS[name].parts[0].test != "tail-share"}
    assert set(needed) == of_cells
    assert judged - of_cells == {"fig2-edge-cases-far-task1", "fig2-edge-cases-far-task2"}


def test_the_figures_declare_what_their_claims_read(paper):
    """A claim of figure n is judged on cells of that figure, its companions figure n-…, or an
    ablation."""
    for name, claim in CLAIMS.items():
        blocks = [
            block
            for figure, blocks in paper["figures"].items()
            if re.fullmatch(rf"{claim.figure}(-.*)?|ablation", figure)
            for block in blocks
        ]
        cells = all_cells({"figures": {claim.figure: blocks}})
        needed = claims.cells_needed([claim], paper["claims"], cells)
        runs = claim.role in paper["claims"] and claim.figure != "fig2"
        assert bool(needed) == runs, name


@pytest.mark.parametrize(("name", "role"), [("reddit", "task5"), ("imagenet", "task3")])
def test_a_run_of_one_task_judges_its_claims(name, role, folders_of_task_3):
    """Those of a task that the paper's run leaves out, for its data have to be brought by hand."""
    run = config.load(ROOT / "config" / f"{name}.yaml")
    judged = [claim for claim in CLAIMS.values() if claim.role == role]
    needed = claims.cells_needed(judged, run["claims"], all_cells(run))
    assert set(needed) == {claim.id for claim in judged} == {f"fig4-fewer-holders-stronger-{role}"}


def test_the_roles_fit_the_configuration(paper):
    claims.check_roles(paper["claims"])
    for role in paper["claims"].keys() & set(ROLES):
        assert paper["claims"][role]["task"] in paper["tasks"]
    assert paper["claims"]["sigma_override"] in paper["overrides"]


def test_every_figure_with_a_claim_is_there():
    assert {claim.figure for claim in CLAIMS.values()} == {f"fig{n}" for n in range(2, 9)}
    assert {claim.role for claim in CLAIMS.values()} == set(ROLES)


TWEETS = {"task4": {"task": "tweets", "participation": "fixed-freq-10"}}


def on_tweets(name, content):
    found = {cell(task="tweets", **dict(axes)): last(*values) for axes, values in content.items()}
    return judge(CLAIMS[f"{name}-task4"], TWEETS, measured(found)).verdict


def under(defense, override="default", attack="blackbox", case="edge-case"):
    axes = {"attack": attack, "defense": defense, "override": override, "case": case}
    return tuple(axes.items())


def test_a_misspelt_multi_krum_that_passes_is_told_from_one_that_stops():
    content = {
        under("multi-krum"): (9, 10, 11),
        under("multi-krum", attack="none"): (8, 10, 9),
        under("multi-krum", "multi-krum-branch-published"): (60, 62, 61),
        under("no-defense", attack="none"): (10, 11, 9),
    }
    assert on_tweets("fig5-blackbox-passes-multi-krum", content) == FAILS
    assert on_tweets("fig5-blackbox-passes-misspelt-multi-krum", content) == HOLDS


@pytest.mark.parametrize(
    "sizes",
    [("hidden-25", "hidden-50", "hidden-100", "default"), ("hidden-25", "default", "wider-100")],
)
@pytest.mark.parametrize(("slope", "verdict"), [(10, HOLDS), (-10, FAILS)])
def test_sizes_of_an_lstm_run_from_the_smallest_to_the_largest(slope, verdict, sizes):
    rows = [
        (under("no-defense", size, attack), [50 + slope * n * (attack != "none")] * 3)
        for n, size in reversed(list(enumerate(sizes)))
        for attack in ("none", "blackbox")
    ]
    assert on_tweets("fig8-larger-easier", dict(rows)) == verdict


@pytest.mark.parametrize("files", [(), ("small.yaml", "small-all.yaml")])
def test_the_widths_that_a_trend_compares_rise_in_its_order(files):
    whole = config.load(*(ROOT / "config" / name for name in files))
    for role in ("task1", "task2", "task4"):
        claim = CLAIMS[f"fig8-larger-easier-{role}"]
        selected = select(claim.parts[0].of, role, whole["claims"], all_cells(whole)).cells
        widths = [config.resolve_cell(whole, cell)["model"]["width"] for cell in selected]
        assert widths == sorted(set(widths))
        assert len(widths) >= 3


def test_the_order_of_the_cases_of_task_4_is_judged_on_equal_doses():
    cases = ("edge-case", "almost-edge-case", "normal-case")
    falls = {
        under("no-defense", "matched", case=case): (60 - 20 * n, 62 - 20 * n, 61 - 20 * n)
        for n, case in enumerate(cases)
    }
    rises = {under("no-defense", case=case): (20 * n,) * 3 for n, case in enumerate(cases)}
    assert on_tweets("fig4-fewer-holders-stronger", falls | rises) == HOLDS


def test_quantities_are_measures_of_a_run():
    named = {FIRST, LAST}
    for claim in CLAIMS.values():
        for part in claim.parts:
            named |= {part.quantity, part.than}
            named |= {s.quantity for s in (part.of, part.against) if s is not None}
    assert named - {None} <= set(MEASURES)


def test_labels_are_those_of_the_reported_values():
    schema = yaml.safe_load((ROOT / "config" / "schemas" / "claims.schema.yaml").read_text())
    labels = {
        reported.CODE,
        reported.NOTEBOOK,
        reported.THIRD_PARTY,
        reported.RECALLED,
        reported.UNNOTED,
        "not in the paper",
    }
    assert set(schema["$defs"]["claim"]["properties"]["sure"]["enum"]) == labels


def test_the_printed_curve_is_the_one_the_figure_draws():
    claim = CLAIMS["fig4-printed-curve-task2"]
    edge, normal, *mains = [part.region for part in claim.parts]
    for region, case in ((edge, "edge-case"), (normal, "normal-case")):
        value = printed.BACKDOOR[case][499]
        assert region == Region(value - printed.TOLERANCE, value + printed.TOLERANCE)
    assert {region.low for region in mains} == {printed.MAIN[499] - printed.TOLERANCE}
    assert claim.only.task in printed.TASKS
    assert claim.only.participation == printed.PARTICIPATION


def test_no_scale_of_a_run_is_in_a_selector(paper):
    """Tasks, periods, pools, radii and noises are the configuration's to choose."""
    for claim in CLAIMS.values():
        for part in claim.parts:
            for selector in (part.of, part.against):
                names = (
                    [name for values in selector.axes.values() for name in values]
                    if selector
                    else []
                )
                for name in names:
                    assert name not in paper["tasks"]
                    assert not re.match(r"(fixed-\w+|eps|unusual-sigma|sigma|bound)-\d", name), (
                        claim.id
                    )


def test_no_key_holds_a_verdict():
    content = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    assert problems(content) == []
    content["claims"][0]["verdict"] = "holds"
    assert "verdict" in problems(content)[0]


@pytest.mark.parametrize(
    "files", [[], ["small", "small-all"], ["small", "medium"], ["text4"]], ids="-".join
)
def test_models_of_figure_8_are_judged_from_the_smallest_to_the_largest(files):
    """A trend goes by the order of names, so the names have to lie in that of the widths."""
    run = config.load(*(ROOT / "config" / f"{name}.yaml" for name in files))
    for claim in CLAIMS.values():
        if claim.figure == "fig8" and claim.role in run["claims"]:
            found = select(claim.parts[0].of, claim.role, run["claims"], all_cells(run)).cells
            widths = [config.resolve_cell(run, cell)["model"]["width"] for cell in found]
            assert widths == sorted(set(widths))
