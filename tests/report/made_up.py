"""Made-up records, claims and tables, with text that would break a page if it were not escaped."""

import json

import pandas as pd

from edgecase.claims.table import COLUMNS

#: text that a page must not take for HTML or for a template
MARKUP = """<u>x</u> {{ name }} {% raw %} "'> & </u>"""


def record(task="cifar10-southwest", dataset="cifar10", edge_set="southwest", **changes):
    """The content of a cell.json."""
    parameters = {
        "dataset": dataset,
        "edge_set": edge_set,
        "model": {"name": "vgg9", "width": 1.0},
        "num_clients": 200,
        "clients_per_round": 10,
        "rounds": 500,
    }
    parameters |= changes.pop("parameters", {})
    return {
        "task": task,
        "participation": "fixed-freq-10",
        "case": "edge-case",
        "attack": "blackbox",
        "defense": "krum",
        "override": "default",
        "seeds": [0, 1, 2],
        "standin": dataset.startswith("standin"),
        "parameters": parameters,
        "data": {f"results/data/{dataset}.npz": "ab" * 32},
        "code": "0123456789abcdef",
        "versions": {"python": "3.12.1", "torch": "2.13.0"},
        "device": "CPU, 2 threads",
    } | changes


def write_record(folder, **changes):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "cell.json"
    path.write_text(json.dumps(record(**changes)), encoding="utf-8")
    return path


def claims(*rows):
    """A claims table, each row with the values given; the rest is empty."""
    table = pd.DataFrame([dict(row) for row in rows], columns=list(COLUMNS)).astype(object)
    return table.where(table.notna(), "").astype(str)


CLAIMS = (
    {
        "claim": "order",
        "figure": "fig4",
        "role": "task1",
        "task": "cifar10-southwest",
        "standin": "False",
        "statement": "100 % beats 50 % beats 10 %",
        "verdict": "holds",
        "part": "100 over 50",
        "test": "difference",
        "part_verdict": "holds",
        "value": "12.25",
        "low": "8.5",
        "high": "16",
        "sure": "code",
    },
    {
        "claim": "order",
        "figure": "fig4",
        "role": "task1",
        "task": "cifar10-southwest",
        "standin": "False",
        "statement": "100 % beats 50 % beats 10 %",
        "verdict": "holds",
        "part": "50 over 10",
        "test": "difference",
        "part_verdict": "holds",
        "value": "7",
        "low": "1",
        "high": "13",
        "sure": "code",
    },
    {
        "claim": "zero",
        "role": "task2",
        "task": "emnist-ardis",
        "standin": "False",
        "statement": MARKUP,
        "verdict": "fails",
        "test": "stopped",
        "part_verdict": "fails",
        "value": "31",
        "reported": "near 0",
        "sure": "reported, unverified",
    },
    {
        "claim": "tweets",
        "role": "task4",
        "statement": "passes Multi-Krum",
        "verdict": "not run",
        "sure": "reported, unverified",
    },
)
