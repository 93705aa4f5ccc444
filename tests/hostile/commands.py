"""The targets that are given to a script: an odd command line, or one odd file of a sound one."""

import functools
import importlib
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from unittest import mock

import matplotlib.font_manager  # noqa: F401  (asks a program for fonts when it is first loaded)
import requests
from hypothesis import strategies as st
from tests.figures.made_up import cell, write_cell
from tests.hostile import readers
from tests.hostile.guard import Refusal, runs_or_refuses
from tests.hostile.mutate import json_files, odd_arguments
from tests.hostile.target import Target, register
from tests.report.made_up import record

from edgecase import authors_cli, figures

ROOT = readers.ROOT


@functools.cache
def sound() -> Path:
    """A folder with a sound file for every argument of every script; not to be changed."""
    holder = tempfile.TemporaryDirectory(prefix="sound-")
    _KEPT.append(holder)
    folder = Path(holder.name)
    (folder / "standin-digits.npz").write_bytes(readers.npz(readers.small_dataset()))
    (folder / "seed0.npz").write_bytes(readers.npz(readers.small_poison()))
    (folder / "partition.npz").write_bytes(readers.npz(readers.small_partition()._asdict()))
    (folder / "start.safetensors").write_bytes(readers.safetensors(readers.small_model().state()))
    for name, text in {
        "tidy.csv": readers.tidy_text(),
        "ablation.csv": figure_text("ablation"),
        "fig6.csv": figure_text("fig6"),
        "measures.csv": readers.measures_text(),
        "densities.csv": readers.densities_text(),
        "claims.csv": readers.claims_text(),
        "timing.csv": readers.timing_text(),
        "caption.rst": "**Figure 1**: images.",
    }.items():
        (folder / name).write_text(text)
    (folder / "task").mkdir()
    (folder / "task" / "default.json").write_text(json.dumps(readers.start_record()))
    described = record(task="standin-digits", dataset="standin-digits", edge_set="standin-sevens")
    described["parameters"] |= {"rounds": 4, "eps": 0.5, "local_epochs": 2, "attacker_epochs": 2}
    described["parameters"] |= {"defense": {"name": "krum"}, "attack": "blackbox"}
    cells = {
        "cell": {},
        "plain": {"defense": "no-defense"},
        "unattacked": {"attack": "none"},
        "neither": {"defense": "no-defense", "attack": "none"},
        "pgd": {"attack": "pgd"},
        "pgd-plain": {"defense": "no-defense", "attack": "pgd"},
    }
    for name, changes in cells.items():
        written = write_cell(folder / name, rounds=4, standin=True, **changes)
        text = json.dumps(described | changes | {"seeds": [0]})
        (written / "cell.json").write_text(text)
    return folder


def figure_text(name: str) -> str:
    """A tidy table with the parameters of a figure."""
    table = cell(rounds=4, seeds=(0, 1))
    others = dict.fromkeys(figures.FIGURES[name].parameters, 0.5)
    if "seated_client" in others:
        others["seated_client"] = 0
    return readers.as_csv(table.assign(**others))


_KEPT: list[tempfile.TemporaryDirectory] = []


def script(name: str) -> Callable[[list[str]], None]:
    return importlib.import_module(f"scripts.{name}").main


def cell_parameters(**changes: object) -> dict:
    """The parameters of a cell of one round on the small data set."""
    small = {"rounds": 1, "num_clients": 4, "clients_per_round": 2, "batch_size": 8}
    small |= {"model": {"name": "lenet", "width": 0.1}, "test_samples": None}
    small |= {"local_epochs": 1, "attacker_epochs": 1, "seated_client": None}
    small |= {"participation": "fixed-freq-1", "defense": {"name": "no-defense"}}
    return readers.small_parameters() | small | changes


