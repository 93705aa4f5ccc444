"""Take penultimate features: what a model's last linear layer is given."""

import numpy as np
import torch
from torch import nn

from edgecase.federation.flat import FlatModel
from edgecase.federation.transforms import Transform


def penultimate(
    model: FlatModel, images: torch.Tensor, transform: Transform, batch_size: int
) -> np.ndarray:
    """The input of the model's last linear layer for `images` uint8 [n, H, W, C]: float64 [n, D].

    The images go through `transform` as a test set does, without augmentation, and the model runs
    in evaluation mode and in its own precision. Raises `ValueError` for a model without a linear
    layer, or whose last one runs more or less than once in a forward pass.
    """
    linear = [layer for layer in model.module.modules() if isinstance(layer, nn.Linear)]
    if not linear:
        raise ValueError("the model has no linear layer, so it has no penultimate features")
    seen: list[torch.Tensor] = []
    # Read from the running model, so that no architecture is described a second time.
    hook = linear[-1].register_forward_pre_hook(lambda layer, inputs: seen.append(inputs[0]))
    model.module.eval()
    batches = images.split(batch_size)
    try:
        with torch.no_grad():
            for batch in batches:
                model.module(transform.test(batch, model.dtype))
    finally:
        hook.remove()
    if len(seen) != len(batches):
        raise ValueError("the model's last linear layer must run once in a forward pass")
    return torch.cat(seen).cpu().numpy().astype(np.float64)
