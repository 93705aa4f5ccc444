"""Local training of n participants as one batch: plain SGD over stacked flat models."""

from collections.abc import Sequence

import torch

from edgecase.attacks.hooks import Hook, Step
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import LocalJob
from edgecase.federation.stacked.network import Members, forward
from edgecase.federation.stacked.schedule import Batch, Schedule
from edgecase.federation.stores import Store
from edgecase.federation.transforms import Transform


@torch.no_grad()
def train_stacked(
    model: FlatModel,
    form: str,
    store: Store,
    jobs: Sequence[LocalJob],
    autocast: torch.dtype | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """The local models [n, P] and their buffers [n, B] of `jobs`, sorted by falling steps.

    Step for step what `train_locally` does to each of them alone; the sums of a step are taken in
    another order. `form` is one of `network.FORMS`.
    """
    device = model.device
    schedule = Schedule(jobs, device, model.dtype)
    parameters = torch.stack([job.start for job in jobs])
    velocity, gradient = torch.zeros_like(parameters), torch.zeros_like(parameters)
    buffers = torch.stack(
        [model.buffers[:0] if job.buffers is None else job.buffers for job in jobs]
    )
    rates = _Rates(jobs, device, model.dtype)
    own_inputs = _Inputs(jobs, store, device, model.dtype)
    dropout_keys = torch.tensor(
        [
            model.dropout_keys(stream.seed, stream.purpose, stream.round, stream.client)
            for stream in (job.stream for job in jobs)
        ],
        dtype=torch.int64,
        device=device,
    ).view(len(jobs), -1)
    model.module.train()
    leaves: list[torch.Tensor] = []
    slots: list[torch.Tensor] = []
    statistics: list[torch.Tensor] = []
    for step in range(schedule.num_steps):
        batch = schedule.batch(step)
        members = batch.members
        w, v, g = parameters[:members], velocity[:members], gradient[:members]
        if not leaves or len(leaves[0]) != members:
            leaves = [view.detach().requires_grad_() for view in model.views(w)]
            slots = model.views(g)
            statistics = model.buffer_views(buffers[:members])
        inputs = own_inputs.batch(batch)
        with torch.enable_grad():
            with torch.autocast(device.type, autocast, enabled=autocast is not None):
                own = Members(
                    *(leaves, statistics, dropout_keys[:members]),
                    *(batch.positions, batch.weights),
                )
                outputs = forward(model, form, own, inputs)
            losses = model.head.loss(
                outputs.to(model.dtype).flatten(0, 1), store.labels[batch.index].flatten(0, 1)
            )
            # The members' losses share no parameter, so the gradient of the sum is each one's own.
            gradients = torch.autograd.grad((losses * batch.weights.flatten()).sum(), leaves)
        torch._foreach_copy_(slots, gradients)
        hooked = _hooked(jobs[:members], schedule.steps_per_epoch, step)
        for row, hook, at in hooked:
            hook.gradient(g[row], w[row], at)
        g.addcmul_(w, rates.weight_decay[:members])
        v.mul_(rates.momentum[:members]).add_(g)
        w.addcmul_(v, rates.lr[:members], value=-1)
        for row, hook, at in hooked:
            hook.after(w[row], at)
    return parameters, buffers


def _hooked(
    jobs: Sequence[LocalJob], steps_per_epoch: Sequence[int], step: int
) -> list[tuple[int, Hook, Step]]:
    """(row, hook, where its member's training is) of every hook of the jobs, at `step` from 0."""
    return [
        (row, hook, Step(step % count, count, job.start, job.anchor))
        for row, (job, count) in enumerate(zip(jobs, steps_per_epoch, strict=False))
        for hook in job.training.hooks
    ]


class _Rates:
    """Each member's learning rate, momentum and weight decay, [n, 1]."""

    def __init__(self, jobs: Sequence[LocalJob], device: torch.device, dtype: torch.dtype) -> None:
        def column(name: str) -> torch.Tensor:
            values = [[getattr(job.training, name)] for job in jobs]
            return torch.tensor(values, dtype=dtype, device=device)

        self.lr, self.momentum = column("lr"), column("momentum")
        self.weight_decay = column("weight_decay")


class _Inputs:
    """The inputs of a batch, each member's through its own transform and random stream."""

    def __init__(
        self,
        jobs: Sequence[LocalJob],
        store: Store,
        device: torch.device,
        dtype: torch.dtype,
    ) -> None:
        self._store, self._dtype = store, dtype
        keys = [job.stream.key("augment") for job in jobs]
        self._keys = torch.tensor(keys, dtype=torch.int64, device=device)
        rows: dict[Transform | None, list[int]] = {}
        for row, job in enumerate(jobs):
            rows.setdefault(job.samples.transform, []).append(row)
        self._rows = {
            transform: (listed, torch.tensor(listed, device=device))
            for transform, listed in rows.items()
        }

    def batch(self, batch: Batch) -> torch.Tensor:
        """[members, B, …] in each member as the store gives it."""
        keys = self._keys[: batch.members, None].expand_as(batch.index)
        parts, order = [], []
        for transform, (listed, rows) in self._rows.items():
            here = sum(row < batch.members for row in listed)
            if here == 0:
                continue
            own = rows[:here]
            inputs = self._store.batch(
                batch.index[own].flatten(),
                transform,
                keys[own].flatten(),
                batch.positions[own].flatten(),
                self._dtype,
            )
            parts.append(inputs.unflatten(0, (here, -1)))
            order.append(own)
        if len(parts) == 1:
            return parts[0]
        return torch.cat(parts)[torch.cat(order).argsort()]
