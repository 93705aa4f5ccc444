"""A second simulator to test against: one module per client, torch.optim.SGD, state dicts, float64.

With the library it shares the public draws (who is sampled, orders, crops, masks, noise) and, for
the defenses it has no rule of its own for, `edgecase.defenses`. Images are augmented one by one
with np.pad; networks are written with torch.nn.functional.
"""

import copy
import itertools
import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from edgecase import defenses
from edgecase.base.randomness import derive_key
from edgecase.base.tensor_randomness import (
    random_bits,
    random_permutation,
    random_uniform,
    torch_generator,
)
from edgecase.population.participation import FixedPool, sample_clients

#: PAPER §2: (padding, mean, std) of the honest clients, the attacker and the test sets.
COLOUR_HONEST = ("reflect", np.array([125.3, 123.0, 113.9]) / 255, np.array([63, 62.1, 66.7]) / 255)
COLOUR_ATTACKER = (
    "constant",
    np.array([0.4914, 0.4822, 0.4465]),
    np.array([0.2023, 0.1994, 0.201]),
)
DIGITS = (None, np.array([0.1307]), np.array([0.3081]))


class LeNet(nn.Module):
    def __init__(self, width):
        super().__init__()
        first, second, hidden = (max(1, round(n * width)) for n in (32, 64, 128))
        self.conv1, self.conv2 = nn.Conv2d(1, first, 3), nn.Conv2d(first, second, 3)
        self.fc1, self.fc2 = nn.Linear(second * 144, hidden), nn.Linear(hidden, 10)
        self.dropouts = [(0.25, second), (0.5, hidden)]

    def forward(self, x, masks=None):
        x = functional.max_pool2d(self.conv2(self.conv1(x).relu()).relu(), 2)
        x = x if masks is None else x * masks[0][:, :, None, None]
        x = self.fc1(x.flatten(1)).relu()
        return self.fc2(x if masks is None else x * masks[1])


class VGG9(nn.Module):
    def __init__(self, width):
        super().__init__()
        sizes = [3] + [round(n * width) for n in (64, 128, 256, 256, 512, 512, 512, 512)]
        pairs = itertools.pairwise(sizes)
        self.convs = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in pairs)
        self.fc = nn.Linear(sizes[-1], 10)
        self.dropouts = []

    def forward(self, x, masks=None):
        for number, conv in enumerate(self.convs):
            x = conv(x).relu()
            if number in (0, 1, 3, 5, 7):
                x = functional.max_pool2d(x, 2)
        return self.fc(x.flatten(1))


class Softmax(nn.Module):
    def __init__(self, inputs, classes):
        super().__init__()
        self.fc = nn.Linear(inputs, classes)
        self.dropouts = []

    def forward(self, x, masks=None):
        return self.fc(x.flatten(1))


def flat(tensors):
    """[P] in the library's documented order: convolutions channels-last."""
    return torch.cat([(t.permute(0, 2, 3, 1) if t.dim() == 4 else t).reshape(-1) for t in tensors])


def load_flat(module, vector):
    start = 0
    for parameter in module.parameters():
        part = vector[start : start + parameter.numel()]
        if parameter.dim() == 4:
            o, i, h, w = parameter.shape
            part = part.reshape(o, h, w, i).permute(0, 3, 1, 2)
        parameter.data = part.reshape(parameter.shape).clone()
        start += parameter.numel()


def view(image, transform, bits=None):
    """uint8 [H, W, C] → float64 [C, H, W]; augmented if the transform pads and `bits` are given."""
    padding, mean, std = transform
    if padding is not None and bits is not None:
        top, left = (bits & 0xFFFFF) % 9, (bits >> 20 & 0xFFFFF) % 9
        padded = np.pad(image, ((4, 4), (4, 4), (0, 0)), mode=padding)
        image = padded[top : top + image.shape[0], left : left + image.shape[1]]
        image = image[:, ::-1] if bits >> 40 & 1 else image
    return torch.from_numpy(((image / 255 - mean) / std).transpose(2, 0, 1).copy())


def mask(key, position, units, rate):
    """Which of a sample's `units` a dropout layer keeps, scaled: float64 [units]."""
    draws = random_uniform(key, position * units + torch.arange(units))
    return (draws >= rate).double() / (1 - rate)


