"""Run one cell: every seed of one combination of attack, defense, case and participation."""

import argparse
import contextlib
import json
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command
from edgecase.base.files import atomic_path, clear_unfinished, locked
from edgecase.base.progress import Progress
from edgecase.datasets import DATASETS, load_npz
from edgecase.datasets.folders import register
from edgecase.datasets.text import words_of
from edgecase.defenses.marking import Marking
from edgecase.federation.audit import AUDITS
from edgecase.federation.experiment import Execution, Experiment
from edgecase.federation.parameters import CellParameters
from edgecase.federation.probe import AUTO
from edgecase.federation.simulate import RoundRecord
from edgecase.federation.state import fingerprint
from edgecase.federation.task import open_dataset
from edgecase.federation.trainer import BACKENDS, arithmetic
from edgecase.machine import device as devices
from edgecase.population.partition import load_partition
from edgecase.population.poison import check_words, load_poison
from edgecase.results import code, finished, live, provenance, trackers
from edgecase.results.attacks import attacks_per_seed
from edgecase.results.rounds import CELL_AXES, TIMING_COLUMNS, columns_of, csv_line

_NEEDS_LESS = (
    "A cell needs less with a smaller batch_size, test_batch_size or model.width, fewer "
    "clients_per_round, or `backend: sequential`; a machine with fewer cells at once (--cores, "
    "cells_per_gpu)"
)


@devices.short_of_memory(_NEEDS_LESS)
def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", required=True, type=Path, help="prepared data set (.npz)")
    parser.add_argument("--partition", required=True, type=Path, nargs="+", help="one per seed")
    parser.add_argument("--poison", required=True, type=Path, nargs="+", help="one per seed")
    parser.add_argument(
        "--marks", type=Path, help="prepared data set that the defense marks models with (.npz)"
    )
    parser.add_argument("--start", required=True, type=Path, help="starting model (.safetensors)")
    parser.add_argument(
        "--parameters", required=True, type=command.json_object, help="the cell's parameters, JSON"
    )
    parser.add_argument("--override", default="default", help="name of the override")
    parser.add_argument("--seeds", required=True, type=int, nargs="+")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--backend",
        choices=[AUTO, *BACKENDS],
        default=AUTO,
        help="auto: on a CPU at-once if there are several --threads, else sequential; on a GPU the "
        "fastest, which --probes says or is to say",
    )
    parser.add_argument(
        "--probes", type=Path, default=Path("results/probe"), help="folder of measured choices"
    )
    parser.add_argument(
        "--memory-share", type=float, default=0.8, help="of the device's memory, for local training"
    )
    parser.add_argument(
        "--state", type=Path, help="folder of states to go on from (none: no states)"
    )
    parser.add_argument(
        "--kept", type=Path, help="folder of finished seeds, to take over those that still fit"
    )
    parser.add_argument(
        "--test-batch-size", type=command.positive, default=1000, help="images tested at once"
    )
    parser.add_argument("--save-minutes", type=float, default=5.0, help="between two saved states")
    parser.add_argument(
        "--trackers",
        nargs="*",
        choices=trackers.TRACKERS,
        default=[],
        help="show the rounds there too, as they come",
    )
    parser.add_argument(
        "--track-in", type=Path, default=Path("results"), help="the run's folder, for --trackers"
    )
    parser.add_argument("--out", required=True, type=Path, help="the cell's folder")
    arguments = parser.parse_args(argv)
    if not len(arguments.seeds) == len(arguments.partition) == len(arguments.poison):
        parser.error("--partition and --poison take one file per seed")
    # A cell that its Snakemake has left behind may still be at work.
    with locked(arguments.state, _say) if arguments.state else contextlib.nullcontext():
        if arguments.state:
            clear_unfinished(arguments.state)
            clear_unfinished(arguments.out)
        train(arguments, _own_command(argv))


