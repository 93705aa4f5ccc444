"""The one curve the authors print: their notebook's ARDIS run on EMNIST.

Black-box, no defense, period 10, 500 rounds; smoothed, and read off to ±2 points.
"""

TASKS = ("emnist-ardis", "mnist-ardis")
PARTICIPATION = "fixed-freq-10"
TOLERANCE = 2.0  # points of accuracy

_ROUNDS = (10, 25, 50, 100, 150, 200, 250, 300, 400, 499)

#: case → round → backdoor accuracy, %
BACKDOOR = {
    "edge-case": dict(zip(_ROUNDS, (28, 50, 69, 77, 82, 83, 82, 83, 85, 84), strict=True)),
    "normal-case": dict(zip(_ROUNDS, (32, 45, 52, 44, 39, 33, 30, 28, 28, 22), strict=True)),
}

#: round → main accuracy, %, the same in both cases
MAIN = dict(zip(_ROUNDS, (93.9, 96.7, 98.0, 98.7, 99.1, 99.1, 99.1, 99.1, 99.4, 99.4), strict=True))

#: case → round → lower and upper end of the attacker's norm difference
NORM_DIFFERENCE = {
    "edge-case": {1: (2.3, 2.6), 100: (1.0, 1.0), 200: (0.8, 0.8), 500: (0.45, 0.45)},
    "normal-case": {1: (2.3, 2.8), 100: (1.75, 1.75), 200: (1.35, 1.35), 500: (0.95, 0.95)},
}
