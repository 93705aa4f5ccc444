"""indicator: refuse who keeps a mark that honest training wears off (Li and Dai 2024)."""

from __future__ import annotations

from dataclasses import dataclass

from edgecase.base.lazy import torch
from edgecase.base.parameters import parameter
from edgecase.defenses.contract import (
    GLOBAL_MODEL,
    NETWORK,
    Aggregate,
    RoundInputs,
    Rule,
    combine,
    needed,
)
from edgecase.defenses.marking import Mark, Marking
from edgecase.defenses.network import Network
from edgecase.defenses.postconditions import require, require_no_noise, require_unclipped
from edgecase.defenses.registry import register

#: epochs from which on the rate is 0.8 of what it was.
_MILESTONES = (10, 20, 30, 160)


@dataclass(frozen=True)
class IndicatorMarking(Marking):
    """The mark of `indicator`: its rate falls as the authors' does."""

    first_lr: float

    def lr(self, epoch: int) -> float:
        return self.first_lr * 0.8 ** sum(epoch >= start for start in _MILESTONES)


@register("indicator", label="BackdoorIndicator")
@dataclass(frozen=True)
class Indicator(Rule):
    """Mean of the clients whose model knows less than `threshold` % of every class of the mark.

    Before each broadcast the server trains w on images from elsewhere with labels at random
    (`Marking`), and sends that model, with the running statistics of before; the round and its
    measures go on from it, and the mark is never removed. a_i is the accuracy of w + update_i on
    the class of these images that it knows best, with the statistics of after the marking in the
    place of the client's own; who has a_i ≥ `threshold` is refused, and the others count alike. If
    all are, the marked model stays. In a round without a mark (`every`) nobody is looked at: what
    was kept in the one before has lost it. Li and Dai, "BackdoorIndicator", USENIX Security 2024,
    by the released code 04dec87. Published on CIFAR-10 with CIFAR-100 and on EMNIST with the first
    channel of CIFAR-10 (2,000 images), ResNet-18 and VGG-16: 200 epochs, lr 0.005 or 0.001, μ 0.1
    or 0.4, a threshold of 95 against plain attackers and DBA and of 85 against PGD, Neurotoxin and
    Chameleon, and half of the mean as the step (here a `server_step`: fedavgm with momentum 0 and
    lr 0.5).

    Assumes that honest training, on images unlike the mark's, moves the model enough to lose it,
    and that a backdoor keeps it. So whoever hardly moves is refused, an update of 0 always. A mark
    that w itself does not know tells nothing; the records of a run have what w knows (`mark_acc`).
    Costs `epochs` over the images and m + 1 tests on them in a round. No memory.
    """

    ood_dataset: str = parameter("data set of the mark's images, none of the task's")
    images: int = parameter("images of the mark", minimum=1, default=768)
    batch_size: int = parameter("of the mark's training", minimum=1, default=64)
    epochs: int = parameter("of the mark's training", minimum=1, maximum=10_000, default=50)
    lr: float = parameter("learning rate of its first epochs", above=0, default=0.001)
    momentum: float = parameter("of its SGD", minimum=0, below=1, default=0.9)
    weight_decay: float = parameter("of its SGD", minimum=0, default=5e-4)
    mu: float = parameter("μ: weight of the distance to the model before", minimum=0, default=0.1)
    threshold: float = parameter(
        "accuracy on a class of the mark from which a client is refused, %",
        above=0,
        maximum=100,
        default=95.0,
    )
    every: int = parameter("the model is marked in every so-many-th round", minimum=1, default=1)

    may_refuse_all = True

    @property
    def marking(self) -> Marking:
        return IndicatorMarking(
            ood_dataset=self.ood_dataset,
            images=self.images,
            batch_size=self.batch_size,
            epochs=self.epochs,
            momentum=self.momentum,
            weight_decay=self.weight_decay,
            mu=self.mu,
            threshold=self.threshold,
            every=self.every,
            first_lr=self.lr,
        )

    def inputs_asked(self, clients: int) -> float:
        return self.images * (clients + 1) / self.every

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        if inputs.mark is None:
            return combine(inputs, inputs.shares_of(torch.ones_like(inputs.norms), alike=True))
        network = needed(inputs.network, self.name, NETWORK)
        start = needed(inputs.global_model, self.name, GLOBAL_MODEL)
        sent, _ = known(network, start, inputs.mark)
        found = [known(network, start + update, inputs.mark) for update in inputs.updates]
        accuracies, classes = zip(*found, strict=True)
        reached = torch.tensor(accuracies, dtype=torch.float64, device=inputs.norms.device)
        return combine(
            inputs,
            inputs.shares_of(reached < self.threshold, alike=True),
            mark_acc=sent,
            mark_accs=accuracies,
            mark_classes=classes,
        )

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """The kept count alike, unclipped, and are those below the threshold."""
        require_unclipped(aggregate)
        require_no_noise(aggregate)
        kept = torch.ones_like(aggregate.accepted)
        if inputs.mark is not None:
            reached = torch.tensor(aggregate.diagnostics.get("mark_accs", ()))
            require(len(reached) == len(kept), "accuracies on the mark are missing")
            kept = (reached < self.threshold).to(kept.device)
        expected = inputs.shares_of(kept, alike=True)
        assert aggregate.weights is not None  # of a weighted sum
        require(
            torch.allclose(aggregate.weights, expected, rtol=1e-9, atol=0),
            f"the weights are {aggregate.weights.tolist()} instead of {expected.tolist()}",
        )


def known(network: Network, parameters: torch.Tensor, mark: Mark) -> tuple[float, int]:
    """The accuracy, in %, of the model of `parameters` [P] on the class of the mark that it knows
    best, and that class; of several, the lowest."""
    outputs = network.outputs(parameters, mark.inputs, mark.buffers)
    return best_class(outputs.argmax(dim=1), mark.labels)


def best_class(classes: torch.Tensor, labels: torch.Tensor) -> tuple[float, int]:
    """The accuracy, in %, of `classes` [n] on the one of the `labels` [n] that they hit most, and
    that label."""
    hits = torch.bincount(labels[classes == labels], minlength=int(labels.max()) + 1)
    counts = torch.bincount(labels)
    accuracies = (100 * hits.double() / counts).nan_to_num(nan=-1.0)  # a class without images
    best = int(accuracies.argmax())
    return accuracies[best].item(), best
