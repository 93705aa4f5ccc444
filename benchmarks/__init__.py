"""A round timed in every way: `python -m benchmarks.bench` (docs/bench.md)."""

import sys
from pathlib import Path

# Last, so that PYTHONPATH can name another build of the library.
sys.path.append(str(Path(__file__).resolve().parents[1] / "workflow"))
