"""Figure 1: a montage of the edge-case sets beside ordinary images of the same class."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from edgecase.base.errors import ConfigError, DataError
from edgecase.base.lazy import pandas as pd
from edgecase.figures import style
from edgecase.figures.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

IMAGES_PER_ROW = 12
ORIENTATIONS = ("published", "upright")

_GAP = 2  # pixels between images
_ROW_HEIGHT = 0.5  # inches
_LABEL = 24  # characters of a line of a row's label


@dataclass(frozen=True)
class Block:
    """One task of the montage.

    `ordinary` are images of the source class from the data set, `attacker` the edge images in the
    poisoned set, `test` the backdoor test images: uint8 [n, H, W, C], as the simulator feeds them.
    """

    task: str
    standin: bool
    source_name: str
    target_name: str
    orientation: str
    ordinary: np.ndarray
    attacker: np.ndarray
    test: np.ndarray


def oriented(images: np.ndarray, stored: str | None, wanted: str) -> np.ndarray:
    """Images [n, H, W, C] of a data set as the simulator feeds them.

    `stored` is how digits lie in the data set's file, "upright" or "transposed"; None, for colour
    images, means that they are never turned. `wanted` is the switch of the run: "published" has
    digits transposed, as the released code leaves EMNIST, "upright" has them stand. Edge sets are
    upright in either case and do not come through here.
    """
    if wanted not in ORIENTATIONS:
        raise ConfigError(f"orientation: {wanted!r}; allowed: {', '.join(ORIENTATIONS)}")
    turn = stored == ("upright" if wanted == "published" else "transposed")
    return images.swapaxes(1, 2) if turn else images


def make_block(
    task: str,
    ordinary: np.ndarray,
    poison: Mapping[str, Any],
    class_names: Sequence[str],
    source_class: int,
    standin: bool,
    orientation: str,
) -> Block:
    """The block of a task: `ordinary` are its source class's images, turned by `oriented`.

    Raises `DataError` if one of the sets has no image or the attacker's images have several labels.
    """
    sets = {f"class {source_class} of the data set": ordinary}
    sets |= {name: poison[name] for name in ("attacker_edge_x", "test_x")}
    for name, images in sets.items():
        if len(images) == 0:
            raise DataError(f"{task}: {name} holds no image")
    targets = np.unique(poison["attacker_edge_y"])
    if len(targets) != 1:
        raise DataError(f"{task}: attacker_edge_y holds labels {targets.tolist()}; expected one")
    names = class_names[source_class], class_names[targets[0]]
    return Block(task, standin, *names, orientation, *(_spread(images) for images in sets.values()))


@style.styled
def draw(blocks: Sequence[Block]) -> Figure:
    """Three rows per task: ordinary images, the attacker's edge images, backdoor test images."""
    page = Page(
        pd.DataFrame({"task": [b.task for b in blocks], "standin": [b.standin for b in blocks]}),
        [_ROW_HEIGHT] * 3 * len(blocks),
        wide=True,
        caption=_caption(blocks),
        margins=0.5 + 0.2 * len(blocks),
    )
    for block, rows in zip(blocks, page.axes[:, 0].reshape(-1, 3), strict=True):
        for axis, label, images in (
            (rows[0], f"data set, labelled “{block.source_name}”", block.ordinary),
            (rows[1], f"attacker's edge cases, labelled “{block.target_name}”", block.attacker),
            (rows[2], f"backdoor test set, attacker wants “{block.target_name}”", block.test),
        ):
            axis.imshow(_strip(images), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
            axis.set_anchor("W")
            axis.set_xticks([])
            axis.set_yticks([])
            axis.grid(False)
            axis.spines[:].set_visible(False)
            wrapped = textwrap.fill(label, _LABEL)
            # Right-aligned against the pictures: a long name grows away from them.
            axis.set_ylabel(wrapped, rotation=0, ha="right", va="center", labelpad=6)
        rows[0].set_title(style.task(block.task), loc="left", fontweight="bold")
    return page.finish()


def _spread(images: np.ndarray) -> np.ndarray:
    """Up to `IMAGES_PER_ROW` images, evenly spaced: neighbours are often one rotated photo."""
    count = min(IMAGES_PER_ROW, len(images))
    return images[np.linspace(0, len(images) - 1, count).round().astype(int)]


def _strip(images: np.ndarray) -> np.ndarray:
    """Images [n, H, W, C] side by side on white, as wide as a full row: [H, W'] or [H, W', 3]."""
    _, height, width, channels = images.shape
    strip = np.full((height, IMAGES_PER_ROW * (width + _GAP) - _GAP, channels), 255, np.uint8)
    for place, image in enumerate(images):
        left = place * (width + _GAP)
        strip[:, left : left + width] = image
    return strip[:, :, 0] if channels == 1 else strip


def _caption(blocks: Sequence[Block]) -> list[str]:
    said = ["Images are spread evenly over each set."]
    digits = [block for block in blocks if block.ordinary.shape[3] == 1]
    for orientation in dict.fromkeys(block.orientation for block in digits):
        tasks = ", ".join(style.task(b.task) for b in digits if b.orientation == orientation)
        how = "transposed, as in the released code" if orientation == "published" else "upright"
        said.append(f"Orientation {orientation} ({tasks}): digits are {how}; edge sets upright.")
    return said
