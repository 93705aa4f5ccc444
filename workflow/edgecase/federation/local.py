"""Train one participant locally: SGD over a flat model."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from edgecase.attacks import LocalTraining
from edgecase.attacks.hooks import Step
from edgecase.base.randomness import derive_key
from edgecase.base.tensor_randomness import random_permutation
from edgecase.federation.flat import FlatModel
from edgecase.federation.rows import View
from edgecase.federation.stores import Store
from edgecase.federation.transforms import Transform


@dataclass(frozen=True)
class Samples:
    """A participant's samples: rows `index` (int64 [n]) of a shared store, and how it sees them."""

    index: torch.Tensor
    transform: Transform | None


@dataclass(frozen=True)
class Stream:
    """Which random draws a local training uses: those of (seed, purpose, round, client)."""

    seed: int
    round: int
    client: int
    purpose: str = ""

    def key(self, use: str) -> int:
        """The key of this training's draws for `use`, such as "order"."""
        return derive_key(self.seed, self.purpose + use, self.round, self.client)


@dataclass(frozen=True)
class LocalJob:
    """One participant's training in one round, from the global model `start` [P].

    `anchor` [P] is what the proximal term of `training`, if there is one, stays close to, and
    `buffers` [B] are those of the global model, if it has any. Where `start` is a view of the
    global model, `view` is that view, and P its size.
    """

    start: torch.Tensor
    samples: Samples
    training: LocalTraining
    stream: Stream
    anchor: torch.Tensor | None = None
    buffers: torch.Tensor | None = None
    view: View | None = None


@dataclass(frozen=True)
class Begun:
    """A local training after `steps` SGD steps: w [P], with momentum v [P], and the buffers [B]."""

    steps: int
    parameters: torch.Tensor
    velocity: torch.Tensor | None
    buffers: torch.Tensor | None = None


def train_locally(
    model: FlatModel,
    start: torch.Tensor,
    store: Store,
    samples: Samples,
    training: LocalTraining,
    stream: Stream,
    *,
    anchor: torch.Tensor | None = None,
    buffers: torch.Tensor | None = None,
    autocast: torch.dtype | None = None,
    begun: Begun | None = None,
    after_step: Callable[[Begun], None] | None = None,
) -> None:
    """Train `model` from `start` [P] and `buffers` [B]; it is the local model afterwards.

    A step is that of `torch.optim.SGD`: v ← μ v + (∇ + λ w), w ← w − lr v, where v starts at 0.
    The training's hooks change ∇ before it and w after it (`attacks.hooks`); `anchor` [P] is what a
    proximal one stays close to. The last partial batch of an epoch is kept. A hidden state that is
    carried starts every epoch with zero. A training that is to end at a loss may end early.
    `autocast` names a lower precision for the forward and backward pass; w and v stay in the
    model's own. A training that has `begun` goes on there, to the same bits; `after_step` is told
    of every step, and copies what it keeps of w and v, which the next step changes.
    """
    count = len(samples.index)
    device = model.device
    parameters, gradient = model.parameters, model.gradient
    if begun:
        model.load(begun.parameters, begun.buffers)
    else:
        model.load(start, buffers)
    velocity = torch.zeros_like(parameters) if training.momentum else None
    if begun and begun.velocity is not None:
        assert velocity is not None
        velocity.copy_(begun.velocity)
    done, steps = begun.steps if begun else 0, -(-count // training.batch_size)
    enough = training.enough
    order_key = stream.key("order")
    augment_key = stream.key("augment")
    dropout_keys = model.dropout_keys(stream.seed, stream.purpose, stream.round, stream.client)
    model.module.train()
    with torch.enable_grad():
        for epoch in range(done // max(steps, 1), training.epochs):
            positions = torch.arange(epoch * count, (epoch + 1) * count, device=device)
            if training.carry_hidden and store.sequential:
                order = samples.index
            else:
                order = samples.index[random_permutation(order_key, positions)]
            model.begin_hidden(training.carry_hidden)
            losses = []
            for step in range(max(done - epoch * steps, 0), steps):
                batch = slice(step * training.batch_size, (step + 1) * training.batch_size)
                inputs = store.batch(
                    *(order[batch], samples.transform, augment_key, positions[batch]), model.dtype
                )
                model.begin_dropout(dropout_keys, positions[batch])
                model.begin_normalisation(None)
                gradient.zero_()
                with torch.autocast(device.type, autocast, enabled=autocast is not None):
                    outputs = model.module(inputs)
                labels = store.labels[order[batch]]
                if training.last_place:
                    labels = model.head.last(labels)
                loss = model.head.loss(outputs.to(model.dtype), labels)
                loss.mean().backward()
                if enough is not None:
                    losses.append(loss.detach())
                with torch.no_grad():
                    at = Step(step, steps, start, anchor)
                    for hook in training.hooks:
                        hook.gradient(gradient, parameters, at)
                    model.sgd_step(velocity, training.lr, training.momentum, training.weight_decay)
                    for hook in training.hooks:
                        hook.after(parameters, at)
                    if after_step is not None:
                        after_step(
                            Begun(epoch * steps + step + 1, parameters, velocity, model.buffers)
                        )
            if enough is not None and losses and torch.cat(losses).mean() <= enough:
                break
