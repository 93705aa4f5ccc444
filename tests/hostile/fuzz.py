"""Look for files that do what none may do: `make fuzz`.

Each target gets new files, drawn from a seed that is printed, until its minutes are over. A file
that is found is made as small as it goes, kept, and can be given to the target again.
"""

import argparse
import secrets
import sys
import time
import warnings
from pathlib import Path

from tests.hostile import commands, readers  # noqa: F401
from tests.hostile.target import TARGETS, Found, Target, check_content, search

_BATCH = 400


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="target", help=" ".join(TARGETS))
    parser.add_argument("--minutes", type=float, default=1.0, help="for each target")
    parser.add_argument("--seed", type=int, help="of the first batch of files (default: a new one)")
    parser.add_argument("--replay", type=Path, help="give this file to the one target named")
    parser.add_argument("--out", type=Path, default=Path("results/fuzz"), help="for what is found")
    arguments = parser.parse_args(argv)
    if unknown := set(arguments.targets) - TARGETS.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    chosen = [TARGETS[name] for name in arguments.targets or TARGETS]
    if arguments.replay:
        if len(chosen) != 1:
            parser.error("--replay needs one target")
        check_content(chosen[0], arguments.replay.read_bytes())
        print(f"{chosen[0].name}: the file is read or refused as it should be")
        return 0
    seed = secrets.randbelow(2**32) if arguments.seed is None else arguments.seed
    print(f"seed {seed}\n{'target':28}{'files':>8}{'seconds':>9}  failures", flush=True)
    failures = sum(_fuzz(target, 60 * arguments.minutes, seed, arguments.out) for target in chosen)
    return 1 if failures else 0


def _fuzz(target: Target, seconds: float, seed: int, out: Path) -> int:
    """Search for `seconds` or until a file is found; returns how many were found, 0 or 1."""
    began, count, batch = time.monotonic(), 0, 0
    found = None
    warnings.simplefilter("ignore")
    while found is None and time.monotonic() - began < seconds:
        try:
            count += search(target, _BATCH, seed + batch)
        except Found as error:
            found = error
        batch += 1
    spent = time.monotonic() - began
    print(f"{target.name:28}{count:8}{spent:9.0f}  {int(found is not None)}", flush=True)
    if found is None:
        return 0
    kept = out / target.name / f"seed{seed + batch - 1}-{target.file}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(found.content)
    print(
        f"  {str(found)[:2000]}\n  found with --seed {seed + batch - 1}; the file: {kept}\n"
        f"  again: python -m tests.hostile.fuzz {target.name} --replay {kept}",
        flush=True,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
