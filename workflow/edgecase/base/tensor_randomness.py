"""Draw random tensors as a function of a key and a counter, on any device."""

import math

import torch

from edgecase.base.randomness import derive_key

# SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014),
# written as the signed 64-bit integers that torch computes with.
_GAMMA = 0x9E3779B97F4A7C15 - 2**64
_MIX_1 = 0xBF58476D1CE4E5B9 - 2**64
_MIX_2 = 0x94D049BB133111EB - 2**64


def torch_generator(
    seed: int, purpose: str, round: int = 0, client: int = 0, device: str | torch.device = "cpu"
) -> torch.Generator:
    """A torch generator on `device`, for draws whose size is the model (weak-DP noise, weights)."""
    generator = torch.Generator(device=device)
    generator.manual_seed(derive_key(seed, purpose, round, client) % 2**63)
    return generator


def random_bits(key: int | torch.Tensor, counter: torch.Tensor) -> torch.Tensor:
    """Output number `counter` (int64, any shape) of the SplitMix64 stream that starts at `key`.

    Counter-based: an element depends on its key and its counter alone, so the numbers are the same
    on every device and for every batch they are drawn in. `key` broadcasts against `counter`.
    Returns int64 with all 64 bits random.
    """
    z = _multiplied(key + (counter + 1) * _GAMMA)
    return z ^ _shift_right(z, 31)


def random_uniform(key: int | torch.Tensor, counter: torch.Tensor) -> torch.Tensor:
    """Float32 in [0, 1): the upper 24 of the 64 bits of `random_bits`, so that 1 never appears."""
    return _shift_right(random_bits(key, counter), 40).to(torch.float32) * 2.0**-24


def random_at_least(
    threshold: float, key: int | torch.Tensor, first: torch.Tensor, count: int
) -> torch.Tensor:
    """Bool [..., count]: whether `random_uniform` is at least `threshold`, a number in [0, 1), at
    the `count` counters from each of `first` (int64 [..., 1]) on.

    `key` broadcasts against `first`. The same numbers in half the passes over memory: a dropout
    mask of every unit is a share of a training step that tells.
    """
    steps = torch.arange(count, device=first.device) * _GAMMA
    z = _multiplied(key + (first + 1) * _GAMMA + steps)
    # The last of SplitMix64's steps leaves the upper 24 bits as they are. They are compared where
    # they stand, as part of a signed number: without its sign bit flipped, the upper half is below.
    return (z ^ -(2**63)) >= math.ceil(threshold * 2**24) * 2**40 - 2**63


def random_integers(key: int | torch.Tensor, counter: torch.Tensor, high: int) -> torch.Tensor:
    """Int64 in [0, high) by remainder; the bias is below high / 2^63."""
    return _shift_right(random_bits(key, counter), 1) % high


def random_permutation(key: int | torch.Tensor, counter: torch.Tensor) -> torch.Tensor:
    """A permutation of 0 … n-1 along the last axis of `counter` ([…, n]): the order of its bits."""
    return torch.argsort(random_bits(key, counter), dim=-1, stable=True)


def _multiplied(z: torch.Tensor) -> torch.Tensor:
    """SplitMix64's two steps that multiply, in place."""
    for bits, factor in ((30, _MIX_1), (27, _MIX_2)):
        z ^= _shift_right(z, bits)
        z *= factor
    return z


def _shift_right(value: torch.Tensor, bits: int) -> torch.Tensor:
    """Logical shift: torch's `>>` on int64 copies the sign bit, which is masked away here."""
    return (value >> bits) & ((1 << (64 - bits)) - 1)
