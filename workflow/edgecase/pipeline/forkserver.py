"""Start a process that loads the libraries of a run's jobs once, and forks for each job."""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

#: rule → the libraries that its script imports and that take longer than its work.
_TABLES = ("pandas",)
_PAGES = (*_TABLES, "jinja2", "jsonschema", "yaml")
_DRAWING = (
    *_TABLES,
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_pdf",
    "seaborn",
)
LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "ablation_effects": _TABLES,
    "cell": ("torch",),
    "claims": _PAGES,
    "collect": _TABLES,
    "densities": ("torch", *_TABLES, "sklearn.mixture"),
    "density_figure": _DRAWING,
    "explorer": _PAGES,
    "fairness": _TABLES,
    "figure": _DRAWING,
    "front": _PAGES,
    "hyperparameters": _TABLES,
    "montage": _DRAWING,
    "page": _PAGES,
    "partition": ("numpy",),
    "poison": ("numpy", "PIL.Image"),
    "prepare": ("numpy", "jsonschema", "yaml"),
    "pretrain": ("torch",),
    "provenance": _PAGES,
    "summary": _TABLES,
    "verdict_figure": _DRAWING,
    "verdict_table": _PAGES,
}
_FORKED = "python -IS workflow/scripts/forked.py"
#: Snakemake gives a job of one thread these.
_ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}


def start(rules: Iterable[str], *, on_gpu: bool) -> "subprocess.Popen[bytes] | None":
    """Start a server for jobs of these `rules`, one each, where they share libraries.

    From here on the environment tells jobs of it, and it ends with them when this process ends.
    A GPU's jobs load torch themselves. Nothing starts on other systems than Linux, which lack what
    the server needs: there each job loads its own.
    """
    counts = Counter(name for rule in rules for name in LIBRARIES.get(rule, ()))
    libraries = [name for name in counts if counts[name] > 1 and not (on_gpu and name == "torch")]
    if sys.platform != "linux" or not libraries:
        return None
    path = Path(tempfile.mkdtemp(prefix="edgecase-"), "socket")
    server = subprocess.Popen(
        [
            sys.executable,
            "workflow/scripts/forkserver.py",
            "--socket",
            path,
            "--libraries",
            *libraries,
        ],
        stdin=subprocess.PIPE,
        # Who reads what this process says need not wait for the server, too.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | _ONE_THREAD,
        # Its jobs get a terminal's Ctrl-C from those who asked for them.
        start_new_session=True,
    )
    os.environ |= {"EDGECASE_PYTHON": _FORKED, "EDGECASE_FORKSERVER": str(path)}
    return server