def arguments() -> dict[str, list[str]]:
    """A sound command line of every script, `{}` before a name in the folder of sound files."""
    cell_json = json.dumps(cell_parameters())
    given = cell_parameters(pretrain=readers.small_parameters()["pretrain"] | {"epochs": 0})
    shared = {key: given[key] for key in ("dataset", "model", "switches", "test_batch_size")}
    start = {key: given[key] for key in ("start", "pretrain", "precision", "test_samples")}
    mixture = {"components": 2, "variance": 0.9, "train_samples": 20, "test_samples": 10}
    mixture |= {"comparison": "standin-planes", "edge_set": "standin-sevens"}
    one = ["--csv", "out/a.csv", "--markdown", "out/a.md"]
    drawn = ["--pdf", "out/a.pdf", "--png", "out/a.png"]
    data = ["--dataset", "{}standin-digits.npz"]
    sources = ["--sources", str(readers.CONFIG / "sources.yaml")]
    files = ["--configfiles", "config/a.yaml", "b.yaml"]
    return {
        "ablation_effects": ["--table", "{}ablation.csv", *one],
        "archive": ["--configfiles", str(readers.CONFIG / "demo.yaml"), "--out", "out/a.tar.gz"],
        "cell": [
            *data,
            *["--partition", "{}partition.npz", "--poison", "{}seed0.npz"],
            *["--start", "{}start.safetensors", "--parameters", cell_json, "--seeds", "0"],
            *["--override", "default", "--device", "cpu", "--threads", "1", "--out", "out/cell"],
            *["--state", "out/state", "--save-minutes", "5", "--backend", "auto"],
            *["--memory-share", "0.5", "--probes", "out/probe"],
        ],
        "claims": [
            *["--claims", str(readers.CONFIG / "claims.yaml"), "--measures", "{}measures.csv"],
            *["--densities", "{}densities.csv", *files, *one],
            *["--roles", '{"task1": {"task": "digits", "participation": "fixed-freq-10"}}'],
        ],
        "collect": ["--cells", "{}cell", "{}plain", "--out", "out/t.csv", "--parameters", "eps"],
        "configured": ["run", str(readers.CONFIG / "demo.yaml")],
        "densities": [
            *["--task", "digits", *data, "--comparison", "{}standin-digits.npz"],
            *["--poison", "{}seed0.npz", "--start", "{}start.safetensors", "--seeds", "0"],
            *[
                "--parameters",
                json.dumps(shared | mixture),
                "--device",
                "cpu",
                "--out",
                "out/d.csv",
            ],
        ],
        "density_figure": ["--table", "{}densities.csv", *drawn],
        "density_table": ["--tables", "{}densities.csv", "--out", "out/fig2.csv"],
        "download": [*sources, "--source", "ardis", "--mirror", "{}", "--out", "out/ardis"],
        "fairness": ["--table", "{}fig6.csv", *one],
        "figure": ["--name", "fig4", "--table", "{}tidy.csv", *drawn],
        "front": [
            *["--run", "demo", *files, "--claims", "{}claims.csv", "--records", "{}cell/cell.json"],
            *["--timings", "{}timing.csv", "--starts", "{}task/default.json", *sources],
            *["--figures", "figures/demo/fig1.png", "--captions", "{}caption.rst"],
            *["--pages", "a.html", "--titles", "A page", "--out", "out/front.html"],
        ],
        "hyperparameters": ["--cells", "{}cell", "--starts", "{}task/default.json", *one],
        "merge": ["--configfiles", str(readers.CONFIG / "demo.yaml"), "--sources", "{}"],
        "montage": [
            *["--tasks", "digits", "--datasets", "{}standin-digits.npz", "--poison", "{}seed0.npz"],
            *["--source-class", "7", "--orientation", "published", *drawn],
        ],
        "page": [
            *["--table", "{}tidy.csv", "--title", "Numbers", "--summary", "{}measures.csv"],
            *["--out", "out/page.html", "--packed", "out/page.csv.gz"],
        ],
        "partition": [
            *[*data, "--edge-set", "standin-sevens", "--num-clients", "4", "--seed", "0"],
            *["--parameters", '{"kind": "iid"}', "--out", "out/seed0.npz"],
        ],
        "poison": [
            *[*data, "--edge", "{}standin-digits.npz", "--edge-set", "standin-sevens"],
            *["--case", "edge-case", "--num-clients", "4", "--seed", "0"],
            *["--parameters", '{"fraction": 0.5, "clean": 3}', "--out", "out/seed0.npz"],
        ],
        "prepare": [*sources, "--name", "mnist", "--raw", "{}", "--out", "out/mnist.npz"],
        "pretrain": [
            *[
                *data,
                "--parameters",
                json.dumps(shared | start),
                "--device",
                "cpu",
                "--threads",
                "1",
            ],
            *["--out", "out/default.safetensors"],
        ],
        "provenance": [
            *["--run", "demo", *files, "--records", "{}cell/cell.json"],
            *["--starts", "{}task/default.json", "--out", "out/provenance.html"],
        ],
        "summary": ["--cells", "{}cell", "{}plain", "--measures", "out/m.csv", *one],
        "unpack": ["{}tidy.csv"],
        "verdict": [
            *["--defense", "krum", "--cells", "{}cell", "{}plain", "{}unattacked", "{}neither"],
            *["{}pgd", "{}pgd-plain"],
            *[*files, *one, *drawn],
        ],
        "where": ["demo"],
    }


def given(words: Sequence[str]) -> list[str]:
    return [word.replace("{}", f"{sound()}/", 1) if word[:2] == "{}" else word for word in words]


def command_line(name: str) -> None:
    """Register the target that gives odd command lines to a script."""

    def inputs() -> st.SearchStrategy[bytes]:
        return odd_arguments(arguments()[name])

    def check(path: Path, folder: Path) -> None:
        lost = requests.ConnectionError("no network")
        with mock.patch("requests.get", side_effect=lost), mock.patch("pooch.core.time.sleep"):
            runs_or_refuses(script(name), given(json.loads(path.read_bytes())), folder)

    register(Target(f"{name}-arguments", "arguments.json", inputs, check, share=0.25))


def argument_file(
    name: str, option: str, inputs: Callable[[], st.SearchStrategy[bytes]], share: float = 0.25
) -> None:
    """Register the target that gives a script an odd file after `option`, all else being sound."""
    words = _cached_arguments()[name]
    place = words.index(option) + 1
    file = Path(words[place].removeprefix("{}")).name

    def check(path: Path, folder: Path) -> None:
        line = given([*words[:place], "FILE", *words[place + 1 :]])
        runs_or_refuses(script(name), [str(path) if w == "FILE" else w for w in line], folder)

    register(Target(f"{name}{option}", file, inputs, check, share))


