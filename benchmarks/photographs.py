"""Time training batches made of JPEG files: `python -m benchmarks.photographs <folder>`.

The folder has one folder of photographs per class. Batches of 32 random resized crops of 224
pixels, mirrored and normalised, are made in four ways, turn by turn, in one process with one
thread, and given in milliseconds of CPU time per image.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder

from edgecase.base.tensor_randomness import random_permutation
from edgecase.datasets.photographs.decode import decode
from edgecase.datasets.photographs.shrink import shrink
from edgecase.datasets.photographs.tree import list_tree
from edgecase.federation.crops import MEAN, STD, random_resized_crop

SIZE, SIDE, BATCH = 224, 256, 32
PLAIN = "torchvision: ImageFolder, Pillow, DataLoader"
ONE = "ours: decoded for one epoch"
ROUND = "ours: decoded for the two epochs of a round"
CACHE = f"ours: from the {SIDE} × {SIDE} bytes of a prepared folder"
EPOCHS = {PLAIN: 1, ONE: 1, ROUND: 2, CACHE: 1}

Batches = Iterator[torch.Tensor]
Take = Callable[[int], torch.Tensor]


def forms(folder: Path, cache: Path) -> dict[str, Callable[[], Batches]]:
    """What is timed, by name: each makes the batches of its epochs over all of the photographs.

    The file `cache` is written first.
    """
    usual = transforms.Compose(
        [
            transforms.RandomResizedCrop(SIZE),
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
            transforms.Normalize(MEAN, STD),
        ]
    )
    loader = DataLoader(ImageFolder(folder, usual), batch_size=BATCH, shuffle=True)
    paths = [folder / path for path, _ in list_tree(folder).train]
    np.save(cache, np.stack([shrink(decode(path), SIDE) for path in paths]))

    def plain() -> Batches:
        for images, _labels in loader:
            yield images

    def one_epoch() -> Batches:
        yield from epoch(len(paths), lambda row: torch.from_numpy(decode(paths[row])), 0)

    def of_round() -> Batches:
        held = [torch.from_numpy(decode(path)) for path in paths]
        for key in range(2):
            yield from epoch(len(held), held.__getitem__, key)

    def of_cache() -> Batches:
        # Copy on write: torch wants memory that it may write to.
        mapped = np.load(cache, mmap_mode="c")
        yield from epoch(len(mapped), lambda row: torch.from_numpy(mapped[row]), 0)

    return {PLAIN: plain, ONE: one_epoch, ROUND: of_round, CACHE: of_cache}


def epoch(count: int, take: Take, key: int) -> Batches:
    """The batches of one epoch over `count` images, uint8 [H, W, 3], each taken by its row."""
    for positions in random_permutation(key, torch.arange(count)).split(BATCH):
        images = [take(row) for row in positions.tolist()]
        yield random_resized_crop(images, key, positions, SIZE)


def parts(folder: Path) -> dict[str, float]:
    """Milliseconds of CPU time per image of the steps of `ROUND`, each for all photographs."""
    paths = [folder / path for path, _ in list_tree(folder).train]
    images = [torch.from_numpy(decode(path)) for path in paths]
    steps = {
        "read the file": lambda: [path.read_bytes() for path in paths],
        "read and decode it": lambda: [decode(path) for path in paths],
        "crop, resize, mirror, normalise": lambda: [
            0 for _batch in epoch(len(images), images.__getitem__, 0)
        ],
    }
    return {name: cpu_ms(step) / len(paths) for name, step in steps.items()}


def timed(folder: Path, turns: int) -> dict[str, list[float]]:
    """Milliseconds of CPU time per image of each form, in every turn."""
    found: dict[str, list[float]] = {name: [] for name in EPOCHS}
    with tempfile.TemporaryDirectory() as scratch:
        tried = forms(folder, Path(scratch, "cache.npy"))
        for turn in range(turns + 1):
            for name, batches in tried.items():
                count = 0

                def drain(batches: Callable[[], Batches] = batches) -> None:
                    nonlocal count
                    for batch in batches():
                        count += len(batch)

                spent = cpu_ms(drain)
                if turn:  # the first one warms up
                    found[name].append(spent / count)
    return found


def cpu_ms(run: Callable[[], object]) -> float:
    """Milliseconds of CPU time, of all threads, that `run` takes."""
    began = time.process_time()
    run()
    return 1000 * (time.process_time() - began)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="one folder of JPEG files per class")
    parser.add_argument("--turns", type=int, default=7)
    arguments = parser.parse_args(argv)
    torch.set_num_threads(1)
    print("| form | ms per image | images per CPU second | times torchvision |\n|---|---|---|---|")
    milliseconds = timed(arguments.folder, arguments.turns)
    for name, values in milliseconds.items():
        ratios = [plain / own for plain, own in zip(milliseconds[PLAIN], values, strict=True)]
        median = statistics.median(values)
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        ratio = f"{statistics.median(ratios):.2f} ({spread})"
        print(f"| {name} | {median:.2f} | {1000 / median:.0f} | {ratio} |")
    print("\n| step of ours | ms per image |\n|---|---|")
    for name, spent in parts(arguments.folder).items():
        print(f"| {name} | {spent:.2f} |")


if __name__ == "__main__":
    main()
