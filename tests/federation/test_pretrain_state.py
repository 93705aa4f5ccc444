"""A starting model's training is killed and goes on, to the same bytes, and says how far it is."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from edgecase.base import progress
from edgecase.federation import checkpoint
from edgecase.results import starts
from edgecase.results.provenance import file_digest
from scripts import pretrain

WORKFLOW = Path(__file__).parents[2] / "workflow"
#: 5 steps an epoch, 15 in all; crops, flips and dropout are drawn on the way.
RECIPE = {"epochs": 3, "batch_size": 8, "lr": 0.05, "momentum": 0.9, "weight_decay": 1e-4}
PARAMETERS = {
    "dataset": "standin-planes",
    "model": {"name": "vgg9", "width": 0.05},
    "start": "trained",
    "pretrain": RECIPE | {"num_samples": 37},
    "precision": "fp32",
    "test_samples": None,
    "switches": {"orientation": "published", "transforms": "published"},
}
#: sends itself the signal argv[1] when it has saved so many times as argv[2] says.
BROKEN_OFF = """
import os, sys
from edgecase.base import command
from edgecase.federation.pretrain_state import SavedTraining
from scripts import pretrain

number, last = int(sys.argv.pop(1)), int(sys.argv.pop(1))
save, saved = SavedTraining.save, []

def and_end(self, now):
    save(self, now)
    saved.append(now.steps)
    if len(saved) == last:
        os.kill(os.getpid(), number)

SavedTraining.save = and_end
command.run(pretrain.main)
"""


@pytest.fixture
def arguments(tmp_path):
    """`arguments(out, *more)`: the script's command line, with states after every step."""
    rng = np.random.default_rng(5)
    arrays = {}
    for split, count in (("train", 45), ("test", 9)):
        arrays[f"x_{split}"] = rng.integers(0, 256, (count, 32, 32, 3), np.uint8)
        arrays[f"y_{split}"] = np.arange(count) % 10
    np.savez(tmp_path / "planes.npz", **arrays)

    def make(out, *more, **changes):
        given = ["--dataset", str(tmp_path / "planes.npz"), "--device", "cpu"]
        given += [
            "--parameters",
            json.dumps(PARAMETERS | changes),
            "--save-minutes",
            "0",
            "--test-batch-size",
            "8",
        ]
        return [*given, "--out", str(tmp_path / f"{out}.safetensors"), *more]

    return make


def test_killed_and_terminated_it_goes_on_to_the_same_bytes(arguments, tmp_path, capsys):
    pretrain.main(arguments("whole"))
    state = tmp_path / "state"
    command = arguments("broken", "--state", str(state))
    environment = os.environ | {"PYTHONPATH": str(WORKFLOW), "OMP_NUM_THREADS": "1"}
    for number, saves, steps in ((signal.SIGKILL, 7, 7), (signal.SIGTERM, 2, 9)):
        broken = subprocess.run(
            [sys.executable, "-c", BROKEN_OFF, str(number.value), str(saves), *command],
            env=environment,
            cwd=WORKFLOW,
            capture_output=True,
            text=True,
            check=False,
        )
        wanted = -signal.SIGKILL if number == signal.SIGKILL else 128 + signal.SIGTERM
        assert broken.returncode == wanted, broken.stderr
        assert not (tmp_path / "broken.safetensors").exists()
        assert json.loads(metadata(state)["content"]) == {"steps": steps}
    assert "goes on after step 7 of 15" in broken.stderr
    assert "terminated: the same command goes on" in broken.stderr
    capsys.readouterr()
    pretrain.main(command)
    assert "goes on after step 9 of 15" in capsys.readouterr().err
    for name in ("safetensors", "json"):
        whole, found = (tmp_path / f"{which}.{name}" for which in ("whole", "broken"))
        assert found.read_bytes() == whole.read_bytes()
    assert sorted(path.name for path in state.iterdir()) == ["lock", "training.safetensors"]


def metadata(folder):
    """What the state in `folder` says of itself."""
    with safe_open(folder / "training.safetensors", "pt") as file:
        return file.metadata()


def test_a_finished_training_only_tests_again(arguments, tmp_path, capsys, monkeypatch):
    """Another number of test images trains nothing; another recipe does."""
    state = ("--state", str(tmp_path / "state"))
    pretrain.main(arguments("first", *state))
    steps = []
    monkeypatch.setattr(
        pretrain.SavedTraining, "after_step", lambda self, now, **_: steps.append(now.steps)
    )
    pretrain.main(arguments("second", *state, test_samples=5))
    assert not steps
    first, second = (tmp_path / f"{name}.safetensors" for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()
    assert json.loads(second.with_suffix(".json").read_text())["test_samples"] == 5
    capsys.readouterr()
    pretrain.main(arguments("third", *state, pretrain=RECIPE | {"epochs": 1}))
    assert steps == [1, 2, 3, 4, 5, 6]
    assert "the training starts anew" in capsys.readouterr().err
    assert (tmp_path / "state" / "training.safetensors.refused").exists()


def test_a_finished_model_of_another_processor_is_taken_over(arguments, tmp_path, capsys):
    """Bytes that this processor would not make are taken if they are of this very training."""
    pretrain.main(arguments("own"))
    own = load_file(tmp_path / "own.safetensors")
    waiting = tmp_path / "finished"
    waiting.mkdir()
    save_file({name: 1.001 * each for name, each in own.items()}, waiting / starts.MODEL)
    record = json.loads((tmp_path / "own.json").read_text())
    (waiting / starts.RECORD).write_text(json.dumps(record))
    pretrain.main(arguments("cut", "--finished", str(waiting)))  # not what the record vouches for
    assert "taken over" not in capsys.readouterr().err
    record[starts.DIGEST] = file_digest(waiting / starts.MODEL)
    (waiting / starts.RECORD).write_text(json.dumps(record))
    capsys.readouterr()
    pretrain.main(arguments("taken", "--finished", str(waiting)))
    assert "taken over from" in capsys.readouterr().err
    taken = (tmp_path / "taken.safetensors").read_bytes()
    assert taken == (waiting / starts.MODEL).read_bytes()
    pretrain.main(
        arguments("other", "--finished", str(waiting), pretrain=RECIPE | {"num_samples": 36})
    )
    assert "taken over" not in capsys.readouterr().err


def test_it_says_how_far_it_is(arguments, capsys, monkeypatch):
    monkeypatch.setattr(progress, "_REPORT_EVERY_S", 0)
    pretrain.main(arguments("model"))
    first, *_, last, accuracy = capsys.readouterr().err.splitlines()
    assert first.startswith("epoch 1/3, 1 of 15 steps in all, ")
    assert first.endswith(" min left")
    assert last.startswith("epoch 3/3, 15 of 15 steps in all, ")
    assert accuracy.startswith("accuracy ")


def test_a_state_without_parameters_is_set_aside(arguments, tmp_path, capsys):
    """A file that is whole and of this very run, but holds no training."""
    state = tmp_path / "state"
    pretrain.main(arguments("first", "--state", str(state)))
    mark = metadata(state)["fingerprint"]
    checkpoint.write(state / "training.safetensors", mark, {"steps": 3}, {})
    pretrain.main(arguments("second", "--state", str(state)))
    assert "its content is no state" in capsys.readouterr().err
    first, second = (tmp_path / f"{name}.safetensors" for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()
