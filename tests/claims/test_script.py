import json
from pathlib import Path

import pandas as pd
import pytest
from tests.claims.made_up import ROLES, cell, entry, last, table, write

from edgecase import densities
from edgecase.base.errors import ConfigError, DataError
from scripts import claims as script

ROOT = Path(__file__).parents[2]
CONTENT = {cell(defense="krum"): last(0.5, 1.0, 1.5), cell("none", "krum"): last(0.0, 0.0, 0.0)}


def run(tmp_path, listed, *more, roles=ROLES):
    measures = tmp_path / "measures.csv"
    if not measures.exists():
        table(CONTENT).to_csv(measures, index=False)
    out = ["--csv", str(tmp_path / "claims.csv"), "--markdown", str(tmp_path / "claims.md")]
    front = ["--claims", str(listed), "--measures", str(measures), "--roles", json.dumps(roles)]
    script.main([*front, *more, *out])
    return pd.read_csv(tmp_path / "claims.csv"), (tmp_path / "claims.md").read_text("utf-8")


def test_files_are_written(tmp_path):
    stopped = {"test": "stopped", "of": {"attack": "blackbox", "defense": "krum"}}
    tail = {"test": "tail-share", "group": "edge-case", "at_least": 0.5}
    listed = write(tmp_path / "claims.yaml", entry(stopped), entry(tail, id="tail"))
    group = [densities.IN_DISTRIBUTION] * 20 + [densities.EDGE_CASE] * 4
    values = [*range(20), -3.0, -2.0, -1.0, 9.0]
    parts = [
        pd.DataFrame(
            {"task": "planes", "standin": False, "seed": seed, "group": group, "set": "a"}
        ).assign(log_density=[float(value) for value in values])
        for seed in range(3)
    ]
    pd.concat(parts)[list(densities.COLUMNS)].to_csv(tmp_path / "fig2.csv", index=False)
    found, text = run(
        tmp_path, listed, "--densities", str(tmp_path / "fig2.csv"), "--configfiles", "a.yaml"
    )
    assert found["verdict"].tolist() == ["holds", "holds"]
    assert found["value"].tolist() == [1.0, 0.75]
    assert found["command"][0].endswith("claim-made-up-task1 --forcerun cell --configfile a.yaml")
    assert "2 holds; 2 claims in all" in text


def test_every_claim_of_the_paper_is_in_the_table_of_any_run(tmp_path):
    found, _ = run(tmp_path, ROOT / "config" / "claims.yaml")
    verdicts = found.drop_duplicates("claim")["verdict"].value_counts()
    assert verdicts.to_dict() == {"not run": 36}
    assert found.loc[found["verdict"] == "not run", "missing"].notna().any()


def test_broken_input_leaves_nothing(tmp_path):
    listed = write(tmp_path / "claims.yaml", entry({"test": "guess"}))
    with pytest.raises(ConfigError, match="guess"):
        run(tmp_path, listed)
    listed = ROOT / "config" / "claims.yaml"
    with pytest.raises(ConfigError, match=r"claims\.task1"):
        run(tmp_path, listed, roles={"task1": "planes"})
    (tmp_path / "measures.csv").write_text("a\n1\n")
    with pytest.raises(DataError, match=r"measures\.csv"):
        run(tmp_path, listed)
    assert not list(tmp_path.glob("claims.[cm]*[dv]"))
