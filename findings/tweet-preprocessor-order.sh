#!/usr/bin/env bash
# tweet-preprocessor 0.6.0, `clean`: addresses are not deleted first, although the package lists them for that.
#
# Its `PRIORITISED_METHODS` names `urls`, so that an address with a hashtag in it should go as a whole. The list is compared with
# method names that have a prefix, so nothing is ever moved, and the rules run by the alphabet: hashtags and mentions, then
# addresses. What is left of an address can then be one no more. Seen with Python 3.11, 2026-11-29:
#
#   ALL see x.com/ now
#   URL ALONE see now
#
# Fails if that changes. The released text of task 4 was cleaned so; our rules keep the order (workflow/edgecase/datasets/cleaning.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tweet-preprocessor==0.6.0
seen=$("$folder/venv/bin/python" - <<'PYTHON'
import preprocessor

tweet = "see x.com/#b now"
print("ALL", preprocessor.clean(tweet))
preprocessor.set_options(preprocessor.OPT.URL)
print("URL ALONE", preprocessor.clean(tweet))
PYTHON
)
echo "$seen"
[ "$seen" = "$(printf 'ALL see x.com/ now\nURL ALONE see now')" ]
