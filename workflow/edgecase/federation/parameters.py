"""Declare the parameters of a task and of a cell, typed, and read them from plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from edgecase import attacks, defenses
from edgecase.attacks import Attack, LocalTraining, RoundView
from edgecase.attacks.hooks import GradientClipping
from edgecase.base.errors import ConfigError
from edgecase.base.parameters import parameter, problems, read
from edgecase.defenses import Rule
from edgecase.defenses.composed import Composed
from edgecase.population.participation import FixedFrequency, FixedPool
from edgecase.population.participation import parse as parse_participation

Precision = Literal["fp32", "tf32", "bf16"]
Start = Literal["trained", "rounds", "authors"]


@dataclass(frozen=True)
class ModelParameters:
    """Which network, and how wide."""

    name: str = parameter("architecture")
    width: float = parameter(
        "factor on the channels of every hidden layer (figure 8)", above=0, maximum=100
    )


@dataclass(frozen=True)
class Recipe:
    """The central training of the starting model."""

    epochs: int = parameter(
        "central training of the starting model; 0 starts from the model's initial weights",
        minimum=0,
        maximum=10_000,
    )
    batch_size: int = parameter("its batch", minimum=1)
    lr: float = parameter("its learning rate", above=0)
    momentum: float = parameter("its momentum", minimum=0, below=1)
    weight_decay: float = parameter("its weight decay", minimum=0)
    num_samples: int | None = parameter(
        "random training images it uses; null uses all", minimum=1, default=None
    )


@dataclass(frozen=True)
class DataSwitches:
    """How samples are presented: read by starting models, cells and densities."""

    orientation: Literal["published", "upright"] = parameter(
        "digits lie transposed and edge sevens upright, or both upright",
        item=1,
        default="published",
    )
    transforms: Literal["published", "one", "plain"] = parameter(
        "attacker and test have their own normalisation and padding on colour images, or everybody "
        "has the honest clients', or their normalisation alone, without augmentation",
        item=2,
        default="published",
    )
    padding: Literal["masked", "left100"] = parameter(
        "sentences are filled up on the right and read to their last word, or filled up on the "
        "left to 100 words and read from there (as published)",
        item=20,
        default="masked",
    )
    carry_hidden: Literal["corrected", "published"] = parameter(
        "on text, a recurrent model starts every batch with a hidden state of zeros, or carries "
        "that of the batch before through an epoch and through a test set (as published)",
        item=20,
        default="corrected",
    )


@dataclass(frozen=True)
class CellSwitches(DataSwitches):
    """The switches that the simulation of a cell reads besides those of its attack."""

    multi_krum_counts: Literal["corrected", "published"] = parameter(
        "Multi-Krum's sample counts, or those shifted by one client in fixed-freq rounds without "
        "an attacker",
        item=4,
        default="corrected",
    )
    multi_krum_branch: Literal["corrected", "published"] = parameter(
        "on sentences, Multi-Krum runs, or FedAvg in its place (as published, by a misspelt name)",
        item=12,
        default="corrected",
    )
    edge_sample_weight: Literal["published", "corrected"] = parameter(
        "edge samples of honest clients do not count in their FedAvg weight, or do",
        item=18,
        default="published",
    )


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a model is trained and tested on."""

    dataset: str = parameter("clean training and test images")
    model: ModelParameters = parameter("the network")
    test_samples: int | None = parameter(
        "random clean test images used, at most those there are; null uses all",
        minimum=1,
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class Federation:
    """The honest protocol: who takes part, and how everybody trains."""

    num_clients: int = parameter("K", minimum=1)
    clients_per_round: int = parameter("m, attackers included; at most K", minimum=1)
    rounds: int = parameter("rounds, after the starting model's row 0", minimum=1)
    local_epochs: int = parameter("E of honest clients", minimum=1, maximum=10_000)
    batch_size: int = parameter(
        "samples in a local step; the last partial batch is kept", minimum=1
    )
    evaluate_every: int = parameter(
        "accuracies are measured in round 0, in every so-many-th round and in the last one; they "
        "are empty in the others",
        minimum=1,
        default=1,
    )
    lr: float = parameter("learning rate of round 1", above=0)
    gamma: float = parameter(
        "the learning rate of round t is `lr · gamma^(t−1)`", above=0, maximum=1
    )
    momentum: float = parameter("of local SGD; the buffer is fresh every round", minimum=0, below=1)
    weight_decay: float = parameter("of local SGD", minimum=0)
    clip_gradient: float | None = parameter(
        "l2 norm to which every local step's gradient is scaled, if above; null for none",
        above=0,
        default=None,
    )
    seated_client: int | None = parameter(
        "honest client that takes a seat in every round; the others share the rest",
        minimum=0,
        default=None,
    )
    diverged_clients: Literal["stop", "leave-out"] = parameter(
        "a client whose update holds NaN or infinity stops the run by name, or has weight 0 in "
        "that round and is recorded (`diverged_ids`); where too few are left for the defense, the "
        "global model stays as it is",
        default="stop",
    )

    def lr_in(self, round: int) -> float:
        """The honest learning rate in `round` (from 1): lr · gamma^(t−1)."""
        return self.lr * self.decay_in(round)

    def decay_in(self, round: int) -> float:
        """gamma^(t−1)."""
        return self.gamma ** (round - 1)

    def honest_training(self, round: int) -> LocalTraining:
        """An honest client's training in `round`."""
        return LocalTraining(
            epochs=self.local_epochs,
            batch_size=self.batch_size,
            lr=self.lr_in(round),
            momentum=self.momentum,
            weight_decay=self.weight_decay,
            hooks=() if self.clip_gradient is None else (GradientClipping(self.clip_gradient),),
        )

    def is_evaluated(self, round: int) -> bool:
        """Whether the model is tested after `round`: the start, every n-th round, and the last."""
        return round % self.evaluate_every == 0 or round == self.rounds


@dataclass(frozen=True, kw_only=True)
class HonestRounds(Federation):
    """The rounds that a starting model is trained by, and who takes part in them."""

    partition: dict[str, Any] = parameter("how the training set is divided among the clients")
    edge_set: str = parameter("the edge set, whose own training samples no client holds")


def start_rounds() -> Any:
    """The parameter of that name."""
    return parameter(
        "honest rounds of `start: rounds`; round 1 goes on in their schedule, so that the first of "
        "n has the learning rate `lr · gamma^(−n)`",
        minimum=1,
        maximum=100_000,
        default=None,
    )


def whole_test_every() -> Any:
    """The parameter of that name."""
    return parameter(
        "where `test_samples` leaves some out, the whole clean test set is tested too in round 0, "
        "in every so-many-th round and in the last one; null for never",
        minimum=1,
        default=None,
    )


def own_folders() -> Any:
    """The parameter `folders`."""
    return parameter(
        "the data set and the edge set that folders hold (`edgecase.datasets.folders`)",
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class TaskParameters(Federation, Setting):
    """The keys of every task in a configuration; its attacks and defenses add their own."""

    edge_set: str = parameter("edge-case images; sets source and target class")
    test_batch_size: int = parameter(
        "images evaluated at once at most (a CPU takes 128, which fit its caches); changes no "
        "accuracy (item 16)",
        minimum=1,
        default=1000,
    )
    first_attack_round: int = parameter("no attacker acts before it", minimum=1, default=1)
    partition: dict[str, Any] = parameter("how the training set is divided among the clients")
    poison: dict[str, Any] = parameter("poisoned set and honest holders of edge data")
    start: Start = parameter(
        "starting model: trained by `pretrain`, by `start_rounds` honest rounds, or the authors' "
        "checkpoint, downloaded and checked"
    )
    pretrain: Recipe = parameter("the central training of the starting model")
    start_rounds: int | None = start_rounds()
    whole_test_every: int | None = whole_test_every()
    defenses: dict[str, Any] = parameter(
        "parameters of the defenses, and of the steps before and after them, that take any",
        default=None,
    )
    before: tuple[Literal["nnm", "bucketing"], ...] = parameter(
        "steps between the updates and the defense, in order (`docs/defenses.md`)", default=()
    )
    server_step: Literal["fedavgm", "fedadam"] | None = parameter(
        "what the server makes of the defense's aggregate before it is added", default=None
    )
    after_training: Literal["csft"] | None = parameter(
        "what the server does to the global model behind the last round", default=None
    )


class DataSetting(Protocol):
    """What lays a task's data and its model out: parameters of a starting model, a cell or the
    densities."""

    @property
    def dataset(self) -> str: ...
    @property
    def model(self) -> ModelParameters: ...
    @property
    def test_samples(self) -> int | None: ...
    @property
    def switches(self) -> DataSwitches: ...


@dataclass(frozen=True, kw_only=True)
class StartParameters(Setting):
    """What a starting model depends on."""

    start: Start = parameter("how it comes about")
    pretrain: Recipe | None = parameter("the central training", default=None)
    rounds: HonestRounds | None = parameter("the honest rounds", default=None)
    precision: Precision = parameter("arithmetic of training and tests")
    folders: dict[str, Any] | None = own_folders()
    switches: DataSwitches = parameter("how samples are presented", default=DataSwitches())


@dataclass(frozen=True, kw_only=True)
class CellParameters(Federation, Setting):
    """Everything that a cell's simulation reads.

    `attack` and `first_attack_round` are None without an attack. `partition`, `poison`, `start` and
    `pretrain` tell what the cell's input files were made by; the simulation reads the files.
    """

    task: str = parameter("task")
    participation: str = parameter("participation")
    case: str = parameter("attack case")
    edge_set: str = parameter("edge-case images")
    precision: Precision = parameter("arithmetic of local training and tests")
    first_attack_round: int | None = parameter("no attacker acts before it", default=None)
    switches: CellSwitches = parameter("departures of the released code", default=CellSwitches())
    partition: dict[str, Any] = parameter("how the training set is divided")
    poison: dict[str, Any] = parameter("poisoned set and honest holders of edge data")
    start: Start = parameter("how the starting model comes about")
    pretrain: Recipe | None = parameter("the central training", default=None)
    start_rounds: int | None = start_rounds()
    whole_test_every: int | None = whole_test_every()
    folders: dict[str, Any] | None = own_folders()
    attack: Attack | None
    defense: Rule

    @property
    def mode(self) -> FixedFrequency | FixedPool:
        """The participation."""
        return parse_participation(self.participation)

    @property
    def carried_batch(self) -> int | None:
        """The batch of the tests in which a hidden state is carried; None where none is."""
        return self.batch_size if self.switches.carry_hidden == "published" else None

    @property
    def largest_batch(self) -> int:
        """The most samples in a local step of anybody."""
        return max(self.batch_size, self.attacker_training(1).batch_size)

    def attacker_training(self, round: int) -> LocalTraining:
        """An attacker's training in `round`; an honest client's, where there is no attack."""
        honest = self.honest_training(round)
        if self.attack is None:
            return honest
        view = RoundView(round, honest, self.decay_in(round), self.defense.name)
        return self.attack.training(view)

    def is_wholly_tested(self, round: int) -> bool:
        """Whether the model is tested on the whole test set after `round`."""
        every = self.whole_test_every
        return every is not None and (round % every == 0 or round == self.rounds)

    def honest_training(self, round: int) -> LocalTraining:
        """An honest client's training in `round`."""
        training = super().honest_training(round)
        return replace(training, carry_hidden=self.carried_batch is not None)

    def root_training(self, round: int) -> LocalTraining:
        """The server's own training in `round`: an honest client's, with the rule's epochs."""
        honest = self.honest_training(round)
        return replace(honest, epochs=self.running_defense.epochs_on_root(honest.epochs))

    @property
    def running_defense(self) -> Rule:
        """The defense, or what runs in its place where the switch `multi_krum_branch` says so."""
        if self.defense.name == "multi-krum" and self.switches.multi_krum_branch == "published":
            plain = defenses.rule("no-defense", {})
            steps = isinstance(self.defense, Composed)
            return replace(self.defense, rule=plain) if steps else plain
        return self.defense

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> CellParameters:
        """The parameters from the plain values of a cell, such as `cell.json` holds.

        Raises one `ConfigError` for everything that is missing, unknown or refused.
        """
        own = dict(values)
        switches = dict(own.pop("switches", {}))
        # The edge set's files were made under them, and the simulation does not read them.
        for name in ("p_study", "overlap"):
            switches.pop(name, None)
        assumptions = switches.pop("pool_assumptions", None)
        options = dict(own.pop("defense", {}))
        found: list[str] = []
        attack, rule = None, None
        try:
            rule = defenses.composed(options)
        except ConfigError as error:
            found += error.problems
        try:
            name = own.pop("attack", None)
            of_attack = {}
            for key in attacks.declared(name):
                for part in (own, switches):
                    of_attack |= {key: part.pop(key)} if key in part else {}
                if key == "pool_assumptions" and assumptions is not None:
                    of_attack[key] = assumptions
            attack = attacks.attack(name, of_attack)
        except ConfigError as error:
            found += error.problems
        found += problems(cls, own | {"switches": switches})
        if found:
            raise ConfigError(found)
        return read(cls, own | {"switches": switches}, attack=attack, defense=rule)
