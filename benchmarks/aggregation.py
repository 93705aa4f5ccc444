"""Time every rule of the server beside its peers: `python -m benchmarks.aggregation`.

Each contestant is a process of its own, and they take turns on the same updates [m, P] of float32:
this tree (`run`, with norms, checks and all), a build of it given by `--before`, byzfl with tensors
and with arrays, and flwr. A contestant that is not installed, or has no such rule, is left out.
"""

import argparse
import contextlib
import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.target import Measured, add_option, write

HERE, BEFORE = "here", "before"
SIZES = {"LeNet": (30, 1_199_882), "VGG-9": (10, 9_225_610)}
#: rule → how many times as fast as the fastest peer it is to be.
TARGETS = {
    "norm clipping": 3.0,
    "centered clipping": 3.0,
    "Krum": 3.0,
    "Multi-Krum": 3.0,
    "geometric median": 3.0,
    "median": 4.0,
    "trimmed mean": 1.3,
    "Bulyan": 3.0,
    "NNM, then mean": 3.0,
}
#: how many times as fast as the build before a rule is to be that it has.
_BEFORE_TARGET = 5.0
#: rows → f of the rules that assume attackers.
BYZANTINE = {30: 6, 10: 2, 11: 2}
#: below the norm of every update: 11 for LeNet, 30 for VGG-9.
_BOUND = 5.0
_ROOT = Path(__file__).parents[1]


def ours(f: int) -> dict[str, dict[str, Any]]:
    """Rule in words → its name, parameters and steps here."""
    assumed = {"num_byzantine": f}
    return {
        "no defense": {"name": "no-defense"},
        "norm clipping": {"name": "norm-clipping", "norm_bound": _BOUND},
        "clipping at the median": {"name": "norm-clipping-median"},
        "clipping at a quantile": {"name": "norm-clipping-quantile"},
        "centered clipping": {"name": "centered-clipping", "norm_bound": 100.0},
        "Krum": {"name": "krum", **assumed},
        "Multi-Krum": {"name": "multi-krum", **assumed},
        "geometric median": {"name": "rfa", "max_iterations": 3},
        "median": {"name": "median"},
        "trimmed mean": {"name": "trimmed-mean", **assumed},
        "Bulyan": {"name": "bulyan", "num_byzantine": f if f > 2 else 1},
        "FLAME": {"name": "flame"},
        "MultiMetrics": {"name": "multi-metrics"},
        "AlignIns": {"name": "alignins"},
        "FedGrad": {"name": "fedgrad", "switch_round": 1},
        "FoolsGold": {"name": "foolsgold"},
        "FoolsGold, all weights": {"name": "foolsgold", "features": "all"},
        "RLR": {"name": "rlr", "theta": 4},
        "NNM, then mean": {"name": "no-defense", "before": [{"name": "nnm", **assumed}]},
    }


def calls(contestant: str, updates: torch.Tensor) -> dict[str, Callable[[], Any]]:
    """Rule in words → one aggregation by the contestant."""
    m = len(updates)
    f = BYZANTINE[m]
    maker = {HERE: _here, BEFORE: _before, "flwr": _flwr}.get(contestant, _byzfl)
    return maker(updates.numpy() if contestant == "byzfl, arrays" else updates, m, f)


def _here(updates: torch.Tensor, m: int, f: int) -> dict[str, Callable[[], Any]]:
    from edgecase import defenses
    from edgecase.defenses.last_layer import LastLayer

    size = updates.shape[1]
    given = {
        "global_model": torch.full((size,), 0.01),
        "last_layer": LastLayer(slice(size - 1290, size - 10), slice(size - 10, size), classes=10),
    }

    def call(values: Mapping[str, Any]) -> Callable[[], Any]:
        rule = defenses.composed(values)
        generator = torch.Generator().manual_seed(0)
        return lambda: defenses.run(rule, updates, [1] * m, generator=generator, **given)

    return {words: call(values) for words, values in ours(f).items()}


