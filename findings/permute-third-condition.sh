#!/usr/bin/env bash
# permute 0.2, stratified_permutationtest: on two tasks, the third defense is not looked at.
#
# With tasks as strata and defenses as conditions, the statistic of a stratum is documented as the difference of the means "if there are
# two conditions", and as their standard deviation if there are more. The package counts the strata instead: with two of them it takes
# the difference of the first two defenses, by name, and the third's values come in only where permutations mix them into the others'.
# Seen with Python 3.11, 2026-11-30, with three seeds of each of three defenses on each task, of which the third is 20 points better
# everywhere, and 2,000 permutations:
#
#   two tasks: statistic 0.88, p = 0.954; with the third's accuracies all 0: 0.88, 0.927
#   three tasks: statistic 28.53, p = 0.000; by hand, two tasks: statistic 19.25, p = 0.001
#
# Fails if that changes. Each comparison of a claim has its own paired interval here (docs/claims.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_NUM_THREADS=1
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" permute==0.2 scipy==1.17.1 numpy==2.4.6
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
from permute.stratified import stratified_permutationtest

SEEDS, REPEATS = 3, 2000
DEFENSES = np.repeat(["bulyan", "krum", "median"], SEEDS)
generator = np.random.default_rng(0)
ACCURACIES = generator.normal(70, 1, (3, DEFENSES.size)) + 20 * (DEFENSES == "median")


def statistic(table):
    return sum(np.std([row[DEFENSES == name].mean() for name in np.unique(DEFENSES)]) for row in table)


def by_hand(table):
    drawn = [statistic(generator.permuted(table, axis=1)) for _ in range(REPEATS)]
    return (1 + np.sum(drawn >= statistic(table))) / (1 + REPEATS)


def tested(table):
    tasks = np.repeat(np.arange(len(table)), DEFENSES.size)
    return stratified_permutationtest(tasks, np.tile(DEFENSES, len(table)), table.ravel(), reps=REPEATS, seed=0)[:2]


two, three = tested(ACCURACIES[:2]), tested(ACCURACIES)
without = tested(np.where(DEFENSES == "median", 0, ACCURACIES[:2]))
print(f"two tasks: statistic {two[1]:.2f}, p = {two[0]:.3f}; with the third's accuracies all 0: {without[1]:.2f}, {without[0]:.3f}")
print(f"three tasks: statistic {three[1]:.2f}, p = {three[0]:.3f};", end=" ")
print(f"by hand, two tasks: statistic {statistic(ACCURACIES[:2]):.2f}, p = {by_hand(ACCURACIES[:2]):.3f}")
PYTHON
)
echo "$seen"
[ "$seen" = "two tasks: statistic 0.88, p = 0.954; with the third's accuracies all 0: 0.88, 0.927
three tasks: statistic 28.53, p = 0.000; by hand, two tasks: statistic 19.25, p = 0.001" ]
