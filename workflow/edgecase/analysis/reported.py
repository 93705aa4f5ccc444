"""List what paper, authors' code and notebook report, and how sure each value is."""

from dataclasses import dataclass

from edgecase.federation.switches import SWITCHES

CODE = "read in the authors' code"
NOTEBOOK = "printed in the authors' notebook"
THIRD_PARTY = "third-party result files of the same code"
RECALLED = "reported, unverified"
UNNOTED = "reported, source not noted"


@dataclass(frozen=True)
class Reported:
    """One reported value.

    `parameter` is a key of a cell's parameters, nested keys joined by dots, or one of a starting
    model's, prefixed with "start."; `attacks` limits the value to some attacks.
    """

    tasks: tuple[str, ...]
    parameter: str
    value: object
    source: str = UNNOTED
    attacks: tuple[str, ...] = ()
    note: str = ""


_CIFAR = ("cifar10-southwest", "cifar10-greencar")
_SOUTHWEST, _GREENCAR = ("cifar10-southwest",), ("cifar10-greencar",)
_DIGITS = ("emnist-ardis", "mnist-ardis")
_EMNIST = ("emnist-ardis",)
_ALL = (*_CIFAR, *_DIGITS)
_TWEETS = ("sent140-lanthimos",)

_PGD = ("pgd", "pgd-prox")
_PGD_REPLACEMENT = ("pgd-replacement", "pgd-replacement-prox")

#: switch → the tasks that read it, where it is not all those of images.
_READ_BY = {
    **{"orientation": _DIGITS, "transforms": _CIFAR, "p_study": (*_SOUTHWEST, *_TWEETS)},
    **dict.fromkeys(("padding", "carry_hidden", "overlap", "multi_krum_branch"), _TWEETS),
    **dict.fromkeys(("projection_order", "replacement_counts"), _TWEETS),
}
#: switch → the released behaviour, where it is not called "published".
_RELEASED = {"padding": "left100", "projection_order": "before", "replacement_counts": "batches"}

