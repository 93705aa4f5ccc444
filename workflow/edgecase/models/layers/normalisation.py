"""Batch normalisation whose statistics leave out the padded places of a stacked batch."""

import torch
from torch import nn
from torch.nn import functional


class BatchNorm2d(nn.Module):
    """`nn.BatchNorm2d` without a counter of batches: [B, C, H, W] → [B, C, H, W].

    The running statistics are buffers: mean and, unbiased, variance of a batch enter with a weight
    of `momentum`. A stacked back-end calls `begin` with the samples' weights [B], which are 1/b for
    b samples and 0 for padded places; without it every sample counts alike. A batch of a single
    value per channel has variance 0.
    """

    def __init__(self, channels: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.running_mean: torch.Tensor
        self.running_var: torch.Tensor
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))
        self._weights: torch.Tensor | None = None

    def begin(self, weights: torch.Tensor | None) -> None:
        """Set how much each sample of the next batches counts, [B]; None for all alike."""
        self._weights = weights

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        own = self.weight, self.bias, self.running_mean, self.running_var
        if not self.training:
            return functional.batch_norm(
                x, *own[2:], *own[:2], training=False, momentum=0.0, eps=self.eps
            )
        if self._weights is None and x.numel() > x.shape[1]:
            return functional.batch_norm(
                x, *own[2:], *own[:2], training=True, momentum=self.momentum, eps=self.eps
            )
        weights = self._weights
        if weights is None:
            weights = x.new_full((len(x),), 1 / len(x), dtype=self.running_mean.dtype)
        return self.normalise(x, *own, weights)

    def normalise(
        self,
        x: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor,
        running_mean: torch.Tensor,
        running_var: torch.Tensor,
        weights: torch.Tensor,
    ) -> torch.Tensor:
        """`x` [..., B, C, H, W] in training, with [..., C] parameters and `weights` [..., B].

        The running statistics [..., C] are changed in place.
        """
        exact = x.to(weights.dtype)
        pixels = x.shape[-1] * x.shape[-2]
        shares = weights[..., None]
        mean = (exact.mean((-1, -2)) * shares).sum(-2)
        centred = exact - _per_channel(mean)
        variance = (centred.square().mean((-1, -2)) * shares).sum(-2)
        with torch.no_grad():
            count = (weights > 0).sum(-1, keepdim=True).to(weights.dtype) * pixels
            unbiased = variance * (count / (count - 1).clamp(min=1))
            running_mean.mul_(1 - self.momentum).add_(mean, alpha=self.momentum)
            running_var.mul_(1 - self.momentum).add_(unbiased, alpha=self.momentum)
        scale = weight * (variance + self.eps).rsqrt()
        return (centred * _per_channel(scale) + _per_channel(bias)).to(x.dtype)


def _per_channel(values: torch.Tensor) -> torch.Tensor:
    """[..., C] as [..., 1, C, 1, 1], over samples and pixels."""
    return values[..., None, :, None, None]
