"""Write the claims table of a run, as CSV and as Markdown."""

import shlex
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict

import pandas as pd

from edgecase.claims.model import NOT_RUN, VERDICTS
from edgecase.claims.outcome import Outcome, joined
from edgecase.claims.verdict import Judged

#: column → its meaning; a row is one test of a claim, or a claim without any.
COLUMNS = {
    "claim": "id of the claim",
    "figure": "figure of the paper it is about",
    "role": "the paper's task",
    "task": "the run's task that stands for it",
    "standin": "whether that task's data are stand-ins, which say nothing about the paper",
    "statement": "the claim, in this project's words",
    "verdict": f"verdict on the claim: {', '.join(VERDICTS[:-1])} or {VERDICTS[-1]}",
    "part": "what this row compares, where a claim has several tests",
    "test": "the test (`docs/claims.md`)",
    "quantity": "what is compared",
    "claimed": "where the value is to lie, or how the values are to run",
    "part_verdict": "verdict on this row alone",
    "value": "measured value; of a trend, the mean rank coefficient with the claimed order",
    "low": "lower end of its 95 % interval",
    "high": "upper end",
    "p": "p-value of a trend as claimed",
    "p_opposite": "p-value of the opposite trend",
    "seeds": "seeds that went in",
    "enough": "how many seeds would decide it if they spread as these do, a multiple of them; "
    "empty if it is decided, or if a hundred would not decide it",
    "means": "mean over seeds of every cell that went in",
    "reported": "what is reported for the paper, if anything is",
    "sure": "how sure the reported value, or else the claim, is",
    "missing": "cells that the claim needs and the run lacks",
    "note": "what else to know",
    "command": "runs the claim's cells again; empty if it is not run",
}

_NUMBERS = ("value", "low", "high", "p", "p_opposite")


def rerun_command(target: str, rule: str, configfiles: Sequence[str] = ()) -> str:
    """The command that makes `target` again with every job of `rule`."""
    options = ["--configfile", *configfiles] if configfiles else []
    return shlex.join(["snakemake", "--cores", "all", target, "--forcerun", rule, *options])


def tabulate(
    judged: Iterable[Judged], rerun: Collection[str], configfiles: Sequence[str] = ()
) -> pd.DataFrame:
    """One row per test of each claim, and one per claim without any, with columns `COLUMNS`.

    `rerun` holds the ids of the claims that a target of their own, claim-<id>, runs again.
    """
    rows = []
    for one in judged:
        claim = one.claim
        front = {
            "claim": claim.id,
            "figure": claim.figure,
            "role": claim.role,
            "task": one.task,
            "standin": one.standin,
            "statement": claim.statement,
            "verdict": one.verdict,
            "reported": claim.reported,
            "sure": claim.sure,
            "command": _command(one, rerun, configfiles),
        }
        rows += [front | _row(outcome) for outcome in one.outcomes] or [front]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({"seeds": "Int64", "enough": "Int64"} | dict.fromkeys(_NUMBERS, float))


def to_markdown(table: pd.DataFrame) -> str:
    """The table of `tabulate` for reading: a line per claim, then every test, then commands."""
    claims = table.drop_duplicates("claim")
    counts = claims["verdict"].value_counts()
    lines = ["# The paper's claims, judged on this run", ""]
    if claims["standin"].any():
        lines += [
            "**STAND-IN DATA** in the rows marked so: they say nothing about the paper, and get no "
            "verdict.",
            "",
        ]
    lines += [
        ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if verdict in counts)
        + f"; {len(claims)} claims in all.",
        "",
        "Verdicts are computed (`docs/claims.md`): a value, with its 95 % interval over seeds,",
        "against what is claimed of it.",
        "",
    ]
    overview = [_overview(rows) for _, rows in table.groupby("claim", sort=False)]
    lines += [_markdown(pd.DataFrame(overview)), "", "## Every test", ""]
    tests = table[table["test"].notna()]
    lines += [_markdown(pd.DataFrame([_test(row) for row in tests.to_dict("records")])), ""]
    if commands := claims.loc[claims["command"] != "", "command"].tolist():
        lines += ["## To run a claim's cells again", "", "```", *dict.fromkeys(commands), "```", ""]
    return "\n".join(lines)


def _command(one: Judged, rerun: Collection[str], configfiles: Sequence[str]) -> str:
    if one.verdict == NOT_RUN:
        return ""
    if one.claim.id in rerun:
        return rerun_command(f"claim-{one.claim.id}", "cell", configfiles)
    if any(outcome.test == "tail-share" for outcome in one.outcomes):
        return rerun_command("fig2", "densities", configfiles)
    return ""


def _row(outcome: Outcome) -> dict:
    row = asdict(outcome) | {"missing": "; ".join(outcome.missing)}
    return {"part_verdict": row.pop("verdict"), **row}


def _overview(rows: pd.DataFrame) -> dict:
    first = rows.iloc[0]
    tests = rows[rows["test"].notna()].to_dict("records")
    found = [joined(": ", row["part"], measured_text(row)) for row in tests]
    return {
        "claim": first["claim"],
        "task": (first["task"] or first["role"]) + (" (STAND-IN)" if first["standin"] else ""),
        "statement": first["statement"],
        "measured": "<br>".join(found),
        "reported": f"{first['reported'] or 'no value'} ({first['sure']})",
        "verdict": f"**{first['verdict']}**",
    }


def _test(row: dict) -> dict:
    return {
        "claim": row["claim"],
        "part": row["part"],
        "test": row["test"],
        "quantity": f"`{row['quantity']}`",
        "claimed": row["claimed"],
        "measured": measured_text(row),
        "seeds": row["seeds"],
        "means": row["means"],
        "verdict": row["part_verdict"],
        "missing or to know": joined("; ", row["missing"], enough_text(row), row["note"]),
    }


def enough_text(row: dict) -> str:
    """How many seeds would decide what a test leaves undecided, if it is known."""
    return "" if pd.isna(row["enough"]) else f"about {row['enough']} seeds would decide"


def measured_text(row: dict) -> str:
    """The value of one test with its interval, or with the p-values of a trend."""
    if pd.isna(row["value"]):
        return "–"
    if row["test"] == "trend":
        ps = "" if pd.isna(row["p"]) else f", p = {row['p']:.2g}, opposite {row['p_opposite']:.2g}"
        return f"rank coefficient {row['value']:.2f}{ps}"
    if pd.isna(row["low"]):
        return f"{row['value']:.4g}"
    return f"{row['value']:.4g} [{row['low']:.4g}, {row['high']:.4g}]"


def _markdown(table: pd.DataFrame) -> str:
    # A line of text with "|" in it would end a table's cell.
    shown = table.map(lambda value: str(value).replace("|", r"\|"))
    return shown.to_markdown(index=False, disable_numparse=True)
