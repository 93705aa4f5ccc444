#!/usr/bin/env bash
# torchdata 0.11.0, StatefulDataLoader with a generator of its own: without workers, the epochs after a resumed one have other orders.
#
# Its `state_dict` is for "mid-epoch checkpointing", and the generator of `shuffle=True` is part of it: who goes on from it is expected to
# see the batches of the run that was never interrupted. The epoch that was interrupted ends so, and without workers nothing after it does,
# also where the generator's state is restored by hand. With one worker all of it does. Seen with Python 3.11 and torch 2.13.0,
# 2026-11-30, interrupted after two of four batches of the second of four epochs:
#
#   no workers: 2nd True, 3rd False, 4th False, by hand False False; one worker: 2nd True, 3rd True, 4th True, by hand True True
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_NUM_THREADS=1
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 torchdata==0.11.0 numpy==2.4.6
cat > "$folder/resume.py" <<'PYTHON'
import torch
from torchdata.stateful_dataloader import StatefulDataLoader

torch.set_num_threads(1)


def loader(workers):
    generator = torch.Generator().manual_seed(5)
    return StatefulDataLoader(range(12), batch_size=3, shuffle=True, num_workers=workers, generator=generator)


def epoch(batches):
    return [batch.tolist() for batch in batches]


def resumed(workers, by_hand):
    """Which of the second to fourth epoch are those of a run without an interruption."""
    whole = loader(workers)
    expected = [epoch(whole) for _ in range(4)]
    stopped = loader(workers)
    epoch(stopped)
    batches = iter(stopped)
    before = [next(batches).tolist() for _ in range(2)]
    state, generator = stopped.state_dict(), stopped.generator.get_state()
    again = loader(workers)
    if by_hand:
        again.generator.set_state(generator)
    again.load_state_dict(state)
    return [before + epoch(again) == expected[1], epoch(again) == expected[2], epoch(again) == expected[3]]


def told(workers):
    second, third, fourth = resumed(workers, by_hand=False)
    _, *by_hand = resumed(workers, by_hand=True)
    return f"2nd {second}, 3rd {third}, 4th {fourth}, by hand {by_hand[0]} {by_hand[1]}"


if __name__ == "__main__":
    print(f"no workers: {told(0)}; one worker: {told(1)}")
PYTHON
seen=$("$folder/venv/bin/python" "$folder/resume.py" 2> "$folder/said") || { cat "$folder/said"; exit 1; }
echo "$seen"
expected="no workers: 2nd True, 3rd False, 4th False, by hand False False"
expected+="; one worker: 2nd True, 3rd True, 4th True, by hand True True"
[ "$seen" = "$expected" ]
