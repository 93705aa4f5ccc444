"""Declare and read the flags of the authors' script `simulated_averaging.py`, and ours."""

import argparse
import math
from collections.abc import Collection, Sequence
from pathlib import Path

from edgecase import defenses, models
from edgecase.base.names import unknown_name
from edgecase.population import poison

#: numeric flag → (key in the task, type, meaning). `edgecase.authors.cli` moves `eps`, `norm_bound`
#: and `stddev` to where the attack and the defense look for them.
NUMBERS: dict[str, tuple[tuple[str, ...], type[int] | type[float], str]] = {
    "num_nets": (("num_clients",), int, "number of clients, K"),
    "part_nets_per_round": (("clients_per_round",), int, "clients in a round, m"),
    "fl_round": (("rounds",), int, "number of rounds"),
    "local_train_period": (("local_epochs",), int, "local epochs of honest clients"),
    "adversarial_local_training_period": (("attacker_epochs",), int, "local epochs of attackers"),
    "batch-size": (("batch_size",), int, "samples in a local step"),
    "test-batch-size": (("test_batch_size",), int, "images evaluated at once"),
    "lr": (("lr",), float, "learning rate of round 1"),
    "gamma": (("gamma",), float, "factor on the learning rate after every round"),
    "adv_lr": (("attacker_lr",), float, "pgd: the attacker's learning rate of round 1"),
    "eps": (("eps",), float, "pgd: radius of the l2 ball around the global model"),
    "project_frequency": (("project_frequency",), int, "pgd: steps between projections"),
    "norm_bound": (("norm_bound",), float, "norm-clipping, weak-dp: largest norm of an update"),
    "stddev": (("stddev",), float, "weak-dp: standard deviation of the noise"),
    "fraction": (
        ("poison", "fraction"),
        float,
        "ardis: share of the sevens in the poisoned set; from 1 on, rotations of each",
    ),
}

#: flags that the authors' script takes and that change no result there or here, and why.
NO_EFFECT = {
    "seed": "--rand_seed is the seed, as in the authors' script",
    "epochs": "local epochs are --local_train_period, as in the authors' script",
    "log-interval": "the cell's log tells its progress at fixed intervals of time",
}


def build_parser() -> argparse.ArgumentParser:
    """The parser of every flag. Values stay text, so that all problems are reported together."""
    parser = argparse.ArgumentParser(
        description="Run one experiment with the flags of the authors' script. A flag that is not "
        "given takes the task's value in the configuration.",
        allow_abbrev=False,
    )
    names = parser.add_argument_group("the experiment, by the authors' names, in any case")
    names.add_argument("--dataset", help="data set")
    names.add_argument("--poison_type", help="edge-case set: southwest, ardis or howto")
    names.add_argument("--model", help=", ".join(models.MODELS))
    names.add_argument("--fl_mode", help="fixed-freq (default) or fixed-pool")
    names.add_argument("--attacker_pool_size", metavar="N", help="attackers in the pool (100)")
    names.add_argument("--attack_method", help="blackbox (default), pgd or none")
    names.add_argument("--attack_case", help=f"{', '.join(poison.CASES)} (default: the first)")
    names.add_argument("--model_replacement", help="True or False (default): scale the update")
    names.add_argument("--prox_attack", help="True or False (default): stay near honest training")
    names.add_argument("--defense_method", help=f"{', '.join(defenses.names())} (the first)")
    numbers = parser.add_argument_group("its parameters, by the authors' names")
    for flag, (_, kind, meaning) in NUMBERS.items():
        numbers.add_argument(f"--{flag}", metavar="N" if kind is int else "X", help=meaning)
    numbers.add_argument("--rand_seed", metavar="N", help="the one seed to run")
    numbers.add_argument("--device", help="cuda, cuda:<n>, cpu or auto")
    numbers.add_argument("--no-cuda", action="store_true", help="the same as --device cpu")
    for flag in NO_EFFECT:
        numbers.add_argument(f"--{flag}", metavar="N", help="accepted, without effect")
    ours = parser.add_argument_group("beyond the authors' script")
    ours.add_argument("--config", type=Path, help="configuration file (default: the paper's)")
    ours.add_argument("--seeds", metavar="N", nargs="+", help="seeds to run, one CSV each")
    ours.add_argument("--attack_period", metavar="N", help="rounds from attack to attack (10)")
    ours.add_argument("--cores", metavar="N", help="CPU cores to use (default: all)")
    ours.add_argument("--mirror", help="folder that holds the downloads")
    ours.add_argument("--dry-run", action="store_true", help="list the jobs and run none")
    return parser


class Values:
    """Reads the flags' values as typed; notes in `problems` what is wrong, and goes on."""

    def __init__(self, arguments: argparse.Namespace):
        self._typed = vars(arguments)
        self.problems: list[str] = []

    def typed(self, flag: str):
        """The text given for `flag`, None if it is not given."""
        return self._typed[flag.replace("-", "_")]

    def choice(self, flag: str, allowed: Collection[str], default: str | None = None):
        """The name given, in lower case; the default if there is none or it is not allowed."""
        text = self.typed(flag)
        if text is None:
            return default
        if text.lower() in allowed:
            return text.lower()
        self.problems.append(f"--{flag}: {unknown_name(text, allowed)}")
        return default

    def boolean(self, flag: str) -> bool:
        """True for "True", in any case; False otherwise."""
        return self.choice(flag, ("true", "false"), "false") == "true"

    def number(self, flag: str, kind: type[int] | type[float]) -> int | float | None:
        """The number given; None if there is none or it is not finite."""
        text = self.typed(flag)
        return None if text is None else self._convert(flag, text, kind)

    def count(self, flag: str, default: int) -> int:
        """The whole number of at least 1 given, or the default."""
        text = self.typed(flag)
        if text is None:
            return default
        if text.isdecimal() and int(text):
            return int(text)
        self.refuse(flag, text, "a whole number of at least 1")
        return default

    def integers(self, flag: str, texts: Sequence[str]) -> list[int]:
        """Those of `texts` that are whole numbers."""
        values = [self._convert(flag, text, int) for text in texts]
        return [value for value in values if value is not None]

    def refuse(self, flag: str, text: str, allowed: str) -> None:
        """Note that `text` is not what `flag` takes."""
        self.problems.append(f"--{flag}: '{text}' cannot be used; allowed: {allowed}")

    def _convert(self, flag: str, text: str, kind: type[int] | type[float]):
        try:
            value = kind(text)
            if math.isfinite(value):
                return value
        except (ValueError, OverflowError):
            pass
        self.refuse(flag, text, "a whole number" if kind is int else "a finite number")
        return None
