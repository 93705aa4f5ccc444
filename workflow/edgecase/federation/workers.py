"""Work on replicas of a model at once, each in a thread of its own on one core."""

import itertools
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import torch

from edgecase.federation.flat import FlatModel

T = TypeVar("T")
R = TypeVar("R")


class Stopped(Exception):
    """What a worker was at is not wanted any more."""


class Workers:
    """`count` threads, each with a replica of `model` to itself; the model is one of these.

    torch lets go of Python's lock inside its operations, so they run side by side; each of a
    worker's takes one thread, and so does each of the caller's while they work. Data is shared, and
    what a caller gets does not depend on `count`.

    >>> from torch import nn
    >>> workers = Workers(FlatModel(nn.Linear(2, 1)), 3)
    >>> list(workers.map(lambda replica, size: replica.parameters.numel() * size, [1, 2, 3, 4, 5]))
    [3, 6, 9, 12, 15]
    """

    def __init__(self, model: FlatModel, count: int) -> None:
        self.model, self.count = model, count
        self._replicas: queue.SimpleQueue[FlatModel] = queue.SimpleQueue()
        self._pool: ThreadPoolExecutor | None = None
        self._own = threading.local()

    def map(
        self,
        action: Callable[[FlatModel, T], R],
        items: Iterable[T],
        waiting: int | None = None,
    ) -> Iterator[R]:
        """`action(replica, item)` of each item, in the order of the items, which begin in it.

        At most `waiting` results are made before they are asked for, if that is said, and items are
        taken no earlier. An error ends the others: what an action calls as `go_on` raises `Stopped`
        there.
        """
        pool, left, stop = self._started(), iter(items), threading.Event()
        begun: deque[Future[R]] = deque()

        def run(item: T) -> R:
            replica = self._replicas.get()
            self._own.stop = stop
            try:
                self.go_on()
                return action(replica, item)
            finally:
                self._replicas.put(replica)

        threads = torch.get_num_threads()
        # More would wait at barriers for the cores that the workers have, and take them to wait.
        torch.set_num_threads(1)
        try:
            # One that takes long must not keep the others from their next.
            first = left if waiting is None else itertools.islice(left, waiting + 1)
            begun.extend(pool.submit(run, item) for item in first)
            while begun:
                yield begun.popleft().result()
                begun.extend(pool.submit(run, item) for item in itertools.islice(left, 1))
        finally:
            # Whatever ended it, a signal too: no work goes on behind the caller's back.
            stop.set()
            for future in begun:
                future.cancel()
            free = [self._replicas.get() for _ in range(self.count)]
            for replica in free:
                self._replicas.put(replica)
            torch.set_num_threads(threads)

    def go_on(self, *_: object) -> None:
        """Raise `Stopped` if nobody waits for this work any more."""
        if self._own.stop.is_set():
            raise Stopped

    def _started(self) -> ThreadPoolExecutor:
        """The threads, and the replicas, which take memory from the first work on."""
        if self._pool is None:
            self._replicas.put(self.model)
            for _ in range(self.count - 1):
                self._replicas.put(self.model.replica())
            # torch keeps the number of threads for each thread that asks.
            self._pool = ThreadPoolExecutor(self.count, "worker", torch.set_num_threads, (1,))
        return self._pool
