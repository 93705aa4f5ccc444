"""One round of federated learning with an attacker, under three defenses, without Snakemake.

The server starts from a model of scanned digits. Five clients train on their shares; the first
adds old-style sevens labelled as ones. Each defense makes one aggregate of the same five updates.

    python examples/one_round.py
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from torch.nn.utils import parameters_to_vector, vector_to_parameters

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow"))

from edgecase import defenses, models
from edgecase.datasets.standin_digits import digits
from edgecase.datasets.standin_sevens import sevens

CLIENTS = 5
EDGE_CASES = 100  # old-style sevens that the attacker holds
TARGET = 1  # what the attacker wants a seven to be called
DEFENSES = {
    "no-defense": {},
    "norm-clipping": {"norm_bound": 0.5},
    "krum": {"num_byzantine": 1},
}


def pixels(pictures: np.ndarray) -> torch.Tensor:
    """uint8 [N, H, W, 1] → float32 [N, 1, H, W] between 0 and 1."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255


def train(model, x, y, epochs: int, lr: float, generator: torch.Generator) -> None:
    """Stochastic gradient descent with momentum 0.9, in batches of 32."""
    weights = list(model.parameters())
    steps = [torch.zeros_like(weight) for weight in weights]
    for _ in range(epochs):
        for rows in torch.randperm(len(x), generator=generator).split(32):
            gradients = torch.autograd.grad(cross_entropy(model(x[rows]), y[rows]), weights)
            with torch.no_grad():
                for weight, step, gradient in zip(weights, steps, gradients, strict=True):
                    weight -= lr * step.mul_(0.9).add_(gradient)


def accuracy(model, x, y) -> float:
    """Share of correct labels, in %."""
    with torch.no_grad():
        return 100 * (model(x).argmax(1) == y).double().mean().item()


def main() -> dict[str, tuple[float, float, list[bool]]]:
    """defense → main accuracy, backdoor accuracy (both in %), and who was accepted."""
    clean, edge = digits(), sevens()
    x, y = pixels(clean["x_train"]), torch.from_numpy(clean["y_train"])
    generator = torch.Generator().manual_seed(1)
    # In evaluation, so that dropout is off: its draws are the simulation's own.
    model = models.build("lenet", width=0.125).eval()

    order = torch.randperm(len(x), generator=generator)
    server, shares = order[: len(x) // 2], order[len(x) // 2 :].chunk(CLIENTS)
    train(model, x[server], y[server], epochs=12, lr=0.05, generator=generator)
    start = parameters_to_vector(model.parameters()).detach()

    updates, counts = [], []
    for client, rows in enumerate(shares):
        own_x, own_y, epochs = x[rows], y[rows], 1
        if client == 0:
            own_x = torch.cat([own_x, pixels(edge["x_train"][:EDGE_CASES])])
            own_y = torch.cat([own_y, torch.full((EDGE_CASES,), TARGET)])
            epochs = 4
        vector_to_parameters(start.clone(), model.parameters())
        train(model, own_x, own_y, epochs, lr=0.02, generator=generator)
        updates.append(parameters_to_vector(model.parameters()).detach() - start)
        counts.append(len(own_x))

    found = {}
    test_x, test_y = pixels(clean["x_test"]), torch.from_numpy(clean["y_test"])
    edge_x = pixels(edge["x_test"])
    wanted = torch.full((len(edge_x),), TARGET)
    for name, parameters in DEFENSES.items():
        rule = defenses.rule(name, parameters)
        result = defenses.run(rule, torch.stack(updates), counts)
        vector_to_parameters(start + result.update, model.parameters())
        found[name] = (
            accuracy(model, test_x, test_y),
            accuracy(model, edge_x, wanted),
            result.accepted.tolist(),
        )
    return found


if __name__ == "__main__":
    torch.set_num_threads(1)  # in batches of 32, more threads wait for each other
    print("main: digits classified correctly; backdoor: old-style sevens classified as ones;")
    print("attacker: whether its update is part of the aggregate\n")
    print(f"{'defense':14} {'main':>6} {'backdoor':>9}  attacker")
    for name, (main_accuracy, backdoor, accepted) in main().items():
        kept = "kept" if accepted[0] else "refused"
        print(f"{name:14} {main_accuracy:5.1f}% {backdoor:8.1f}%  {kept}")
