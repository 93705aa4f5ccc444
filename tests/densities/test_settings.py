import pytest

from edgecase.datasets import DATASETS, Dataset
from edgecase.densities.settings import out_of_distribution, problems

SETS = {"planes": "cifar10", "digits": "mnist", "small": "standin-digits"}
SECTION = {"tasks": ["planes", "digits"], "components": 10, "train_samples": 100}


def test_a_right_section_has_no_problem():
    assert list(problems(SECTION | {"out_of_distribution": {"digits": "emnist"}}, SETS)) == []
    assert list(problems(SECTION | {"tasks": []}, SETS)) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tasks": ["cars"]}, "tasks: 'cars' is unknown; allowed: planes, digits, small"),
        ({"out_of_distribution": {"cars": "mnist"}}, "out_of_distribution: 'cars' is unknown"),
        (
            {"out_of_distribution": {"planes": "letters"}},
            "out_of_distribution.planes: 'letters' is unknown; allowed: cifar10, cifar100, "
            "emnist, femnist-leaf, femnist-leaf-digits, femnist-tff, femnist-tff-digits, mnist",
        ),
        (
            {"out_of_distribution": {"planes": "cifar10"}},
            "out_of_distribution.planes: 'cifar10' is the task's own data set",
        ),
        ({"components": 101}, "components: 101 is more than train_samples, 100"),
    ],
)
def test_each_problem_names_key_value_and_what_is_allowed(changes, message):
    (problem,) = problems(SECTION | changes, SETS)
    assert problem.startswith(message)


@pytest.mark.parametrize(
    ("task", "tasks", "expected"),
    [
        ("planes", ["planes", "digits"], "mnist"),
        ("digits", ["planes", "digits"], "cifar10"),
        ("planes", ["small", "planes", "digits"], "standin-digits"),
        # Nothing of the other kind in the run: what needs no download.
        ("planes", ["planes"], "standin-digits"),
        ("small", ["small"], "standin-planes"),
    ],
)
def test_the_other_kind_is_taken_from_the_run_or_drawn(task, tasks, expected):
    assert out_of_distribution(task, SECTION | {"tasks": tasks}, SETS) == expected


def test_text_has_no_densities():
    section = SECTION | {"tasks": ["tweets"], "out_of_distribution": {"digits": "standin-tweets"}}
    found = list(problems(section, SETS | {"tweets": "sentiment140"}))
    assert found == [
        "tasks: 'tweets' is of text; figure 2 takes tasks of images",
        "out_of_distribution.digits: 'standin-tweets' holds text; figure 2 takes images",
    ]


def test_the_one_named_is_taken():
    section = SECTION | {"out_of_distribution": {"digits": "standin-planes"}}
    assert out_of_distribution("digits", section, SETS) == "standin-planes"
    assert out_of_distribution("planes", section, SETS) == "mnist"


@pytest.mark.parametrize(
    "name", [name for name, entry in DATASETS.items() if isinstance(entry, Dataset)]
)
def test_every_data_set_finds_one_of_the_other_kind(name):
    found = out_of_distribution("it", SECTION | {"tasks": ["it"]}, {"it": name})
    assert DATASETS[found].shape[2] != DATASETS[name].shape[2]
    assert DATASETS[found].sources == ()
