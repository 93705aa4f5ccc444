"""What is known of one file of a folder."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FileRecord:
    """One image file.

    `path` is relative to the folder, with `/`; `class_index` counts the sorted classes, -1 in an
    edge set. `width` and `height` are pixels as a viewer shows them, `mode` how it is stored
    (`decode.decode_bytes`). `split` is train, honest or test. `near_duplicate_of` is the first file
    of those that show the same photo, or empty.
    """

    path: str
    class_index: int
    bytes: int
    sha256: str
    width: int
    height: int
    mode: str
    split: str
    class_name: str = ""
    near_duplicate_of: str = ""
