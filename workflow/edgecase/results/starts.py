"""Take a finished starting model over from elsewhere, where cells that start from it are at hand.

Processors round differently, so a model that is trained anew on another one has other bytes, and
none of the finished cells would be right any more.
"""

from pathlib import Path

from edgecase.base.documents import read_json
from edgecase.base.errors import DataError
from edgecase.results.provenance import file_digest

#: the key of a starting model's record that holds the fingerprint of its training.
MADE_FROM = "made_from"
#: the key of the digest of its model's file.
DIGEST = "digest"
#: what a folder of a finished one holds: the model and its record.
MODEL, RECORD = "model.safetensors", "report.json"


def waiting(folder: str | Path, made_from: str) -> Path | None:
    """The finished model in `folder` if it is what a training of this fingerprint makes, and has
    the bytes that its record vouches for."""
    path = Path(folder, MODEL)
    try:
        record = read_json(Path(folder, RECORD), "record of a starting model")
        known = record.get(MADE_FROM) == made_from
        return path if known and record.get(DIGEST) == file_digest(path) else None
    except (DataError, OSError):
        return None
