import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import edgecase
from edgecase import defenses
from edgecase.base.errors import ConfigError
from edgecase.defenses import minimum_clients, names, parameters, registry, validate


def test_the_declarations_load_without_torch():
    code = (
        "import sys\n"
        "from edgecase import defenses\n"
        "import edgecase.defenses.registry\n"
        "assert 'krum' in defenses.names() and defenses.validate('rfa', {}) == []\n"
        "assert 'torch' not in sys.modules, 'torch was imported'\n"
    )
    folder = Path(edgecase.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_package_has_no_other_attributes():
    with pytest.raises(AttributeError, match="no attribute 'agregate'"):
        _ = defenses.agregate


def test_names():
    assert names() == (
        "no-defense",
        "norm-clipping",
        "norm-clipping-adaptive",
        "weak-dp",
        "krum",
        "multi-krum",
        "rfa",
    )


def test_parameters_of_the_paper():
    declared = {name: [(p.name, p.default) for p in parameters(name)] for name in names()}
    assert declared == {
        "no-defense": [],
        "norm-clipping": [("norm_bound", None)],
        "norm-clipping-adaptive": [],
        "weak-dp": [("norm_bound", None), ("stddev", None)],
        "krum": [("num_byzantine", 1)],
        "multi-krum": [("num_byzantine", 1)],
        "rfa": [("max_iterations", 500), ("smoothing", 1e-5), ("tolerance", 1e-7)],
    }
    with pytest.raises(ConfigError, match="unknown defense 'median'; allowed: no-defense, "):
        parameters("median")


def test_every_default_is_allowed():
    for name in names():
        assert all(p.required or p.accepts(p.default) for p in parameters(name))


@pytest.mark.parametrize("name", names())
def test_every_rule_and_postcondition_can_be_imported(name):
    defense = registry.find(name)
    assert callable(defense.load_rule())
    assert callable(defense.load_postcondition())


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("no-defense", {}),
        ("Norm-Clipping", {"norm_bound": 2}),
        ("norm-clipping", {"norm_bound": np.float32(1.5)}),
        ("weak-dp", {"norm_bound": 0.1, "stddev": 0}),
        ("KRUM", {}),
        ("multi-krum", {"num_byzantine": np.int64(3)}),
        ("rfa", {"max_iterations": 1, "smoothing": 1e-9, "tolerance": 0}),
    ],
)
def test_valid_parameters(name, params):
    assert validate(name, params) == []


NUMBER, POSITIVE = "a finite number >= 0", "a finite number > 0"
COUNT = "an integer >= 1"


@pytest.mark.parametrize(
    ("name", "params", "expected"),
    [
        ("krumm", {}, "unknown defense 'krumm'; allowed: no-defense, norm-clipping, "),
        (None, {}, "unknown defense None; allowed: "),
        ("norm-clipping", {}, f"(largest l2 norm of an update) is missing; allowed: {POSITIVE}"),
        ("norm-clipping", {"norm_bound": -1}, f"is -1; allowed: {POSITIVE}"),
        ("norm-clipping", {"norm_bound": 0}, f"is 0; allowed: {POSITIVE}"),
        ("norm-clipping", {"norm_bound": float("nan")}, f"is nan; allowed: {POSITIVE}"),
        ("norm-clipping", {"norm_bound": float("inf")}, f"is inf; allowed: {POSITIVE}"),
        ("norm-clipping", {"norm_bound": 10**400}, f"allowed: {POSITIVE}"),
        ("norm-clipping", {"norm_bound": "2"}, f"is '2'; allowed: {POSITIVE}"),
        ("norm-clipping", {"norm_bound": None}, f"is None; allowed: {POSITIVE}"),
        ("norm-clipping", {"norm_bound": True}, f"is True; allowed: {POSITIVE}"),
        ("weak-dp", {"norm_bound": 1, "stddev": -0.1}, f"is -0.1; allowed: {NUMBER}"),
        ("krum", {"num_byzantine": 0}, f"is 0; allowed: {COUNT}"),
        ("krum", {"num_byzantine": 1.0}, f"is 1.0; allowed: {COUNT}"),
        ("krum", {"f": 1}, "krum: unknown parameter 'f' = 1; allowed: num_byzantine"),
        ("no-defense", {"norm_bound": 2}, "unknown parameter 'norm_bound' = 2; allowed: none"),
        ("rfa", {"max_iterations": 0}, f"is 0; allowed: {COUNT}"),
        ("rfa", {"smoothing": 0.0}, f"is 0.0; allowed: {POSITIVE}"),
        ("rfa", {"tolerance": -1e-9}, f"is -1e-09; allowed: {NUMBER}"),
        ("rfa", None, "rfa: parameters are None; allowed: a mapping"),
    ],
)
def test_one_problem_is_one_sentence(name, params, expected):
    (problem,) = validate(name, params)
    assert expected in problem


def test_all_problems_are_listed():
    problems = validate("weak-dp", {"norm_bound": -2, "sigma": 1})
    assert len(problems) == 3
    assert "stddev" in problems[0]
    assert "is missing" in problems[0]
    assert "-2" in problems[1]
    assert "'sigma'" in problems[2]


def test_fewest_clients():
    assert minimum_clients("rfa", {}) == 1
    assert minimum_clients("krum", {}) == 5
    assert minimum_clients("multi-krum", {"num_byzantine": 3}) == 9
    with pytest.raises(ConfigError, match="is -1; allowed: an integer >= 1"):
        minimum_clients("krum", {"num_byzantine": -1})


def test_the_round_size_is_validated_with_the_parameters():
    assert validate("multi-krum", {"num_byzantine": 4}, num_clients=11) == []
    assert validate("Multi-Krum", {"num_byzantine": 4}, num_clients=10) == [
        "multi-krum: a round of 10 clients with num_byzantine = 4; allowed: at least 11 clients"
    ]
    assert validate("no-defense", {}, num_clients=0) == [
        "no-defense: a round of 0 clients with no parameters; allowed: at least 1 clients"
    ]


def test_adding_a_defense(monkeypatch):
    monkeypatch.setattr(registry, "_DEFENSES", dict(registry._DEFENSES))
    new = registry.Defense(
        "plain", "edgecase.defenses.average:average", "edgecase.defenses.average:check_average"
    )
    registry.register(new)
    assert names()[-1] == "plain"
    assert validate("Plain", {}) == []
    for name in ("plain", "Median"):
        with pytest.raises(ConfigError, match=f"'{name}' is taken or not in lower case"):
            registry.register(registry.Defense(name, new.rule, new.postcondition))
