"""Print one value of a configuration: the paper's, with the files given merged over it."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase import config
from edgecase.base import command
from edgecase.base.errors import ConfigError


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("key", help="such as run or verdict.task")
    parser.add_argument("files", nargs="*", type=Path, help="configuration files (YAML), in order")
    arguments = parser.parse_args(argv)

    value: object = config.load(*arguments.files)
    for part in arguments.key.split("."):
        if not isinstance(value, dict) or part not in value:
            raise ConfigError(f"{arguments.key}: is not in {' '.join(map(str, arguments.files))}")
        value = value[part]
    print(value)


if __name__ == "__main__":
    command.run(main)
