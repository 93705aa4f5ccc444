"""The authors' command line: run one experiment with their flags, through the same rules."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import yaml

from edgecase.authors import cli as authors_cli
from edgecase.base import command
from edgecase.base.files import atomic_path
from edgecase.results.layout import Run
from edgecase.results.rounds import read_rounds

ROOT = Path(__file__).resolve().parents[2]


def main(argv: list[str] | None = None) -> None:
    request = authors_cli.interpret(sys.argv[1:] if argv is None else argv)
    for warning in request.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    run = Run(request.config["run"])
    configuration = write_configuration(request.config, Path(run.results, "config"))
    options = ["--cores", request.cores, "--configfile", str(configuration)]
    if request.dry_run:
        options.append("--dry-run")
    else:
        print(f"progress: {run.log('cells', request.cell)}", flush=True)
    returncode = run_snakemake([*options, "--", run.record(request.cell)])
    if returncode:
        raise SystemExit(returncode)
    if not request.dry_run:
        for rounds in run.rounds(request.cell, request.config["seeds"]):
            print(last_round(Path(rounds)))


def write_configuration(config: dict, folder: Path) -> Path:
    """Write `config` to a file in `folder`, below the repository's root, named by its content."""
    # Values read back from JSON are never shared, so the YAML has no anchors.
    content = yaml.safe_dump(json.loads(json.dumps(config)), sort_keys=False)
    path = folder / f"{hashlib.sha256(content.encode()).hexdigest()[:8]}.yaml"
    with atomic_path(ROOT / path) as temporary:
        temporary.write_text(content)
    return path


def run_snakemake(options: list[str]) -> int:
    """Run Snakemake in the repository's root; its output is ours. Returns its exit code."""
    command_line = [sys.executable, "-m", "snakemake", *options]
    with subprocess.Popen(command_line, cwd=ROOT) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue  # Ctrl-C has reached Snakemake too, which ends its jobs and then itself
            except command.Terminated:
                process.terminate()  # Snakemake starts no more jobs and ends with those that run


def last_round(path: Path) -> str:
    """Where a seed's rounds are and how they end."""
    last = read_rounds(ROOT / path).iloc[-1]
    return (
        f"{path}: round {last['fl_iter']}, main accuracy {last['main_task_acc']:.2f} %, "
        f"backdoor accuracy {last['backdoor_acc']:.2f} %"
    )


if __name__ == "__main__":
    command.run(main)
