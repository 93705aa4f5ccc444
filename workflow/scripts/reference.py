"""Write the tables of config/README.md and the JSON schema of a configuration from the code."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import yaml

from edgecase import config
from edgecase.base import command
from edgecase.base.files import atomic_path
from edgecase.config.declaration import config_schema
from edgecase.config.reference import fill

_HEADER = "# Written by `make reference` from the declarations in the code.\n"


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readme", type=Path, default=Path("config/README.md"))
    parser.add_argument("--schema", type=Path, default=Path("config/schemas/config.schema.yaml"))
    arguments = parser.parse_args(argv)

    readme = fill(arguments.readme.read_text(encoding="utf-8"), config.load())
    with atomic_path(arguments.readme) as temporary:
        temporary.write_text(readme, encoding="utf-8")
    schema = yaml.safe_dump(config_schema(), sort_keys=False, allow_unicode=True, width=100)
    with atomic_path(arguments.schema) as temporary:
        temporary.write_text(_HEADER + schema, encoding="utf-8")


if __name__ == "__main__":
    command.run(main)
