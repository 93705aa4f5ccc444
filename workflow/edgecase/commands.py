"""The command `edgecase`: plan, verdict, compare and data of this checkout, from any folder."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

#: the checkout that this library lies in.
PROJECT = Path(__file__).resolve().parents[2]
_SNAKEMAKE = ("-m", "snakemake", "--cores", "all", "--configfile")


def command_of(arguments: argparse.Namespace) -> list[str]:
    """What Python is called with in the project's folder."""
    if arguments.command == "data":
        return ["workflow/scripts/data.py", *_absolute(arguments.config)]
    if arguments.command == "compare":
        sides = _absolute([arguments.a, arguments.b])
        return ["workflow/scripts/compare.py", "--out", *_absolute([arguments.out]), *sides]
    asked = [*_SNAKEMAKE, *_absolute(arguments.config)]
    if arguments.command == "plan":
        return [*asked, "--", "plan"]
    verdict = {key: getattr(arguments, key) for key in ("defense", "task", "participation")}
    # JSON is YAML, in which Snakemake reads a value.
    given = json.dumps({key: value for key, value in verdict.items() if value})
    return [*asked, "--config", f"verdict={given}", "--", "verdict"]


def _absolute(paths: Sequence[Path]) -> list[str]:
    """Paths as seen from where the command is given; one of the project is found from anywhere."""
    return [str(path.resolve() if path.exists() else PROJECT / path) for path in paths]


def read(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The arguments of the command; it ends here if they are none."""
    parser = argparse.ArgumentParser(prog="edgecase", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    data = commands.add_parser("data", help="what a run downloads, and what of it is there")
    plan = commands.add_parser("plan", help="what a run costs, before it runs")
    verdict = commands.add_parser("verdict", help="how far a grid of attacks gets past a defense")
    verdict.add_argument("defense", help="its name, such as krum")
    verdict.add_argument("--task", help="the configuration's key verdict.task without it")
    verdict.add_argument("--participation", help="such as fixed-freq-10")
    for each in (data, plan, verdict):
        each.add_argument(
            *("--config", "-c"),
            **{"type": Path, "nargs": "+", "default": [Path("config/small.yaml")]},
            help="configuration files, in order; config/small.yaml without any",
        )
    compare = commands.add_parser("compare", help="two cells or two runs beside each other")
    compare.add_argument("a", type=Path, help="a cell's folder, or a run's (results/<run>)")
    compare.add_argument("b", type=Path, help="another")
    compare.add_argument("--out", type=Path, default=Path("results/compare.html"), help="the page")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command in the checkout's folder, and end with its status."""
    arguments = read(argv)
    if not Path(PROJECT, "Snakefile").is_file():
        raise SystemExit(
            f"error: {PROJECT} holds no Snakefile: install the checkout itself, with "
            "`pip install -e .` in its folder"
        )
    # Rules call the Python that runs Snakemake.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    called = [sys.executable, *command_of(arguments)]
    done = subprocess.run(called, cwd=PROJECT, env=os.environ | {"PATH": path}, check=False)
    raise SystemExit(done.returncode)
