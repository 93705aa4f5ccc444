#!/usr/bin/env bash
# tweet-preprocessor 0.6.0, `clean`: a bare domain is not deleted, although its pattern for addresses has a branch for it.
#
# That pattern is spread over several lines of source without the flag that makes line breaks meaningless, so the branch for
# domains without a path asks for a line break and blanks before them. Domains at the end of a source line (info, uk, …) are not
# known even with a path. Seen with Python 3.11, 2026-11-29:
#
#   [over at x.com today] [over at x.com today]
#   [over at x.com/abc today] [over at today]
#   [over at x.co.uk/abc today] [over at x.co.uk/abc today]
#
# Fails if that changes. The released text of task 4 was cleaned so; our rules do the same (workflow/edgecase/datasets/cleaning.py).
# With bare domains deleted, about 1 of 100 real tweets comes out otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tweet-preprocessor==0.6.0
seen=$("$folder/venv/bin/python" - <<'PYTHON'
import preprocessor

for tweet in ("over at x.com today", "over at x.com/abc today", "over at x.co.uk/abc today"):
    print(f"[{tweet}] [{preprocessor.clean(tweet)}]")
PYTHON
)
echo "$seen"
[ "$seen" = "$(printf '[over at x.com today] [over at x.com today]\n[over at x.com/abc today] [over at today]\n[over at x.co.uk/abc today] [over at x.co.uk/abc today]')" ]
