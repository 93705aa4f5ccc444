"""Which rules there are, and what is said of parameters that do not fit."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import edgecase
from edgecase import defenses
from edgecase.base.errors import ConfigError, SimulationError
from edgecase.defenses import names, parameters, registry, rule, validate
from edgecase.defenses.contract import whole

LIBRARY = Path(edgecase.__file__).parents[1]


def python(folder, code):
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_files_are_found_without_torch_and_editors_leftovers_are_not(tmp_path):
    """A dangling link, a checkpoint and a backup beside the rules change nothing."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(LIBRARY / "edgecase", tmp_path / "edgecase", ignore=ignored)
    folder = tmp_path / "edgecase" / "defenses"
    (folder / ".#krum.py").symlink_to("somebody@somewhere.1234")
    (folder / "krum.py~").write_text("")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "krum-checkpoint.py").write_text("raise SystemExit(1)")
    code = (
        "import sys\n"
        "from edgecase import defenses\n"
        "assert defenses.validate('rfa', {}) == []\n"
        "assert 'torch' not in sys.modules, 'torch was imported'\n"
        "print(*defenses.names())"
    )
    assert python(tmp_path, code).split() == list(names())


def test_the_papers_come_first():
    assert names()[:7] == (
        *("no-defense", "norm-clipping", "norm-clipping-adaptive", "weak-dp"),
        *("krum", "multi-krum", "rfa"),
    )
    assert names()[7:] == tuple(sorted(names()[7:]))


def test_every_rule_says_what_it_is():
    for name in names():
        kind = defenses.rule_class(name)
        assert kind.name == name
        assert kind.label
        assert not kind.__doc__.startswith(kind.__name__), "a docstring of its own"
        assert all(about.required or about.accepts(about.default) for about in parameters(name))


@pytest.mark.parametrize(
    ("name", "values", "told"),
    [
        ("krumm", {}, ["defense: 'krumm' is unknown; did you mean 'krum'? allowed: no-"]),
        ("norm-clipping", {}, ["norm_bound: is missing (largest l2 norm of an update)"]),
        (
            "weak-dp",
            {"norm_bound": -2, "s": 1},
            ["stddev: is m", "norm_bound: -2", "s: is u"],
        ),
        ("krum", {"num_byzantine": 1.0}, ["num_byzantine: 1.0 is not allowed (attackers assumed"]),
        ("rfa", {"smoothing": 0.0}, ["smoothing: 0.0 is not allowed"]),
        ("no-defense", {"norm_bound": 2}, ["norm_bound: is unknown; allowed: none"]),
        ("weak-dp", {"norm_bound": 0.1, "stddev": 0}, []),
    ],
)
def test_one_problem_is_one_sentence(name, values, told):
    found = validate(name, values)
    assert len(found) == len(told)
    for problem, start in zip(found, told, strict=True):
        assert problem.removeprefix(f"{name}: ").startswith(start)
    if told:
        with pytest.raises(ConfigError) as caught:
            rule(name, values)
        assert len(caught.value.problems) == len(told)


def test_the_round_size_is_validated_with_the_parameters():
    assert rule("rfa").minimum_clients() == 1
    assert rule("krum").minimum_clients() == 5
    assert validate("multi-krum", {"num_byzantine": 4}, num_clients=11) == []
    assert validate("multi-krum", {"num_byzantine": 4}, num_clients=10) == [
        "multi-krum: a round of 10 clients with num_byzantine = 4; allowed: at least 11 clients"
    ]


def test_adding_a_defense(monkeypatch):
    for table in ("_RULES", "_PLACES"):
        monkeypatch.setattr(registry, table, dict(getattr(registry, table)))

    @defenses.register("plain")
    class Plain(defenses.Rule):
        pass

    assert "plain" in names()
    assert (Plain.label, rule("plain"), validate("plain", {})) == ("plain", Plain(), [])
    for name, told in (("plain", "is taken by tests"), ("Other", "is not in lower case")):
        with pytest.raises(ConfigError, match=f"'{name}' {told}"):
            defenses.register(name)(Plain)


def test_what_a_rule_gives_by_mistake_is_named():
    """A number as memory, and no aggregate at all."""

    class Forgetful(defenses.Rule):
        name = "forgetful"

        def aggregate(self, inputs):
            return whole(inputs, inputs.updates[0], memory={"count": 1.0})

    class Silent(defenses.Rule):
        name = "silent"

        def aggregate(self, inputs):
            return None

    Forgetful.weighted_sum = False
    with pytest.raises(SimulationError, match="memory count is a float, not a tensor"):
        defenses.run(Forgetful(), torch.ones(2, 3), [1, 1])
    with pytest.raises(TypeError, match="silent: aggregate gives a NoneType; it has to give an"):
        defenses.run(Silent(), torch.ones(2, 3), [1, 1])
