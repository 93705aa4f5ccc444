"""Workers give results in order, hold few of them, and end together."""

import signal
import threading
import time

import pytest
import torch
from torch import nn

from edgecase.federation.flat import FlatModel
from edgecase.federation.workers import Stopped, Workers


@pytest.fixture(params=[1, 3])
def workers(request):
    return Workers(FlatModel(nn.Linear(2, 1)), request.param)


def test_results_come_in_order_from_replicas_of_one_thread_each(workers):
    def work(replica, item):
        time.sleep(0.002 * (item % 3))
        return item, replica, torch.get_num_threads()

    items, replicas, threads = zip(*workers.map(work, range(20)), strict=True)
    assert items == tuple(range(20))
    assert set(threads) == {1}
    found = {id(replica): replica for replica in replicas}.values()
    assert len(found) <= workers.count
    memory = {replica.parameters.data_ptr() for replica in found}
    assert len(memory) == len(found), "no two workers share a model's values"
    assert all(replica.state().keys() == {"weight", "bias"} for replica in found)


def test_few_results_wait_to_be_asked_for(workers):
    begun = []
    results = workers.map(lambda _, item: begun.append(item), range(50), waiting=2)
    for taken, _ in enumerate(results, 1):
        time.sleep(0.001)
        assert len(begun) <= taken + 2
    assert sorted(begun) == list(range(50))


def wait_to_be_stopped(workers, item, ended):
    """What a worker is at until nobody wants it; `ended` gets the item then."""
    while True:
        try:
            workers.go_on()
        except Stopped:
            ended.append(item)
            raise
        time.sleep(0.001)


def test_an_error_ends_the_others_and_is_told(workers):
    entered, ended = threading.Event(), []

    def work(_, item):
        if item == 0:
            entered.wait(5 if workers.count > 1 else 0)
            raise ArithmeticError("item 0")
        entered.set()
        wait_to_be_stopped(workers, item, ended)

    with pytest.raises(ArithmeticError, match="item 0"):
        list(workers.map(work, range(9)))
    assert len(ended) <= workers.count
    assert list(workers.map(lambda _, item: -item, [1, 2])) == [-1, -2], "they work again"


def test_a_signal_ends_all_that_is_at_work(workers):
    ended = []

    def told(*_):
        raise KeyboardInterrupt

    def work(_, item):
        if item == 0:
            # To the thread that waits: a flag alone would not wake it.
            signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)
        wait_to_be_stopped(workers, item, ended)

    # Not SIGINT, which a shell's job in the background ignores.
    before = signal.signal(signal.SIGUSR1, told)
    try:
        with pytest.raises(KeyboardInterrupt):
            list(workers.map(work, range(9)))
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert 0 in ended
    assert list(workers.map(lambda _, item: -item, [1, 2])) == [-1, -2]


def test_a_caller_computes_on_one_thread_while_they_work(workers):
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        results = workers.map(lambda *_: None, range(3))
        assert {torch.get_num_threads() for _ in results} == {1}
        assert torch.get_num_threads() == 2
        for _ in workers.map(lambda *_: None, range(3)):
            break
        assert torch.get_num_threads() == 2, "an early end too"
    finally:
        torch.set_num_threads(before)