REPORTED = (
    Reported(_CIFAR, "model.name", "vgg9", CODE),
    Reported(_CIFAR, "start.num_parameters", 9_225_610, CODE),
    Reported(_CIFAR, "start.accuracy", 77.68, RECALLED, note="the authors' checkpoint"),
    Reported(_CIFAR, "start.norm", 37.290, THIRD_PARTY, note="the authors' checkpoint"),
    Reported(_CIFAR, "num_clients", 200),
    Reported(_CIFAR, "clients_per_round", 10),
    Reported(_CIFAR, "rounds", 500, CODE, note="1500 in the README's sample command"),
    Reported(_CIFAR, "local_epochs", 2),
    Reported(_CIFAR, "attacker_epochs", 2),
    Reported(_CIFAR, "batch_size", 32),
    Reported(_CIFAR, "lr", 0.02),
    Reported(_CIFAR, "attacker_lr", 0.02),
    Reported(_CIFAR, "defense.norm_bound", 2),
    Reported(_CIFAR, "eps", 2, attacks=_PGD),
    Reported(_CIFAR, "eps", 0.083, RECALLED, attacks=_PGD_REPLACEMENT),
    Reported(_SOUTHWEST, "poison.edge", 100, CODE),
    Reported(_SOUTHWEST, "poison.clean", 400, CODE),
    Reported(_SOUTHWEST, "poison.almost_share", 0.025, CODE, note="users 0–4 of 200"),
    Reported(_SOUTHWEST, "poison.normal_share", 0.05, CODE, note="users 0–9 of 200"),
    Reported(_GREENCAR, "poison.edge", 27, CODE),
    Reported(_GREENCAR, "poison.clean", 473, CODE),
    Reported(_DIGITS, "model.name", "lenet", CODE),
    Reported(_DIGITS, "start.num_parameters", 1_199_882, CODE),
    Reported(_EMNIST, "start.accuracy", 88, CODE, note="a constant of the script"),
    Reported(_EMNIST, "start.norm", 9.961, NOTEBOOK, note="the authors' checkpoint"),
    Reported(_EMNIST, "num_clients", 3383),
    Reported(_EMNIST, "clients_per_round", 30),
    Reported(_DIGITS, "rounds", 500, CODE),
    Reported(_DIGITS, "local_epochs", 5),
    Reported(_DIGITS, "attacker_epochs", 5),
    Reported(
        _DIGITS,
        "batch_size",
        512,
        CODE,
        note="the paper's 32 (reported, unverified) does not fit the norms the notebook prints",
    ),
    Reported(_DIGITS, "lr", 0.1),
    Reported(_DIGITS, "attacker_lr", 0.1),
    Reported(_DIGITS, "defense.norm_bound", 1.5),
    Reported(_DIGITS, "eps", 1, attacks=_PGD, note="1.5 elsewhere (reported, unverified)"),
    Reported(_DIGITS, "eps", 0.25, RECALLED, attacks=_PGD_REPLACEMENT),
    Reported(_DIGITS, "poison.fraction", 0.1, CODE),
    Reported(_DIGITS, "poison.clean", 100, CODE),
    Reported(_EMNIST, "poison.almost_share", 0.0195, CODE, note="users 0–65 of 3383"),
    Reported(_EMNIST, "poison.normal_share", 0.05, CODE, note="users 0–168 of 3383"),
    Reported(_ALL, "gamma", 0.998),
    Reported(_ALL, "momentum", 0.9),
    Reported(_ALL, "weight_decay", 1e-4),
    Reported(_ALL, "project_frequency", 10),
    Reported(_ALL, "first_attack_round", 1),
    Reported(_ALL, "prox_coefficient", 1, CODE),
    Reported(_ALL, "partition.kind", "dirichlet", CODE),
    Reported(_ALL, "partition.alpha", 0.5, CODE),
    Reported(_ALL, "partition.min_samples", 10, CODE),
    Reported(_ALL, "defense.num_byzantine", 1, CODE),
    Reported(
        _ALL,
        "defense.stddev",
        "0.025 and 0.158",
        CODE,
        note="on VGG-9 their noise has norm 76 and 480, where ‖w‖ is 37: it destroys the model",
    ),
    Reported(_TWEETS, "model.name", "lstm", CODE),
    Reported(_TWEETS, "start.accuracy", 75, RECALLED, note="after 100 honest rounds"),
    Reported(_TWEETS, "start_rounds", 100, CODE),
    Reported(_TWEETS, "num_clients", 1948, CODE),
    Reported(_TWEETS, "clients_per_round", 10, CODE),
    Reported(_TWEETS, "rounds", 500, CODE, note="300 in the p-study"),
    Reported(_TWEETS, "local_epochs", 2, CODE),
    Reported(_TWEETS, "attacker_epochs", 2, CODE),
    Reported(_TWEETS, "batch_size", 20, CODE),
    Reported(_TWEETS, "lr", 0.0409283, CODE, note="0.05 · 0.998^100: round 1 is the 101st"),
    Reported(_TWEETS, "attacker_lr", 0.0409283, CODE),
    Reported(_TWEETS, "gamma", 0.998, CODE),
    Reported(_TWEETS, "momentum", 0.9, CODE),
    Reported(_TWEETS, "weight_decay", 0.0, CODE, note="1e-4 in the YAML, which nothing reads"),
    Reported(_TWEETS, "clip_gradient", 5, CODE),
    Reported(_TWEETS, "project_frequency", 1, CODE),
    Reported(_TWEETS, "first_attack_round", 1, CODE, note="the 101st; the 100th in the p-study"),
    Reported(_TWEETS, "eps", "1, 1.25 and 1.5", CODE, attacks=_PGD),
    Reported(_TWEETS, "eps", "0.0001, 0.001 and 0.01", CODE, attacks=_PGD_REPLACEMENT),
    Reported(_TWEETS, "partition.kind", "iid", CODE),
    Reported(_TWEETS, "poison.edge", 60, CODE),
    Reported(_TWEETS, "poison.size", 200, CODE),
    Reported(_TWEETS, "defense.norm_bound", 1.5, CODE),
    Reported(_TWEETS, "defense.num_byzantine", 1, CODE),
    *(
        Reported(
            _READ_BY.get(name, _ALL), f"switches.{name}", _RELEASED.get(name, "published"), CODE
        )
        for name in SWITCHES
    ),
)
