"""Time a client's step of task 4, and the memory of its round: `python -m benchmarks.text`.

The sizes are the paper's: 200 tweets of a client in batches of 20, embedding and LSTM of 200, a
table of 130,000 words. Six forms of a client's local training are timed turn by turn on two threads
and given in milliseconds per step. Then a round of ten clients, training and aggregation, is
measured in a process of its own for each defense.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from benchmarks.target import Measured, add_option, write
from edgecase import defenses, models
from edgecase.attacks import LocalTraining
from edgecase.attacks.hooks import GradientClipping
from edgecase.defenses.noise import add_noise
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import LocalJob, Samples, Stream
from edgecase.federation.rows import rows_at, words_in
from edgecase.federation.sentences import train_on_own_words
from edgecase.federation.stores import TokenStore
from edgecase.federation.trainer import Sequential
from edgecase.models.heads import BinaryCrossEntropy

WORDS, TWEETS, BATCH, LENGTH = 130_000, 200, 20, 100
CLIENTS = 10
OURS = "ours: masked, own words"
RELEASED = "released: left padding to 100, dense table"
DENSE = "plain loop: masked, dense table"
BF16 = "plain loop: masked, own words, bf16"
#: form → how many times as fast as it ours is to be.
TARGETS = {RELEASED: 6.0, DENSE: 3.0}
LR, MOMENTUM, CLIP = 0.05, 0.9, 5.0
HOW = LocalTraining(1, BATCH, LR, MOMENTUM, 0.0, hooks=(GradientClipping(CLIP),))
DEFENSES = {"norm-clipping": {"norm_bound": 1.5}, "weak-dp": {"norm_bound": 1.5, "stddev": 2e-4}}
MEASURED = ("no-defense", "norm-clipping", "krum", "multi-krum", "rfa", "median", "weak-dp")


def tweets(clients: int, words: int = WORDS, seed: int = 0) -> TokenStore:
    """Sentences like real ones: 8.7 words on average, 25 at most, and frequent words first.

    The longest of 20 has about 19 words, as real ones have, and a fifth of them 12 or more.
    """
    generator = torch.Generator().manual_seed(seed)
    count = clients * TWEETS
    # Poisson numbers whose means are sums of four exponential ones: variance 7.7 + 7.7² / 4.
    means = -7.7 / 4 * torch.rand(count, 4, generator=generator).log().sum(1)
    lengths = torch.poisson(means, generator=generator).long().clamp(max=24) + 1
    # Frequencies fall as 1 / (rank + 25)^1.3: a client's 200 tweets hold about 930 different words
    # and those of ten clients 4,900, where real ones hold 938 and 4,832.
    shift, power = 25, -0.3
    first, last = (1 + shift) ** power, (words + 1 + shift) ** power
    shares = torch.rand(count, LENGTH, generator=generator).double()
    tokens = (first + shares * (last - first)).pow(1 / power).sub(shift).long().clamp(1, words)
    tokens[torch.arange(LENGTH) >= lengths[:, None]] = 0
    labels = torch.randint(0, 2, (count,), generator=generator)
    return TokenStore(tokens.int(), labels)


class Plain(nn.Module):
    """The released network with torch's own layers; padding on the left, masked, or packed."""

    def __init__(self, words: int, size: int, padding: str, dropout: float = 0.5) -> None:
        super().__init__()
        self.padding = padding
        self.embedding = nn.Embedding(words + 1, size, padding_idx=0)
        self.lstm = nn.LSTM(size, size, num_layers=2, dropout=dropout, batch_first=True)
        self.dropout, self.logit = nn.Dropout(dropout), nn.Linear(size, 1)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        lengths = (tokens != 0).sum(1)
        if self.padding == "left":
            order = (tokens != 0).int().argsort(dim=1, stable=True)
            outputs, _ = self.lstm(self.embedding(tokens.gather(1, order)))
            last = outputs[:, -1]
        elif self.padding == "packed":
            cut = self.embedding(tokens[:, : int(lengths.max())])
            packed = pack_padded_sequence(cut, lengths, batch_first=True, enforce_sorted=False)
            last = self.lstm(packed)[1][0][-1]
        else:
            outputs, _ = self.lstm(self.embedding(tokens[:, : int(lengths.max())]))
            last = outputs[torch.arange(len(tokens)), lengths - 1]
        return self.logit(self.dropout(last)).squeeze(1)


