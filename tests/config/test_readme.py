"""config/README.md and the schema file are what the declarations in the code give."""

import yaml
from tests.config.made_up import CONFIG, read

from edgecase.config.declaration import config_schema
from edgecase.config.reference import fill
from edgecase.federation.switches import SWITCHES

README = (CONFIG / "README.md").read_text(encoding="utf-8")
MEND = "make reference writes it anew"


def test_the_tables_are_those_of_the_declarations():
    assert fill(README, read()) == README, MEND


def test_a_table_is_written_from_the_declarations():
    """A table that was emptied comes back, with the paper's values in it."""
    text = fill("<!-- table: switches -->\n| old |\n<!-- end -->\nafter", read())
    lines = text.splitlines()
    assert lines[0] == "<!-- table: switches -->"
    assert lines[-2:] == ["<!-- end -->", "after"]
    rows = {line.split("`")[1]: line for line in lines if line.startswith("| `")}
    assert rows.keys() == SWITCHES.keys()
    assert rows["radius_decay"].startswith(
        "| `radius_decay` | `published`, `never`, `always` | `published` | item 3: "
    )


def test_every_table_of_the_page_is_written():
    named = [line.split()[2] for line in README.splitlines() if line.startswith("<!-- table: ")]
    assert len(named) == len(set(named)) == 12
    for name in named:
        assert "| key |" in fill(f"<!-- table: {name} -->\n<!-- end -->", read()) or name in (
            *("defenses",),
        )


def test_the_schema_file_is_that_of_the_declarations():
    written = yaml.safe_load((CONFIG / "schemas" / "config.schema.yaml").read_text())
    assert written == config_schema(), MEND
