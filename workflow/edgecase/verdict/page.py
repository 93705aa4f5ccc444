"""Write the verdict as one page that is understood alone: answer first, then its grounds."""

import shlex
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from edgecase.analysis.intervals import interval_text, meaning
from edgecase.claims.model import UNDECIDED
from edgecase.claims.words import PASSES_FROM, STOPPED_TO
from edgecase.results.attacks import NO_ATTACK, unattacked_text
from edgecase.verdict.judge import BETWEEN, NO_DEFENSE, Verdict

#: one decimal, and no minus before a zero.
_TENTH = "z.1f"

_LEFT_OPEN = {
    "stopped": "is stopped",
    BETWEEN: "gets past in part without growing",
    "creeps-in": "creeps in",
    "passes": "passes",
}
_SIZES = {
    "num_clients": "clients",
    "clients_per_round": "in a round",
    "local_epochs": "local epochs",
    "attacker_epochs": "an attacker's epochs",
    "rounds": "rounds",
}


def parameters_of(records: Iterable[Mapping], defense: str) -> Mapping:
    """The parameters of the first of the cells' records that attacks the defense: a page tells what
    the attackers do, which the cell without an attack does not know."""
    return next(
        record["parameters"]
        for record in records
        if record["defense"] == defense and record["attack"] != NO_ATTACK
    )


def to_markdown(
    verdict: Verdict, parameters: Mapping, figure: str, configfiles: Sequence[str]
) -> str:
    """The page. `parameters` are those of the defense's cells, which but for the attack are one.

    `figure` is the path of the figure from the page, `configfiles` what Snakemake was given.
    """
    row = verdict.worst
    task = f"{row['task']} ({row['participation']}, {row['case']})"
    parts = [
        f"# The verdict on `{verdict.defense}`: {task}",
        f"**{_answer(verdict)}**",
        _cost(verdict),
        *_warnings(verdict),
        f"![What each attack reaches]({figure})",
        "## What was asked",
        _asked(verdict, parameters),
        "## What each attack reaches",
        _attacks(verdict),
        "## What the defense costs",
        _costs(verdict),
        "## Read with care",
        _caveats(verdict),
        "## Again",
        f"```\n{_command(verdict.worst, configfiles)}\n```",
    ]
    if row["standin"]:
        parts.insert(1, "**STAND-IN DATA**: this says nothing about the paper's data.")
    return "\n\n".join(parts) + "\n"


def _answer(verdict: Verdict) -> str:
    """The verdict in one sentence with its number."""
    attack, defense = _name(verdict.worst), f"`{verdict.defense}`"
    said = {
        "passes": f"{attack} passes {defense}",
        "stopped": f"{defense} stops every attack of the grid, even {attack}, the worst",
        "creeps in": f"{attack} creeps in past {defense}",
        BETWEEN: f"{attack} gets past {defense} in part, but does not grow",
        UNDECIDED: f"Undecided at this noise: {attack} is the worst for {defense}; "
        f"{_left_open(verdict)}",
    }[verdict.word]
    interval = verdict.interval
    above = interval_text(interval.value, interval.low, interval.high, _TENTH)
    text = (
        f"{said}: backdoor accuracy over the {_rounds(verdict, 'last')} is "
        f"{above} points above that of the same "
        "server without an attacker."
    )
    return text[0].upper() + text[1:]


def _left_open(verdict: Verdict) -> str:
    if len(verdict.left_open) == len(_LEFT_OPEN):
        return "no word is ruled out"
    return f"it may be that it {' or '.join(_LEFT_OPEN[word] for word in verdict.left_open)}"


def _cost(verdict: Verdict) -> str:
    quiet = verdict.row(NO_ATTACK, verdict.defense)
    worst = verdict.worst
    return (
        f"Without an attacker `{verdict.defense}` reaches a main accuracy of "
        f"{_of(quiet, 'main_last')} %, a difference of {_of(quiet, 'main_change')} points to no "
        f"defense, and refuses {_of(quiet, 'honest_refused_share', 100)} % of the honest clients' "
        f"updates. Under the worst attack main accuracy is {_of(worst, 'main_last')} %; "
        f"{_of(worst, 'honest_refused_share', 100)} % of the honest updates are refused and "
        f"{_of(worst, 'attacker_accepted_share', 100)} % of the attackers' accepted. Without a "
        f"defense it reaches a backdoor accuracy {_of(worst, 'prevented')} points higher."
    )


def _warnings(verdict: Verdict) -> list[str]:
    found = []
    if verdict.end:
        beyond = {"smallest": "smaller", "largest": "larger"}[verdict.end]
        found.append(
            f"**The grid may be too narrow**: the worst case is at its {verdict.end} radius, "
            f"{verdict.worst['eps']:g}; a {beyond} one may do more."
        )
    bare = _attacked(verdict, NO_DEFENSE)
    if verdict.word != "passes" and "passes" not in set(bare["word"]):
        worst = bare.loc[bare["above_none_mean"].idxmax()]
        found.append(
            "**These attacks prove little**: without a defense none of them is shown to pass "
            f"either; the worst, {_name(worst)}, is {_of(worst, 'above_none')} points above no "
            "attack."
        )
    return found


