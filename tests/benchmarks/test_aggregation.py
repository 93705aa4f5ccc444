"""The benchmark of the server's rules: every rule runs, and a table of times by hand."""

from tests.defenses.running import drawn

from benchmarks import aggregation


def test_every_rule_aggregates():
    calls = aggregation.calls(aggregation.HERE, drawn(10, 50))
    assert calls.keys() == aggregation.ours(2).keys()
    for call in calls.values():
        assert call().update.shape == (50,)


def test_ratios_are_those_of_the_turns():
    # Turn by turn the build before takes 2, 4 and 9 times as long: 4. Of the peers, b is faster.
    times = {
        "here": [0.1, 0.1, 0.2],
        "before": [0.2, 0.4, 1.8],
        "a": [1.0, 1.0, 1.0],
        "b": [0.1, 0.3, 0.6],
    }
    found = aggregation.table({"Krum": times, "median": {"here": [0.5]}}, [*times])
    assert found.splitlines()[2:] == [
        "| Krum | 100 | 400 | 1000 | 300 | 4.0 | 3.0 |",
        "| median | 500 |  |  |  |  |  |",
    ]


def test_a_contestant_answers_one_rule_after_the_other():
    options = ("--size", "10", "40", "--threads", "1")
    with aggregation.contestants([aggregation.HERE], None, *options) as processes:
        found = aggregation.turns(processes, ["Krum", "unheard of"], 2)
    assert len(found["Krum"][aggregation.HERE]) == 2
    assert found["unheard of"] == {}
    assert all(process.poll() is not None for process in processes.values())


def test_the_build_before_answers_with_its_own_library(tmp_path):
    library = tmp_path / "workflow" / "edgecase"
    library.mkdir(parents=True)
    (library / "__init__.py").touch()
    (library / "defenses.py").write_text(
        "names = lambda: ['krum']\n"
        "aggregate = lambda name, updates, counts, num_byzantine: updates.mean(0)\n"
        "check_postconditions = lambda *_: None\n"
    )
    options = ("--size", "10", "40", "--threads", "1")
    with aggregation.contestants([aggregation.BEFORE], tmp_path, *options) as processes:
        found = aggregation.turns(processes, ["Krum", "median"], 1)
    assert len(found["Krum"][aggregation.BEFORE]) == 1
    assert found["median"] == {}  # it has no such rule