def _before(updates: torch.Tensor, m: int, f: int) -> dict[str, Callable[[], Any]]:
    """The build at df20ec2, whose defenses have another interface."""
    from edgecase import defenses  # ty: ignore

    def call(values: Mapping[str, Any]) -> Callable[[], Any]:
        own = {key: value for key, value in values.items() if key != "name"}

        def aggregated() -> None:
            result = defenses.aggregate(values["name"], updates, [1] * m, **own)  # ty: ignore
            defenses.check_postconditions(values["name"], result, updates, own)  # ty: ignore

        return aggregated

    known = {
        w: v for w, v in ours(f).items() if v["name"] in defenses.names() and "before" not in v
    }
    return {words: call(values) for words, values in known.items()}


def _byzfl(updates: Any, m: int, f: int) -> dict[str, Callable[[], Any]]:
    import byzfl  # ty: ignore

    made = {
        "centered clipping": byzfl.CenteredClipping(L=1, tau=100.0),
        "Krum": byzfl.Krum(f=f),
        "Multi-Krum": byzfl.MultiKrum(f=f),
        "geometric median": byzfl.GeometricMedian(nu=1e-5, T=3),
        "median": byzfl.Median(),
        "trimmed mean": byzfl.TrMean(f=f),
    }
    found = {words: (lambda rule=rule: rule(updates)) for words, rule in made.items()}
    mixing, mean = byzfl.NNM(f=f), byzfl.Average()
    # It clips in place: a bound that shrinks has every call clip every update.
    bounds = (_BOUND * 0.99**call for call in itertools.count())
    return found | {
        "norm clipping": lambda: mean(byzfl.Clipping(c=next(bounds))(updates)),
        "NNM, then mean": lambda: mean(mixing(updates)),
    }


def _flwr(updates: torch.Tensor, m: int, f: int) -> dict[str, Callable[[], Any]]:
    from flwr.server.strategy import aggregate as flwr  # ty: ignore

    results = [([row], 1) for row in updates.numpy()]
    few = f if f > 2 else 1
    return {
        "no defense": lambda: flwr.aggregate(results),
        "Krum": lambda: flwr.aggregate_krum(results, f, 0),
        "Multi-Krum": lambda: flwr.aggregate_krum(results, f, m - f),
        "median": lambda: flwr.aggregate_median(results),
        "trimmed mean": lambda: flwr.aggregate_trimmed_avg(results, f / m),
        "Bulyan": lambda: flwr.aggregate_bulyan(list(results), few, flwr.aggregate_krum, to_keep=0),
    }


def serve(contestant: str, m: int, size: int, threads: int, clock: Callable[[], float]) -> None:
    """Answer each rule that is read with the seconds of one call, and null for one it has not."""
    torch.set_num_threads(threads)
    updates = torch.from_numpy(
        np.random.default_rng(0).standard_normal((m, size), dtype=np.float32)
    ).mul_(0.01)
    known = calls(contestant, updates)
    print("ready", flush=True)
    for line in sys.stdin:
        call, seconds = known.get(line.strip()), None
        if call is not None:
            began = clock()
            call()
            seconds = clock() - began
        print(json.dumps(seconds), flush=True)


@contextlib.contextmanager
def contestants(
    names: list[str], before: Path | None, *options: str
) -> Iterator[dict[str, subprocess.Popen[str]]]:
    """Each contestant that starts, as a process that answers."""
    started = {name: _start(name, before, *options) for name in names}
    try:
        yield {name: one for name, one in started.items() if _line(one) == "ready"}
    finally:
        for one in started.values():
            one.kill()
            one.wait()


