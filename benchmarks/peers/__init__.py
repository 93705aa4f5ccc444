"""The same round by other simulators, each by its own classes: `python -m benchmarks.peers`."""
