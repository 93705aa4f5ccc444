"""Describe a data set and an edge set; each is declared in its own file."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

#: the arrays of every data set: images uint8 [N, H, W, C], labels int64 [N]
DATASET_ARRAYS = ("x_train", "y_train", "x_test", "y_test")
#: the arrays of a set of photos in four rotations that is split twice, as Southwest is
LIVERY_ARRAYS = (
    *("new_train", "new_test"),
    *("adv_p_percent", "honest_almost", "honest_normal", "p_percent_test"),
)
#: the arrays of a labelled text: the numbers (from 1) of all words int32 [n], where each sentence
#: begins int64 [N + 1], labels int64 [N], and the words themselves (`datasets.text`)
TEXT_ARRAYS = (
    *("x_train", "offsets_train", "y_train"),
    *("x_test", "offsets_test", "y_test"),
    "words",
)
#: the arrays of edge-case lines (`datasets.text`)
LINE_ARRAYS = ("train_lines", "test_lines")
#: words of a sentence; the rest is cut off
MAX_WORDS = 100
DIGITS = tuple("0123456789")

#: returns the arrays, from the `RawFiles` of its sources or, for a stand-in, from nothing
Builder = Callable[..., dict[str, np.ndarray]]


@dataclass(frozen=True)
class Dataset:
    """A labelled image set with a training and a test part; `shape` is (H, W, C).

    `stored_orientation` says how digits lie in the file ("upright" or "transposed"), and is None
    where it means nothing. A stand-in has no `sources`: nothing is downloaded for it.
    """

    name: str
    shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    build: Builder
    stored_orientation: str | None = None
    sources: tuple[str, ...] = ()
    arrays: tuple[str, ...] = DATASET_ARRAYS

    @property
    def num_classes(self) -> int:
        return len(self.class_names)

    @property
    def standin(self) -> bool:
        return not self.sources


@dataclass(frozen=True)
class TextDataset:
    """A labelled set of sentences with a training and a test part.

    `words` is about how many different ones there are, for a plan. A stand-in has no `sources`:
    nothing is downloaded for it.
    """

    name: str
    class_names: tuple[str, ...]
    build: Builder
    words: int
    sources: tuple[str, ...] = ()
    arrays: tuple[str, ...] = TEXT_ARRAYS
    max_length: int = MAX_WORDS
    stored_orientation: None = None

    @property
    def shape(self) -> tuple[int]:
        return (self.max_length,)

    @property
    def num_classes(self) -> int:
        return len(self.class_names)

    @property
    def standin(self) -> bool:
        return not self.sources


@dataclass(frozen=True)
class EdgeSet:
    """Images or lines from the tail of `source_class` that an attacker labels `target_class`.

    `raw_class` is the class of the authors' column raw_task_acc. `excluded` are rows of the data
    set's training part that show the edge case: no honest client holds them.
    """

    name: str
    source_class: int
    target_class: int
    raw_class: int
    build: Builder
    arrays: tuple[str, ...] = DATASET_ARRAYS
    cases: tuple[str, ...] = ("edge-case", "almost-edge-case", "normal-case")
    sources: tuple[str, ...] = ()
    excluded: tuple[int, ...] = ()

    @property
    def standin(self) -> bool:
        return not self.sources