def train(module, samples, transform, how, seed, round, client, purpose="", anchor=None):
    """Train a copy of `module` on (image, label) pairs; returns the trained copy.

    `how` has epochs, batch_size, lr, momentum, weight_decay and, if wanted, radius with frequency
    and prox (with `anchor`, the parameters ŵ), or the mean loss of an epoch that is `enough`.
    """
    start = [parameter.detach().clone() for parameter in module.parameters()]
    module = copy.deepcopy(module)
    optimizer = torch.optim.SGD(
        module.parameters(),
        lr=how["lr"],
        momentum=how["momentum"],
        weight_decay=how["weight_decay"],
    )
    keys = {
        use: derive_key(seed, purpose + use, round, client)
        for use in ("order", "augment", *(f"dropout-{n}" for n in range(len(module.dropouts))))
    }
    size = len(samples)
    for epoch in range(how["epochs"]):
        order = random_permutation(keys["order"], torch.arange(epoch * size, (epoch + 1) * size))
        batches = [
            list(range(first, min(first + how["batch_size"], size)))
            for first in range(0, size, how["batch_size"])
        ]
        total = 0.0
        for step, places in enumerate(batches):
            positions = [epoch * size + place for place in places]
            chosen = [samples[order[place]] for place in places]
            bits = random_bits(keys["augment"], torch.tensor(positions)).tolist()
            images = torch.stack(
                [
                    view(image, transform, b % 2**64)
                    for (image, _), b in zip(chosen, bits, strict=True)
                ]
            )
            masks = [
                torch.stack([mask(keys[f"dropout-{n}"], p, units, rate) for p in positions])
                for n, (rate, units) in enumerate(module.dropouts)
            ]
            labels = torch.tensor([int(label) for _, label in chosen])
            loss = functional.cross_entropy(module(images, masks), labels)
            total += len(places) * loss.item()
            if how.get("prox"):
                pairs = zip(module.parameters(), anchor, strict=True)
                loss = loss + how["prox"] * sum((w - a).square().sum() for w, a in pairs)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            last = step == len(batches) - 1
            if "radius" in how and (step % how["frequency"] == 0 or last):
                _project(module, start, how["radius"])
        if total / size <= how.get("enough", -1):
            break
    return module


def _project(module, start, radius):
    pairs = list(zip(module.parameters(), start, strict=True))
    distance = math.sqrt(sum(float((w.detach() - c).square().sum()) for w, c in pairs))
    if distance > radius:
        for w, c in pairs:
            w.data = c + (w.data - c) * (radius / distance)


def percent(module, pairs, transform):
    """Accuracy over (image, label) pairs in one pass, %; NaN without pairs."""
    if not pairs:
        return math.nan
    with torch.no_grad():
        logits = module(torch.stack([view(image, transform) for image, _ in pairs]))
    hits = sum(
        int(row.argmax()) == int(label) for row, (_, label) in zip(logits, pairs, strict=True)
    )
    return 100 * hits / len(pairs)


def attack_round(parameters, round):
    period = int(parameters["participation"].removeprefix("fixed-freq-"))
    first = parameters["first_attack_round"]
    return round in range(first, parameters["rounds"] + 1, period)


def participants(parameters, round, seed):
    """[(client, is attacker)] of the round."""
    sampled = sample_clients(
        round, parameters["num_clients"], parameters["clients_per_round"], seed
    )
    mode, _, number = parameters["participation"].rpartition("-")
    if parameters["attack"] == "none":
        return [(client, False) for client in sampled]
    if mode == "fixed-freq":
        if not attack_round(parameters, round):
            return [(client, False) for client in sampled]
        return [(-1, True)] + [(client, False) for client in sampled[:-1]]
    pool = FixedPool(int(number)).pool(parameters["num_clients"], seed)
    active = round >= parameters["first_attack_round"]
    return [(client, active and client in pool) for client in sampled]


