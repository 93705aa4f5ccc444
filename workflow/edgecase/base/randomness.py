"""Derive random streams on the host from (seed, purpose, round, client).

Nothing here keeps state and nothing touches a global generator, so a draw does not depend on which
other clients, cells or seeds ran before it, nor on whether a run was interrupted. The draws on a
device, over tensors, are in `tensor_randomness`.
"""

import hashlib

import numpy as np


def derive_key(seed: int, purpose: str, round: int = 0, client: int = 0) -> int:
    """A 64-bit signed key for one stream of draws; different arguments give unrelated keys."""
    text = f"{seed}|{purpose}|{round}|{client}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little", signed=True)


def numpy_generator(
    seed: int, purpose: str, round: int = 0, client: int = 0
) -> np.random.Generator:
    """A numpy generator for draws on the host (partition, poisoned sample, client sampling)."""
    return np.random.default_rng(derive_key(seed, purpose, round, client) % 2**64)
