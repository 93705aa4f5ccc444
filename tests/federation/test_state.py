"""A seed's state on disk: what comes back, and what is refused."""

import math

import pytest
import torch

from edgecase.base.errors import DataError
from edgecase.federation.state import SeedState, fingerprint, load, load_or_set_aside, save

ROWS = [
    ({"fl_iter": 0, "main_task_acc": 1 / 3, "attacker_accepted": None, "client_ids": ""}, {"s": 0}),
    ({"fl_iter": 1, "main_task_acc": math.nan, "attacker_accepted": 1, "client_ids": "-1 4"}, {}),
]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "seed0.safetensors"


@pytest.fixture
def state():
    return SeedState(1, torch.linspace(-1, 1, 100), list(ROWS))


def test_every_bit_comes_back(path, state):
    save(state, path, "here")
    found = load(path, "here")
    assert found.round == 1
    assert torch.equal(found.parameters, state.parameters)
    assert found.parameters.dtype == torch.float32
    assert repr(found.rows) == repr(ROWS)


def test_a_seed_that_is_done_needs_no_model(path):
    save(SeedState(1, None, list(ROWS)), path, "here")
    assert load(path, "here").parameters is None
    assert path.stat().st_size < 2000


def test_rows_behind_the_round_do_not_count(path, state):
    later = SeedState(0, state.parameters, list(ROWS))
    assert later.reached == ROWS[:1]
    save(later, path, "here")
    assert load(path, "here").rows == ROWS[:1]


def test_the_state_before_comes_back_too(path, state):
    earlier = SeedState(0, torch.linspace(1, 2, 100), ROWS[:1])
    save(SeedState(1, None, list(ROWS), ("a CPU", "a GPU"), earlier), path, "here")
    found = load(path, "here")
    assert (found.round, found.parameters, found.devices) == (1, None, ("a CPU", "a GPU"))
    assert found.before.round == 0
    assert torch.equal(found.before.parameters, earlier.parameters)
    assert found.before.reached == ROWS[:1]


def test_there_may_be_none(path):
    assert load(path, "here") is None
    assert load_or_set_aside(path, "here") == (None, None)


def test_every_fact_counts():
    facts = {"seed": 0, "parameters": {"lr": 0.1, "eps": 1.0}, "data": ["a", "b"]}
    same = fingerprint(data=["a", "b"], parameters={"eps": 1.0, "lr": 0.1}, seed=0)
    assert fingerprint(**facts) == same
    for change in ({"seed": 1}, {"data": ["b", "a"]}, {"parameters": {"lr": 0.1, "eps": 1.5}}):
        assert fingerprint(**facts | change) != same


def test_a_state_of_another_run_is_refused(path, state):
    save(state, path, "there")
    with pytest.raises(DataError, match=r"seed0\.safetensors: its parameters, data or code"):
        load(path, "here")


def test_every_byte_counts(path, state):
    """Whatever byte changes and wherever the file ends, nothing altered is taken for a state."""
    save(state, path, "here")
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place])
        with pytest.raises(DataError, match="safetensors"):
            load(path, "here")
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            found = load(path, "here")
        except DataError:
            continue
        # A byte of the header that says nothing, such as padding.
        assert torch.equal(found.parameters, state.parameters)
        assert repr(found.rows) == repr(ROWS)


def test_what_is_refused_is_kept_aside(path, state):
    save(state, path, "there")
    before = path.read_bytes()
    found, reason = load_or_set_aside(path, "here")
    assert found is None
    assert "not those of this run" in reason
    assert not path.exists()
    assert path.with_name("seed0.safetensors.refused").read_bytes() == before