def simulate(module, world, parameters, seed):
    """[(record, parameters [P])] for rounds 0 … R."""
    world = world.pairs
    colour = world["clean_test"][0][0].shape[2] == 3
    honest_view = COLOUR_HONEST if colour else DIGITS
    other_view = COLOUR_ATTACKER if colour else DIGITS
    if parameters["switches"]["transforms"] == "one":
        other_view = honest_view
    module = copy.deepcopy(module)

    def accuracies():
        clean = world["clean_test"]
        by_class = {c: [pair for pair in clean if pair[1] == c] for c in (7, 1, 3)}
        return {
            "main_task_acc": percent(module, clean, other_view),
            "backdoor_acc": percent(module, world["backdoor_test"], other_view),
            "source_class_acc": percent(module, by_class[7], other_view),
            "target_class_acc": percent(module, by_class[1], other_view),
            "raw_task_acc": percent(module, by_class[3], other_view),
        }

    w = flat([p.detach() for p in module.parameters()])
    history = [(accuracies() | {"fl_iter": 0, "wg_norm": float(w.norm())}, w)]
    for round in range(1, parameters["rounds"] + 1):
        decay = parameters["gamma"] ** (round - 1)
        honest = {
            "epochs": parameters["local_epochs"],
            "batch_size": parameters["batch_size"],
            "lr": parameters["lr"] * decay,
            "momentum": parameters["momentum"],
            "weight_decay": parameters["weight_decay"],
        }
        malicious = honest | {"epochs": parameters["attacker_epochs"]}
        defense = dict(parameters["defense"])
        name = defense.pop("name")
        rule = parameters["switches"]["radius_decay"]
        if parameters["attack"].startswith("pgd"):
            decays = rule == "always" or (rule == "published" and name in ("krum", "multi-krum"))
            malicious |= {
                "lr": parameters["attacker_lr"] * decay,
                "radius": parameters["eps"] * (decay if decays else 1),
                "frequency": parameters["project_frequency"],
            }
        if parameters["attack"].startswith("oneshot"):
            backdoor = history[-1][0]["backdoor_acc"]
            malicious |= {
                "epochs": parameters["oneshot_epochs"],
                "lr": parameters["oneshot_lr"]
                / ((50 if backdoor > 20 else 1) * (100 if backdoor > 60 else 1)),
                "enough": parameters["oneshot_loss"],
            }
        if "prox" in parameters["attack"]:
            malicious |= {"prox": parameters["prox_coefficient"]}
        people = participants(parameters, round, seed)
        updates, counts = [], []
        for client, attacks in people:
            if attacks:
                anchor = None
                if "prox" in malicious:
                    anchor_model = train(
                        module, world["attacker"][: world["num_attacker_clean"]], other_view,
                        honest, seed, round, client, "anchor-",
                    )  # fmt: skip
                    anchor = [p.detach() for p in anchor_model.parameters()]
                local = train(
                    module,
                    world["attacker"],
                    other_view,
                    malicious,
                    seed,
                    round,
                    client,
                    "",
                    anchor,
                )
                counts.append(len(world["attacker"]))
            else:
                local = train(
                    module, world["honest"][client], honest_view, honest, seed, round, client
                )
                extra = parameters["switches"]["edge_sample_weight"] == "corrected"
                counts.append(len(world["honest"][client] if extra else world["own"][client]))
            updates.append(flat([p.detach() for p in local.parameters()]) - w)
        attackers = [row for row, (_, attacks) in enumerate(people) if attacks]
        if parameters["attack"].startswith("oneshot"):
            for row in attackers:
                updates[row] = updates[row] * len(people) / len(attackers)
        if "replacement" in parameters["attack"]:
            for row in attackers:
                factor = sum(counts) / len(world["attacker"])
                if parameters["switches"]["pool_assumptions"] == "corrected":
                    factor /= len(attackers)
                updates[row] = updates[row] * factor
        norms = [float(update.norm()) for update in updates]
        shares = [count / sum(counts) for count in counts]
        clipped, noise_norm, iterations, refused = 0, 0.0, 0, []
        if name == "no-defense":
            step = sum(s * u for s, u in zip(shares, updates, strict=True))
        elif name.startswith("norm-clipping"):
            bound = defense.get("norm_bound", sum(norms) / len(norms))
            step = sum(
                s * u * min(1, bound / n) for s, u, n in zip(shares, updates, norms, strict=True)
            )
            clipped = sum(n > bound for n in norms)
        else:
            result = defenses.run(
                defenses.rule(name, defense),
                torch.stack(updates),
                counts,
                generator=torch_generator(seed, "noise", round),
            )
            step = result.update
            refused = [c for (c, _), x in zip(people, result.weights, strict=True) if x == 0]
            clipped = sum(n > defense["norm_bound"] for n in norms) if name == "weak-dp" else 0
            noise_norm = 0.0 if result.noise is None else float(result.noise.norm())
            iterations = result.diagnostics.get("iterations", 0)
        before = float(w.norm())
        w = w + step
        load_flat(module, w)
        accepted = sum(people[row][0] not in refused for row in attackers)
        honest_norms = [n for n, (_, attacks) in zip(norms, people, strict=True) if not attacks]
        malicious_norms = [norms[row] for row in attackers]
        record = {
            "fl_iter": round,
            "wg_norm": before,
            "lr": parameters["lr"] * decay,
            "adv_norm_diff": float(np.mean(malicious_norms)) if attackers else 0.0,
            "honest_norm_mean": float(np.mean(honest_norms)) if honest_norms else 0.0,
            "num_clients": len(people),
            "num_attackers": len(attackers),
            "num_accepted": len(people) - len(refused),
            "attacker_accepted": accepted if attackers else None,
            "num_clipped": clipped,
            "noise_norm": noise_norm,
            "defense_iterations": iterations,
            "client_ids": " ".join(str(client) for client, _ in people),
            "refused_ids": " ".join(str(client) for client in refused),
        }
        history.append((record | accuracies(), w))
    return history
