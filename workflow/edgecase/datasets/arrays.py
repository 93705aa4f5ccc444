"""Save and load arrays, with the checks that every reader makes."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from edgecase.base.errors import ConfigError, DataError
from edgecase.base.files import atomic_path


def load_npz(
    path: str | Path, names: Iterable[str], optional: Iterable[str] = ()
) -> dict[str, np.ndarray]:
    """The arrays `names` of the `.npz` at `path`, in that order, and those of `optional` it holds.

    Pickled objects are refused.
    Raises `DataError` naming the file if it is missing, truncated or altered, or lacks an array.
    """
    names = list(names)
    try:
        archive = np.load(path, allow_pickle=False)
        if isinstance(archive, np.ndarray):
            raise DataError(f"{path}: is a bare .npy array, expected an .npz with names")
        with archive:
            found = list(archive.files)
            if absent := [name for name in names if name not in found]:
                raise DataError(
                    f"{path}: holds no array {', '.join(absent)}; it holds {', '.join(found)}"
                )
            names += [name for name in optional if name in found]
            return {name: archive[name] for name in names}
    except DataError:
        raise
    # What is damaged can raise almost anything from inside the readers of zip and of headers.
    except Exception as error:
        raise DataError(
            f"{path}: cannot be read as .npz, it may be missing, truncated or altered ({error})"
        ) from error


def save_npz(path: str | Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write a compressed `.npz` in one step; equal arrays give equal bytes.

    Raises `ConfigError` for another suffix, which numpy would change by itself.
    """
    if Path(path).suffix != ".npz":
        raise ConfigError(f"{path}: its name must end in .npz")
    with atomic_path(path) as temporary:
        np.savez_compressed(temporary, allow_pickle=False, **arrays)


def check_array(
    array: object, where: str, shape: tuple[int, ...], dtype: type[np.generic]
) -> np.ndarray:
    """`array` if it is a numpy array of `shape` and `dtype`. Raises `DataError` naming `where`."""
    if not isinstance(array, np.ndarray):
        raise DataError(f"{where}: holds a {type(array).__name__}, expected an array")
    if array.shape != shape or array.dtype != dtype:
        raise DataError(
            f"{where}: is {array.dtype} {list(array.shape)}, "
            f"expected {np.dtype(dtype)} {list(shape)}"
        )
    return array


def check_images(arrays: Mapping[str, np.ndarray], where: str) -> None:
    """Raise `DataError`, naming `where`, if these are no images with or without labels.

    Images are uint8 [n, H, W, C]; labels, of the images `x_…`, are called `y_…`.
    """
    images = {name: array for name, array in arrays.items() if not name.startswith("y_")}
    for name, array in images.items():
        if array.ndim != 4 or array.dtype != np.uint8:
            raise DataError(
                f"{where}: {name}: is {array.dtype} {list(array.shape)}, "
                "expected uint8 [n, height, width, channels]"
            )
    for name in arrays.keys() - images.keys():
        check_labels(arrays[name], f"{where}: {name}", len(images[f"x_{name[2:]}"]))


def check_labels(labels: np.ndarray, where: str, count: int, classes: int = 10) -> np.ndarray:
    """`labels` as int64 [count], each in 0 … classes-1. Raises `DataError` naming `where`."""
    labels = np.asarray(labels)
    if labels.shape != (count,) or not np.issubdtype(labels.dtype, np.integer):
        raise DataError(
            f"{where}: labels are {labels.dtype} {list(labels.shape)}, expected {count} integers"
        )
    if outside := sorted(set(labels[(labels < 0) | (labels >= classes)].tolist())):
        raise DataError(f"{where}: label {outside[0]} is outside 0 to {classes - 1}")
    return labels.astype(np.int64)