_cached_arguments = functools.cache(arguments)

for _name in _cached_arguments():
    command_line(_name)


def parameters(name: str, changes: Mapping | None = None) -> None:
    """Register the target that gives a script odd parameters (JSON)."""
    words = _cached_arguments()[name]
    place = words.index("--parameters") + 1

    def check(path: Path, folder: Path) -> None:
        text = path.read_bytes().decode("utf-8", "replace").replace("\x00", "")
        line = given([*words[:place], "{}", *words[place + 1 :]])
        line[place] = text
        runs_or_refuses(script(name), line, folder)

    register(
        Target(
            f"{name}-parameters",
            "parameters.json",
            lambda: json_files(json.loads(words[place])),
            check,
            share=0.25,
        )
    )


for _name in ("cell", "densities", "partition", "poison", "pretrain"):
    parameters(_name)


def figure(name: str) -> None:
    """Register the target that gives a figure tidy tables with odd fields."""

    def check(path: Path, folder: Path) -> None:
        line = ["--name", name, "--table", str(path), "--pdf", "out/a.pdf", "--png", "out/a.png"]
        runs_or_refuses(script("figure"), line, folder)

    register(
        Target(f"figure-{name}", "t.csv", lambda: readers.csv_files(figure_text(name)), check, 0.1)
    )


for _name in figures.FIGURES:
    figure(_name)

for _script, _option, _inputs in (
    ("ablation_effects", "--table", lambda: readers.csv_files(figure_text("ablation"))),
    ("fairness", "--table", lambda: readers.csv_files(figure_text("fig6"))),
    ("claims", "--measures", lambda: readers.csv_files(readers.measures_text())),
    ("claims", "--densities", lambda: readers.csv_files(readers.densities_text())),
    ("page", "--table", lambda: readers.csv_files(readers.tidy_text())),
    ("page", "--summary", lambda: readers.csv_files(readers.measures_text())),
    ("density_figure", "--table", lambda: readers.csv_files(readers.densities_text())),
    ("front", "--claims", lambda: readers.csv_files(readers.claims_text())),
    ("front", "--timings", lambda: readers.csv_files(readers.timing_text())),
    ("front", "--starts", lambda: json_files(readers.start_record())),
    ("front", "--captions", lambda: st.binary(max_size=60)),
    ("hyperparameters", "--starts", lambda: json_files(readers.start_record())),
    ("provenance", "--starts", lambda: json_files(readers.start_record())),
    ("montage", "--poison", lambda: readers._npz_of(readers.small_poison())),
    ("cell", "--poison", lambda: readers._npz_of(readers.small_poison())),
    ("cell", "--partition", lambda: readers._npz_of(readers.small_partition()._asdict())),
    ("poison", "--edge", lambda: readers._npz_of(readers.small_dataset())),
    ("partition", "--dataset", lambda: readers._npz_of(readers.small_dataset())),
):
    argument_file(_script, _option, _inputs)


def cell_record(name: str) -> None:
    """Register the target that gives a script a cell whose record is odd."""

    def inputs() -> st.SearchStrategy[bytes]:
        return json_files(json.loads((sound() / "cell" / "cell.json").read_text()))

    def check(path: Path, folder: Path) -> None:
        (path.parent / "seed0.csv").write_bytes((sound() / "cell" / "seed0.csv").read_bytes())
        swapped = {"{}cell": str(path.parent), "{}cell/cell.json": str(path)}
        line = [swapped.get(word, word) for word in _cached_arguments()[name]]
        runs_or_refuses(script(name), given(line), folder)

    register(Target(f"{name}-record", "cell.json", inputs, check, share=0.25))


for _name in ("collect", "front", "hyperparameters", "provenance", "summary", "verdict"):
    cell_record(_name)


def _authors_check(path: Path, folder: Path) -> None:
    """The authors' command line: what it asks for is a configuration that passes, or an error."""

    def main(words: list[str]) -> None:
        request = authors_cli.interpret(words)
        if set(request.cell.folder) - set("abcdefghijklmnopqrstuvwxyz0123456789./-"):
            raise Refusal(f"a cell in {request.cell.folder}")

    runs_or_refuses(main, json.loads(path.read_bytes()), folder)


def _authors_lines() -> st.SearchStrategy[bytes]:
    line = (
        *("--dataset", "cifar10", "--poison_type", "southwest", "--attack_method", "PGD"),
        *("--defense_method", "krum", "--fl_round", "500", "--lr", "0.02", "--eps", "2"),
        *("--model_replacement", "True", "--seeds", "0", "1", "--device", "cpu", "--cores", "2"),
        *("--attack_case", "edge-case", "--fl_mode", "fixed-pool", "--norm_bound", "2"),
    )
    return odd_arguments(line)


register(Target("authors-arguments", "arguments.json", _authors_lines, _authors_check, 0.4))