def _start(name: str, before: Path | None, *options: str) -> subprocess.Popen[str]:
    source = _ROOT if before is None or name != BEFORE else before
    paths = [str(source / "workflow"), str(_ROOT), os.environ.get("PYTHONPATH", "")]
    threads = options[options.index("--threads") + 1]
    numbers = {f"{library}_NUM_THREADS": threads for library in ("OMP", "OPENBLAS", "MKL")}
    # The file, not the module: the package `benchmarks` of another build has not this one.
    return subprocess.Popen(
        [sys.executable, __file__, "--serve", name, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | numbers | {"PYTHONPATH": os.pathsep.join(paths)},
    )


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def turns(
    processes: Mapping[str, subprocess.Popen[str]], rules: list[str], count: int
) -> dict[str, dict[str, list[float]]]:
    """Rule → contestant → the seconds of each turn after one that is not timed."""
    found: dict[str, dict[str, list[float]]] = {rule: {} for rule in rules}
    for rule in rules:
        for turn in range(count + 1):
            for name, process in processes.items():
                assert process.stdin is not None
                process.stdin.write(f"{rule}\n")
                process.stdin.flush()
                seconds = json.loads(_line(process) or "null")
                if seconds is not None and turn:
                    found[rule].setdefault(name, []).append(seconds)
    return found


def table(found: Mapping[str, Mapping[str, list[float]]], names: list[str]) -> str:
    """Medians in milliseconds, and what of them this tree's is, turn by turn."""
    heads = ["rule", *names, "before / here", "fastest peer / here"]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for rule, times in found.items():
        cells = [f"{1e3 * statistics.median(times[n]):.0f}" if n in times else "" for n in names]
        for other in (BEFORE if BEFORE in times else None, fastest_peer(times)):
            ratios = None if other is None else _ratios(times[other], times[HERE])
            cells.append("" if ratios is None else f"{statistics.median(ratios):.1f}")
        lines.append(f"| {rule} | {' | '.join(cells)} |")
    return "\n".join(lines)


def targets(found: Mapping[str, Mapping[str, list[float]]], updates: str) -> Iterator[Measured]:
    """What of the turns on such updates has a target."""
    for rule, times in found.items():
        peer = fastest_peer(times)
        for other, target in ((peer, TARGETS.get(rule)), (BEFORE, _BEFORE_TARGET)):
            if other in times and target is not None and rule in TARGETS:
                ratios = _ratios(times[other], times[HERE])
                yield Measured(f"{rule}, {updates}", other, ratios, target)


def fastest_peer(times: Mapping[str, list[float]]) -> str | None:
    """The peer with the smallest median, if there is one."""
    peers = {name: times[name] for name in times if name not in (HERE, BEFORE)}
    return min(peers, key=lambda name: statistics.median(peers[name]), default=None)


def _ratios(others: list[float], own: list[float]) -> list[float]:
    return [other / one for other, one in zip(others, own, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", type=Path, help="a checkout of df20ec2, to time it as well")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--models", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--rules", nargs="+", default=list(ours(1)))
    parser.add_argument(
        "--cpu",
        action="store_true",
        help="seconds of a processor, where others use the machine too",
    )
    add_option(parser)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        clock = time.process_time if arguments.cpu else time.perf_counter
        serve(arguments.serve, *arguments.size, arguments.threads[0], clock)
        return
    names = [
        HERE,
        *([BEFORE] if arguments.before else []),
        "byzfl, tensors",
        "byzfl, arrays",
        "flwr",
    ]
    measured: list[Measured] = []
    for model in arguments.models:
        for threads in arguments.threads:
            m, size = SIZES[model]
            options = ["--size", str(m), str(size), "--threads", str(threads)]
            options += ["--cpu"] if arguments.cpu else []
            with contestants(names, arguments.before, *options) as processes:
                found = turns(processes, arguments.rules, arguments.turns)
            print(f"\n{model}, [{m}, {size:,}], {threads} threads, ms:\n", flush=True)
            print(table(found, list(processes)), flush=True)
            measured += targets(found, f"[{m}, {size:,}], threads: {threads}")
    write(arguments.measured, measured)


if __name__ == "__main__":
    main()
