"""Make values ahead of their use, in threads, and hold them until they are let go."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """The value `make(number)` of each number that is expected, made once while it is.

    What a caller gets depends neither on the threads nor on what was expected: a number that was
    not is made when it is asked for, and not held.

    >>> squares = Ahead(lambda number: number**2, threads=1)
    >>> squares.expect([3, 4])
    >>> squares.get([4, 5, 3])
    [16, 25, 9]
    >>> squares.held
    2
    >>> squares.expect([])
    >>> squares.held
    0
    """

    def __init__(self, make: Callable[[int], T], threads: int) -> None:
        self._make = make
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="ahead")
        self._made: dict[int, Future[T]] = {}

    @property
    def held(self) -> int:
        """How many values are held, or will be."""
        return len(self._made)

    def expect(self, numbers: Iterable[int]) -> None:
        """Hold the values of these numbers, and no others; the first are made first."""
        wanted = dict.fromkeys(numbers)
        for number in [number for number in self._made if number not in wanted]:
            self._made.pop(number).cancel()
        for number in wanted:
            if number not in self._made:
                self._made[number] = self._pool.submit(self._make, number)

    def get(self, numbers: Sequence[int]) -> list[T]:
        """The values of these numbers, in their order; raises what `make` raised."""
        others = {
            number: self._pool.submit(self._make, number)
            for number in dict.fromkeys(numbers)
            if number not in self._made
        }
        made = self._made | others if others else self._made
        return [made[number].result() for number in numbers]
