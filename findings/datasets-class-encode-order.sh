#!/usr/bin/env bash
# datasets 5.2.0 (Hugging Face), `class_encode_column`: a column of class numbers gets other numbers, as soon as there are more than ten.
#
# train_test_split(stratify_by_column=...) takes nothing but a column of ClassLabel, and class_encode_column "casts the given column as
# ClassLabel". Of numbers from 0 on, each is expected to stay what it is. They are sorted as text, and their places become the numbers:
# 0, 1, 10, 11, ..., 2, 20. The attacker's target class 2 is another one in a set that was split so than in one that was not.
# Seen with Python 3.12, 2026-11-30, with the labels 0 to 99 of 100 classes:
#
#   2 becomes 12, 10 becomes 2, 99 becomes 99; 88 of 100 classes have another number; of 10 classes 0
#
# Fails if that changes (docs/same-name-other-rule.md). With cast_column and ClassLabel(num_classes=100) they stay.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_NUM_THREADS=1 HF_HOME="$folder/hf" HF_HUB_OFFLINE=1
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" datasets==5.2.0 numpy==2.4.6 pandas==3.1.1
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
from datasets import ClassLabel, Dataset


def numbers(classes):
    samples = Dataset.from_dict({"label": [number for number in range(classes) for _ in range(2)]})
    kept = samples.cast_column("label", ClassLabel(num_classes=classes))
    assert kept["label"][:] == samples["label"][:]
    encoded = samples.class_encode_column("label")
    encoded.train_test_split(test_size=0.5, stratify_by_column="label", seed=1)  # what it is for
    return dict(zip(samples["label"][:], encoded["label"][:], strict=True))


def changed(seen):
    return sum(before != after for before, after in seen.items())


hundred = numbers(100)
by_hand = sorted(range(100), key=str)  # as text
assert all(by_hand[after] == before for before, after in hundred.items())
print(
    f"{', '.join(f'{number} becomes {hundred[number]}' for number in (2, 10, 99))}; "
    f"{changed(hundred)} of 100 classes have another number; of 10 classes {changed(numbers(10))}"
)
PYTHON
)
echo "$seen"
expected="2 becomes 12, 10 becomes 2, 99 becomes 99; "
[ "$seen" = "${expected}88 of 100 classes have another number; of 10 classes 0" ]