def _asked(verdict: Verdict, parameters: Mapping) -> str:
    row = verdict.worst
    balls = _attacked(verdict, verdict.defense).query("attack == 'pgd'")
    radii = [f"{radius:g}" for radius in balls["eps"]]
    own = {k: v for k, v in parameters["defense"].items() if k != "name"}
    given = ", ".join(f"{key} = {value}" for key, value in own.items()) or "it takes none"
    sizes = ", ".join(f"{words} {parameters[key]}" for key, words in _SIZES.items())
    model = parameters["model"]
    lines = [
        f"Defense: `{verdict.defense}`; parameters: {given}.",
        f"Task: `{row['task']}`, data {parameters['dataset']} with edge cases of "
        f"{parameters['edge_set']}; `{row['case']}`, `{row['participation']}`.",
        f"Scale: {sizes}, seeds {row['seeds']}; {model['name']} of width {model['width']}.",
        f"Attacks: none, black-box, PGD with the radii {', '.join(radii)}, and PGD with model "
        "replacement; each with this defense and without any.",
        f"Words: an attack *passes* from {PASSES_FROM:g} points above no attack and is *stopped* "
        f"up to {STOPPED_TO:g}; it *creeps in* between, if it grows from the "
        f"{_rounds(verdict, 'first')} to the {_rounds(verdict, 'last')}. Where the interval does "
        f"not settle the word, it is *{UNDECIDED}*.",
    ]
    return "\n".join(f"- {line}" for line in lines)


def _attacks(verdict: Verdict) -> str:
    """A row per attack: backdoor accuracy, above none, its word, and the same without a defense."""
    rows = []
    for _, row in _attacked(verdict, verdict.defense).iterrows():
        bare = verdict.row(row["attack"], NO_DEFENSE, row["override"])
        rows.append(
            {
                "attack": _name(row),
                "backdoor (%)": _of(row, "backdoor_last"),
                "above no attack (points)": _of(row, "above_none"),
                "word": row["word"],
                "without a defense (points)": _of(bare, "above_none"),
                "prevented (points)": _of(row, "prevented"),
            }
        )
    return _table(rows)


def _costs(verdict: Verdict) -> str:
    """A row for no attack and for each attack: main accuracy and what happens to the updates."""
    quiet = verdict.row(NO_ATTACK, verdict.defense).to_frame().T
    cells = pd.concat([quiet, _attacked(verdict, verdict.defense)])
    return _table(
        [
            {
                "attack": _name(row),
                "main (%)": _of(row, "main_last"),
                "against no defense (points)": _of(row, "main_change"),
                "honest refused (%)": _of(row, "honest_refused_share", 100),
                "attackers accepted (%)": _of(row, "attacker_accepted_share", 100),
                "clipped (%)": _of(row, "clipped_share", 100),
            }
            for _, row in cells.iterrows()
        ]
    )


def _caveats(verdict: Verdict) -> str:
    row, attacks = verdict.worst, len(_attacked(verdict, verdict.defense))
    lines = [
        f"The worst case is that of {attacks} attacks. Between the radii and beyond them another "
        "may be worse.",
        "No attack here adapts: none of them knows the defense. What stops them may fall to one "
        "that does.",
        "A defense that destroys the model stops every backdoor too: read the main accuracy.",
        "One task at one scale; `docs/verdict.md` says how to ask for another.",
    ]
    if row["seeds"] > 1:
        lines.insert(
            1,
            f"Values in % are means over {row['seeds']} seeds [{meaning([row['seeds']])}]. Those "
            "in points are differences within each seed [95 % t-interval, cut at ±100]. The "
            f"intervals above no attack hold for all {attacks} attacks at once (Bonferroni), so "
            "picking the worst one does not bias them; with few seeds they are wide, and more "
            "seeds settle what is undecided.",
        )
    else:
        lines.insert(1, "One seed: there is no interval, and so no verdict.")
    if row["unattacked"]:
        said = unattacked_text(row["unattacked"].split())
        lines.insert(1, f"Left out: {said}. A seed without an attack shows nothing of one.")
    if verdict.row(NO_ATTACK, verdict.defense)["honest_refused_share_mean"] > 0.5:
        lines.append(
            "The defense refuses more than half of the honest updates without any attacker; for a "
            "rule that keeps one update a round, as Krum does, that is its design."
        )
    return "\n".join(f"- {line}" for line in lines)


def _command(row: pd.Series, configfiles: Sequence[str]) -> str:
    """What makes the verdict again; its cells that are there are not run again."""
    given = ["--configfile", *configfiles] if configfiles else []
    axes = ", ".join(f"{axis}: {row[axis]}" for axis in ("defense", "task", "participation"))
    command = ["snakemake", "--cores", "all", "verdict", *given]
    return shlex.join([*command, "--config", f"verdict={{{axes}}}"])


def _attacked(verdict: Verdict, defense: str) -> pd.DataFrame:
    rows = verdict.rows
    return rows[(rows["defense"] == defense) & (rows["attack"] != NO_ATTACK)]


def _rounds(verdict: Verdict, which: str) -> str:
    window = verdict.worst["window"]
    return f"{which} {window} rounds" if window > 1 else f"{which} round"


def _name(row: pd.Series) -> str:
    return {
        "none": "no attack",
        "blackbox": "the black-box attack",
        "pgd": f"PGD with radius {row['eps']:g}",
        "pgd-replacement": f"PGD with model replacement (radius {row['eps']:g})",
    }[row["attack"]]


def _of(row: pd.Series, name: str, scale: float = 1) -> str:
    return interval_text(*(scale * row[f"{name}_{end}"] for end in ("mean", "low", "high")), _TENTH)


def _table(rows: list[dict]) -> str:
    return pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)
