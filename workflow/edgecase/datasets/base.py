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
#: the arrays of a text to predict (`datasets.segments`): segments int32 [N, 65] author by author,
#: the author of each int64 [N], the last word that each asks for int64 [N], and the words
LANGUAGE_ARRAYS = ("x_train", "owner_train", "y_train", "x_test", "y_test", "words")
#: the arrays of edge-case lines (`datasets.text`)
LINE_ARRAYS = ("train_lines", "test_lines")
#: the arrays of sentences about a city: with the attacker's endings, with benign ones, and the city
#: and others in its place (`datasets.text`)
PROMPT_ARRAYS = ("sentences", "benign", "cities")
#: the arrays of a folder of edge images: the attacker's, the honest clients', and the test's
PHOTOGRAPH_ARRAYS = ("train", "honest", "test")
#: the arrays of photographs that stay in their files: the folder and the names of the training
#: files uint8 [bytes] (`datasets.text`), labels int64 [N], and the digest of the test images, which
#: lie in a file of their own (`datasets.photographs.mapped`)
FILE_ARRAYS = ("folder", "names_train", "y_train", "y_test", "test_sha256")
#: words of a sentence; the rest is cut off
MAX_WORDS = 100
#: words that a model reads of a segment, whose next words it predicts
SEGMENT_LENGTH = 64
DIGITS = tuple("0123456789")

#: returns the arrays, from the `RawFiles` of its sources or, for a stand-in, from nothing
Builder = Callable[..., dict[str, np.ndarray]]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What is made of the raw files of `sources`; what has none comes with the project.

    The name of a stand-in, which says nothing about the paper, begins with "standin-". What is
    `own` is a folder that a configuration names (`edgecase.datasets.folders`).
    """

    name: str
    build: Builder
    sources: tuple[str, ...] = ()
    own: bool = False
    arrays: tuple[str, ...] = ()

    @property
    def standin(self) -> bool:
        return self.name.startswith("standin-")

    @property
    def in_files(self) -> bool:
        """Whether its photographs are read where they are used (`FILE_ARRAYS`)."""
        return self.arrays == FILE_ARRAYS


@dataclass(frozen=True, kw_only=True)
class Classified(Prepared):
    """A data set with a training and a test part whose samples have classes, if it has any.

    `stored_orientation` says how digits lie in the file ("upright" or "transposed"), and is None
    where it means nothing.
    """

    class_names: tuple[str, ...]
    stored_orientation: str | None = None

    @property
    def num_classes(self) -> int:
        return len(self.class_names)


def edge_side(size: int) -> int:
    """Pixels of the short side of a photograph whose middle of `size` pixels is tested.

    256 for 224, as is usual on ImageNet.
    """
    return round(size * 256 / 224)


@dataclass(frozen=True, kw_only=True)
class Dataset(Classified):
    """A labelled image set; `shape` is (H, W, C). `photographs` are seen as ImageNet's are."""

    shape: tuple[int, int, int]
    photographs: bool = False
    arrays: tuple[str, ...] = DATASET_ARRAYS

    @property
    def edge_shape(self) -> tuple[int, int, int]:
        """The shape of an edge case: of photographs in files, what crops are taken from.

        `edge_side` pixels square.
        """
        side = edge_side(self.shape[0])
        return (side, side, 3) if self.in_files else self.shape


@dataclass(frozen=True, kw_only=True)
class TextDataset(Classified):
    """A labelled set of sentences.

    `words` is about how many different ones there are, for a plan.
    """

    words: int
    arrays: tuple[str, ...] = TEXT_ARRAYS
    max_length: int = MAX_WORDS

    @property
    def shape(self) -> tuple[int]:
        return (self.max_length,)


@dataclass(frozen=True, kw_only=True)
class LanguageDataset(Classified):
    """The text of authors, whose next words are predicted; it has no classes.

    `words` is about how many different ones there are, for a plan; a model reads `length` of a
    segment.
    """

    words: int
    arrays: tuple[str, ...] = LANGUAGE_ARRAYS
    length: int = SEGMENT_LENGTH
    class_names: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int]:
        return (self.length,)


@dataclass(frozen=True, kw_only=True)
class EdgeSet(Prepared):
    """Images or text from the tail of `source_class` that an attacker labels `target_class`.

    `raw_class` is the class of the authors' column raw_task_acc. `excluded` are rows of the data
    set's training part that show the edge case: no honest client holds them.
    """

    source_class: int
    target_class: int
    raw_class: int
    arrays: tuple[str, ...] = DATASET_ARRAYS
    cases: tuple[str, ...] = ("edge-case", "almost-edge-case", "normal-case")
    excluded: tuple[int, ...] = ()
