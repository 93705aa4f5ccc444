"""Turn the published dictionary of Reddit's words, a pickle, into a text file, a word a line."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command
from edgecase.base.files import atomic_path
from edgecase.datasets.dictionary import published_words


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pickle", type=Path, help="50k_word_dictionary.pt")
    parser.add_argument("--out", required=True, type=Path, help="dictionary.txt")
    arguments = parser.parse_args(argv)

    words = published_words(arguments.pickle)
    with atomic_path(arguments.out) as temporary:
        temporary.write_text("".join(f"{word}\n" for word in words), encoding="utf-8")


if __name__ == "__main__":
    command.run(main)