def plain_training(
    store: TokenStore,
    module: nn.Module,
    order: torch.Tensor | None = None,
    autocast: torch.dtype | None = None,
) -> None:
    """One epoch over all samples, by default in their order, as anybody writes it."""
    optimizer = torch.optim.SGD(module.parameters(), lr=LR, momentum=MOMENTUM)
    for rows in (torch.arange(len(store.labels)) if order is None else order).split(BATCH):
        optimizer.zero_grad()
        with torch.autocast("cpu", autocast, enabled=autocast is not None):
            logits = module(store.tokens[rows].long())
        labels = store.labels[rows].to(module.logit.weight.dtype)
        loss = nn.functional.binary_cross_entropy_with_logits(logits.to(labels.dtype), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(module.parameters(), CLIP)
        optimizer.step()


def own_job(model: FlatModel, store: TokenStore) -> LocalJob:
    """One epoch over all samples of `store`, from the parameters that the model has."""
    start = model.parameters.clone()
    view = rows_at(model, words_in([store.tokens]), start)
    samples = Samples(torch.arange(len(store.labels)), None)
    return LocalJob(view.narrow(start), samples, HOW, Stream(0, 1, 0), view=view)


def forms(words: int, width: float) -> dict[str, Callable[[], object]]:
    """What is timed, by name."""
    store, size = tweets(1, words), round(200 * width)
    module = models.build("lstm", width=width, words=words, padding="masked")
    model = FlatModel(module, head=BinaryCrossEntropy())
    job = own_job(model, store)
    left, masked = (Plain(words, size, padding) for padding in ("left", "masked"))
    known = words_in([store.tokens])
    renumbered = TokenStore(torch.searchsorted(known, store.tokens.long()).int(), store.labels)
    few = {padding: Plain(len(known), size, padding) for padding in ("masked", "packed")}
    tried = {
        RELEASED: lambda: plain_training(store, left),
        DENSE: lambda: plain_training(store, masked),
        OURS: lambda: train_on_own_words(model, store, job),
        "plain loop: masked, own words": lambda: plain_training(renumbered, few["masked"]),
        "plain loop: packed, own words": lambda: plain_training(renumbered, few["packed"]),
    }
    if has_bf16_lstm():
        tried[BF16] = lambda: plain_training(renumbered, few["masked"], autocast=torch.bfloat16)
    return tried


def has_bf16_lstm() -> bool:
    """Whether torch has an LSTM in bf16 for this processor."""
    try:
        with torch.autocast("cpu", torch.bfloat16):
            nn.LSTM(2, 2)(torch.zeros(1, 1, 2))
    except RuntimeError:
        return False
    return True


def timed(words: int, width: float, repeats: int) -> dict[str, list[float]]:
    """Milliseconds per step of each form, in every repeat."""
    steps = TWEETS // BATCH
    found: dict[str, list[float]] = {}
    tried = forms(words, width)
    for repeat in range(repeats + 1):
        for name, run in tried.items():
            began = time.perf_counter()
            run()
            if repeat:  # the first one warms up
                found.setdefault(name, []).append(1000 * (time.perf_counter() - began) / steps)
    return found


def memory_of_round(name: str, words: int, width: float) -> dict[str, float]:
    """Megabytes that a round takes at its peak beyond what is there before it.

    `updates` until the aggregate is there, `model` with the next global model; `dense` is what ten
    updates of every coordinate would take alone. Called in a process of its own.
    """
    store = tweets(CLIENTS, words)
    module = models.build("lstm", width=width, words=words, padding="masked")
    model = FlatModel(module, head=BinaryCrossEntropy())
    start = model.parameters.clone()
    rule = defenses.rule(name, DEFENSES.get(name, {}))
    # What the first training loads is not the round's.
    held = [Samples(torch.arange(k * TWEETS, (k + 1) * TWEETS), None) for k in range(CLIENTS)]
    train_on_own_words(model, store, LocalJob(start, held[0], HOW, Stream(0, 0, 0)))
    with Peak() as peak:
        view = rows_at(model, words_in([store.tokens]), start) if rule.sparse else None
        sent = start if view is None else view.narrow(start)
        jobs = [LocalJob(sent, own, HOW, Stream(0, 1, k), view=view) for k, own in enumerate(held)]
        updates = Sequential(model).train(store, jobs).parameters.sub_(sent)
        generator = torch.Generator().manual_seed(0)
        part, stddev = rule.split_noise()
        aggregate = defenses.run(
            part, updates, [TWEETS] * CLIENTS, global_model=sent, generator=generator
        )
        at_aggregate = peak.megabytes()
        after = sent + aggregate.update
        del updates, aggregate
        after = after if view is None else view.widen(after)
        if stddev:
            add_noise(after, stddev, generator)
        at_model = peak.megabytes()
    return {
        "updates": at_aggregate,
        "model": at_model,
        "dense": 4 * CLIENTS * start.numel() / 1e6,
        "one_model": 4 * start.numel() / 1e6,
    }


def memory_in_own_process(name: str, words: int, width: float) -> dict[str, float]:
    """`memory_of_round` where no earlier measurement has left memory behind."""
    command = [sys.executable, "-m", "benchmarks.text", "--memory-of", name]
    command += ["--words", str(words), "--width", str(width)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


class Peak:
    """The most resident memory above that at the start, sampled every millisecond."""

    def __enter__(self) -> "Peak":
        self._first = self._most = _resident()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def megabytes(self) -> float:
        """The most until now."""
        return (max(self._most, _resident()) - self._first) / 1e6

    def _watch(self) -> None:
        while not self._done.wait(0.001):
            self._most = max(self._most, _resident())


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=WORDS)
    parser.add_argument("--width", type=float, default=1.0)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    add_option(parser)
    parser.add_argument("--memory-of", choices=MEASURED, help="measure one defense, in JSON")
    arguments = parser.parse_args(argv)
    torch.set_num_threads(arguments.threads)
    if arguments.memory_of:
        print(json.dumps(memory_of_round(arguments.memory_of, arguments.words, arguments.width)))
        return
    print(f"| form | ms per step, {arguments.threads} threads | times ours |\n|---|---|---|")
    milliseconds = timed(arguments.words, arguments.width, arguments.repeats)
    ours, measured = milliseconds[OURS], []
    for name, values in milliseconds.items():
        ratios = [value / own for value, own in zip(values, ours, strict=True)]
        spread = f"{min(ratios):.1f} to {max(ratios):.1f}"
        median = statistics.median(values)
        print(f"| {name} | {median:.1f} | {statistics.median(ratios):.1f} ({spread}) |")
        if name in TARGETS:
            measured.append(Measured("a client's step on words", name, ratios, TARGETS[name]))
    write(arguments.measured, measured)
    if BF16 not in milliseconds:
        print(f"| {BF16} | torch has none for this processor | |")
    print("\n| defense | until the aggregate, MB | share of ten dense updates | next model, MB |")
    print("|---|---|---|---|")
    for name in MEASURED:
        found = memory_in_own_process(name, arguments.words, arguments.width)
        share = found["updates"] / found["dense"]
        print(f"| {name} | {found['updates']:.0f} | {share:.3f} | {found['model']:.0f} |")
    print(f"\nTen dense updates: {found['dense']:.0f} MB; one model: {found['one_model']:.0f} MB.")


if __name__ == "__main__":
    main()