def train(arguments: argparse.Namespace, own_command: list[str]) -> None:
    """Train the cell and write its folder."""
    trackers.require(arguments.trackers)
    register(arguments.parameters.get("folders"))
    parameters = CellParameters.of(arguments.parameters)
    device = devices.choose_device(arguments.device)
    devices.configure(device, arguments.threads)
    seeds = arguments.seeds
    partitions = dict(zip(seeds, map(load_partition, arguments.partition), strict=True))
    poisons = dict(zip(seeds, map(load_poison, arguments.poison), strict=True))
    execution = Execution(
        device,
        arguments.backend,
        arguments.probes,
        arguments.memory_share,
        arguments.test_batch_size,
    )
    arrays = open_dataset(arguments.dataset, parameters)
    if "words" in arrays:
        for path, poison in zip(arguments.poison, poisons.values(), strict=True):
            check_words(path, poison, len(words_of(arrays["words"])))
    marks = None if arguments.marks is None else load_npz(arguments.marks, ("x_train",))
    experiment = Experiment(parameters, arrays, partitions, poisons, execution, marks)
    experiment.load_start(arguments.start)

    digest, versions = code.digest_for("cell", arguments.parameters), provenance.versions()
    shared = [arguments.dataset, arguments.start]
    shared += [] if arguments.marks is None else [arguments.marks]
    digests = provenance.file_digests([*shared, *arguments.partition, *arguments.poison])
    files, taken, fingerprints = {}, {}, {}
    for seed, *own in zip(seeds, arguments.partition, arguments.poison, strict=True):
        fingerprints[seed] = fingerprint(
            parameters=arguments.parameters,
            seed=seed,
            data=[digests[str(path)] for path in (*shared, *own)],
            code=digest,
            backend=arithmetic(experiment.backend),
            libraries={name: versions[name] for name in ("torch", "numpy")},
        )
        whole = arguments.kept and finished.take_over(
            arguments.kept, seed, fingerprints[seed], arguments.out
        )
        if whole:
            _say(f"seed {seed}: taken over as it was finished")
            taken[seed] = whole
        elif arguments.state:
            files[seed] = arguments.state / f"seed{seed}.safetensors", fingerprints[seed]
    session = experiment.session(files, _say)
    session.leave_out(taken)
    for seed, state in session.states.items():
        _say(f"seed {seed}: goes on after round {state.round}")
    begun = dict.fromkeys(seeds, 0) | dict.fromkeys(taken, parameters.rounds)
    begun |= {seed: state.round for seed, state in session.states.items()}
    axes = {
        **{axis: arguments.parameters.get(axis) for axis in CELL_AXES},
        "defense": parameters.defense.name,
        "override": arguments.override,
    }
    shown_in = trackers.trackers(arguments.trackers, arguments.track_in, "/".join(axes.values()))
    followers = [*([live.LiveRows(arguments.state)] if arguments.state else []), *shown_in]
    with Progress(parameters.rounds, begun) as progress, live.Followers(followers, _say) as told:
        for seed in seeds:
            if seed in taken:
                told.begin(seed, live.rows_of(arguments.out / f"seed{seed}.csv"))
            else:
                state = session.states.get(seed)
                told.begin(seed, [values for values, _ in state.reached] if state else [])

        def tell(seed: int, record: RoundRecord) -> None:
            progress(seed, record.round, _accuracies(record.values))
            told.add(seed, record.values)
            if parameters.defense.marking is not None:
                _say_void(parameters.defense.marking, seed, record)

        experiment.run(session, 60 * arguments.save_minutes, tell)
    states = session.states
    rounds, attacks, audits = {}, {}, {}
    for seed in seeds:
        if seed in taken:
            own = taken[seed].get("audits", {})
            audits |= {key: own[key] for key in own if key == str(seed)}
            rounds[f"seed{seed}.csv"] = taken[seed]["rounds"][f"seed{seed}.csv"]
            attacks[seed] = taken[seed]["attacks"][str(seed)]
            continue
        values, seconds = zip(*states[seed].reached, strict=True)
        if audit := {name: round(values[-1][name], 4) for name in AUDITS if name in values[-1]}:
            audits[str(seed)] = audit
        attacks[seed] = attacks_per_seed(row["num_attackers"] for row in values)
        name = f"seed{seed}.csv"
        rounds[name] = _write(values, columns_of(values[0]), arguments.out / name)
        _write(seconds, TIMING_COLUMNS, arguments.out / f"seed{seed}.timing.csv")
    used = [device for seed in states for device in states[seed].devices]
    used += [device for record in taken.values() for device in record["device"].split("; ")]

    own = arguments.parameters
    record = {
        **axes,
        "seeds": seeds,
        "standin": DATASETS[parameters.dataset].standin,
        "attacker_share": round(experiment.attacker_share(), 6),
        "tested": {
            "clean": len(experiment.data.test.labels),
            **({} if experiment.whole is None else {"whole": experiment.whole.num_clean}),
            "backdoor": [len(poison["test_y"]) for poison in poisons.values()],
        },
        "parameters": own,
        "data": {provenance.in_project(path): digest for path, digest in digests.items()},
        "rounds": rounds,
        "fingerprints": fingerprints,
        "attacks": attacks,
        **({"audits": audits} if audits else {}),
        "code": digest,
        "versions": versions,
        # More than one if a cell went on elsewhere.
        "device": "; ".join(dict.fromkeys(used)),
        "backend": experiment.backend,
        "command": shlex.join(["python", *own_command, "--backend", experiment.backend]),
    }
    with atomic_path(arguments.out / "cell.json") as temporary:
        temporary.write_text(json.dumps(record, indent=2) + "\n")
    for seed in arguments.seeds if arguments.kept else ():
        finished.let_go(arguments.kept, seed)
    if arguments.state:
        live.clear(arguments.state)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _say_void(marking: Marking, seed: int, record: RoundRecord) -> None:
    """Say that a round's mark tells nothing, as the marked model itself does not know it."""
    reached = record.values["mark_acc"]
    if reached is not None and float(reached) < marking.threshold:
        _say(
            f"seed {seed}, round {record.round}: the marked model knows {reached:.1f} % of the "
            f"class of the mark that it knows best, below the threshold of {marking.threshold:g}: "
            "nobody can be told by it (use more epochs or a higher lr)"
        )


def _accuracies(values: dict) -> str:
    if values["main_task_acc"] is None:
        return ""
    return f", main {values['main_task_acc']:.2f} %, backdoor {values['backdoor_acc']:.2f} %"


def _write(rows: Iterable[dict], columns: Iterable[str], path: Path) -> str:
    """Write `rows` as CSV and return its sha256."""
    with atomic_path(path) as temporary:
        names = list(columns)
        lines = (csv_line([row[name] for name in names]) for row in rows)
        temporary.write_text(csv_line(names) + "".join(lines), encoding="utf-8", newline="")
        return provenance.file_digest(temporary)


def _own_command(argv: list[str] | None) -> list[str]:
    script = Path(__file__).resolve()
    try:
        shown = script.relative_to(Path.cwd())
    except ValueError:
        shown = script
    given = list(sys.argv[1:] if argv is None else argv)
    # What runs again should not find itself done, and is the same wherever its rounds are shown.
    for option in ("--state", "--kept", "--trackers", "--track-in"):
        if option in given:
            place = given.index(option)
            after = [n for n in range(place + 1, len(given)) if given[n].startswith("--")]
            del given[place : after[0] if after else len(given)]
    return [shown.as_posix(), *given]


if __name__ == "__main__":
    command.run(main)
