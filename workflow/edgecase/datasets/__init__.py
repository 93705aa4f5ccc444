"""The data sets and edge-case sets there are, and where their arrays come from.

A new one is a module with a function that returns its arrays, and one entry here. Importing this
package loads no such module and nothing heavier than numpy.
"""

from dataclasses import dataclass

from edgecase.datasets.arrays import load_npz

__all__ = ["AUTHORS_STARTS", "DATASETS", "EDGE_SETS", "Dataset", "EdgeSet", "load_npz"]

#: the arrays of every data set: images uint8 [N, H, W, C], labels int64 [N]
DATASET_ARRAYS = ("x_train", "y_train", "x_test", "y_test")

_CIFAR10_CLASSES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)
_DIGITS = tuple("0123456789")
_LIVERY_ARRAYS = (
    *("new_train", "new_test"),
    *("adv_p_percent", "honest_almost", "honest_normal", "p_percent_test"),
)
_ALL_CASES = ("edge-case", "almost-edge-case", "normal-case")

#: rows of the CIFAR-10 training file that show green cars (Bagdasaryan et al. 2020): the attacker's
GREEN_CARS_TRAIN = (
    *(874, 49163, 34287, 21422, 48003, 47001, 48030, 22984, 37533, 41336, 3678, 37365, 19165),
    *(34385, 41861, 39824, 561, 49588, 4528, 3378, 38658, 38735, 19500, 9744, 47026, 1605, 389),
)
#: and those they kept for testing
GREEN_CARS_TEST = (32941, 36005, 40138)


#: model → the source of the authors' starting model, trained for the data set named
AUTHORS_STARTS = {"vgg9": ("authorsvgg9", "cifar10"), "lenet": ("authorslenet", "emnist")}


@dataclass(frozen=True)
class Dataset:
    """A labelled image set with a training and a test part; `shape` is (H, W, C).

    `stored_orientation` says how digits lie in the file ("upright" or "transposed"), and is None
    where it means nothing. `builder` names the function, `module:function`, that returns the arrays
    of `arrays` from the folder of the raw files, or from nothing for a stand-in.
    """

    name: str
    shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    builder: str
    standin: bool = False
    stored_orientation: str | None = None
    sources: tuple[str, ...] = ()
    arrays: tuple[str, ...] = DATASET_ARRAYS

    @property
    def num_classes(self) -> int:
        return len(self.class_names)


@dataclass(frozen=True)
class EdgeSet:
    """Images from the tail of `source_class` that an attacker labels `target_class`.

    `raw_class` is the class of the authors' column raw_task_acc. `excluded` are rows of the data
    set's training part that show the edge case: no honest client holds them.
    """

    name: str
    source_class: int
    target_class: int
    raw_class: int
    builder: str
    arrays: tuple[str, ...]
    cases: tuple[str, ...] = _ALL_CASES
    standin: bool = False
    sources: tuple[str, ...] = ()
    excluded: tuple[int, ...] = ()


def _by_name(*entries):
    return {entry.name: entry for entry in entries}


DATASETS: dict[str, Dataset] = _by_name(
    Dataset(
        name="cifar10",
        shape=(32, 32, 3),
        class_names=_CIFAR10_CLASSES,
        builder="edgecase.datasets.cifar10:read",
        sources=("cifar10",),
    ),
    Dataset(
        name="emnist",
        shape=(28, 28, 1),
        class_names=_DIGITS,
        builder="edgecase.datasets.idx:read_emnist_digits",
        stored_orientation="transposed",
        sources=("emnist",),
    ),
    Dataset(
        name="mnist",
        shape=(28, 28, 1),
        class_names=_DIGITS,
        builder="edgecase.datasets.idx:read_mnist",
        stored_orientation="upright",
        sources=("mnist",),
    ),
    Dataset(
        name="standin-planes",
        shape=(32, 32, 3),
        class_names=(
            *("airplane", "ball", "bird", "house", "tree"),
            *("sun", "star", "window", "ship", "truck"),
        ),
        builder="edgecase.datasets.standin_planes:planes",
        standin=True,
    ),
    Dataset(
        name="standin-digits",
        shape=(28, 28, 1),
        class_names=_DIGITS,
        builder="edgecase.datasets.standin_digits:digits",
        standin=True,
        stored_orientation="upright",
    ),
)

EDGE_SETS: dict[str, EdgeSet] = _by_name(
    EdgeSet(
        name="southwest",
        source_class=0,
        target_class=9,
        raw_class=9,
        builder="edgecase.datasets.southwest:read",
        arrays=_LIVERY_ARRAYS,
        sources=("southwest",),
    ),
    EdgeSet(
        name="ardis",
        source_class=7,
        target_class=1,
        raw_class=7,
        builder="edgecase.datasets.ardis:read",
        arrays=DATASET_ARRAYS,
        sources=("ardis",),
    ),
    EdgeSet(
        name="greencar",
        source_class=1,
        target_class=2,
        raw_class=9,
        builder="edgecase.datasets.greencar:read",
        arrays=("train", "test"),
        cases=("edge-case",),
        sources=("greencar",),
        excluded=GREEN_CARS_TRAIN + GREEN_CARS_TEST,
    ),
    EdgeSet(
        name="standin-livery",
        source_class=0,
        target_class=9,
        raw_class=9,
        builder="edgecase.datasets.standin_planes:livery",
        arrays=_LIVERY_ARRAYS,
        standin=True,
    ),
    EdgeSet(
        name="standin-sevens",
        source_class=7,
        target_class=1,
        raw_class=7,
        builder="edgecase.datasets.standin_sevens:sevens",
        arrays=DATASET_ARRAYS,
        standin=True,
    ),
)
