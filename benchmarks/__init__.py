"""A round timed in every way: `python -m benchmarks.bench` (docs/bench.md)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow"))
