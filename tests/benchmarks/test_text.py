"""The forms that the benchmark of task 4 times compute one local model; its table has every row."""

import pytest
import torch

from benchmarks import text
from edgecase.base.tensor_randomness import random_permutation
from edgecase.federation.flat import FlatModel
from edgecase.federation.sentences import train_on_own_words
from edgecase.federation.stores import TokenStore
from edgecase.models.heads import BinaryCrossEntropy
from edgecase.models.layers.recurrent import RecurrentClassifier, initialise_recurrent

WORDS, SIZE, TWEETS = 50, 6, 50


def store(padding):
    """Sentences of 1 to 8 of 29 words; the other 21 are in none."""
    generator = torch.Generator().manual_seed(3)
    tokens = torch.randint(1, 30, (TWEETS, 8), generator=generator).int()
    lengths = torch.randint(1, 9, (TWEETS, 1), generator=generator)
    place = torch.arange(8)
    tokens[place < 8 - lengths if padding == "left" else place >= lengths] = 0
    return TokenStore(tokens, torch.randint(0, 2, (TWEETS,), generator=generator))


@pytest.mark.parametrize("padding", ["left", "masked", "packed"])
def test_every_form_computes_the_same_local_model(padding):
    """Three steps in float64, the last on ten tweets, without dropout, over the same batches."""
    module = RecurrentClassifier(WORDS + 1, SIZE, 8, dropout=0.0, masked=padding != "left")
    initialise_recurrent(module, torch.Generator().manual_seed(1))
    model = FlatModel(module, dtype=torch.float64, head=BinaryCrossEntropy())
    plain = text.Plain(WORDS, SIZE, padding, dropout=0.0).double()
    plain.load_state_dict({theirs: model.state()[own].clone() for own, theirs in names(model)})
    data = store(padding)
    job = text.own_job(model, data)
    order = random_permutation(job.stream.key("order"), torch.arange(TWEETS))
    text.plain_training(data, plain, order)

    ours = job.view.widen(train_on_own_words(model, data, job))

    assert not torch.equal(ours, model.parameters)
    model.load(ours)
    for own, theirs in names(model):
        expected = plain.state_dict()[theirs]
        torch.testing.assert_close(model.state()[own], expected, rtol=1e-10, atol=1e-13)


def names(model):
    """The project's name of every parameter, and that of torch's two-layer LSTM."""
    for own in model.names:
        layer, _, rest = own.partition(".")
        if layer in ("lower", "upper"):
            yield own, f"lstm.{rest[:-1]}{int(layer == 'upper')}"
        else:
            yield own, own


def test_the_sentences_are_as_long_as_real_ones():
    """TEXT §1.2 and §5: 8.7 words on average; a batch's longest sentence has 19."""
    lengths = (text.tweets(100).tokens != 0).sum(1)
    assert lengths.double().mean().item() == pytest.approx(8.7, abs=0.2)
    longest = lengths.view(-1, text.BATCH).amax(1)
    assert longest.double().mean().item() == pytest.approx(19, abs=1)


def test_the_table_has_every_row(capsys, monkeypatch):
    measured = {"updates": 1.0, "model": 2.0, "dense": 8.0, "one_model": 0.8}
    monkeypatch.setattr(text, "memory_in_own_process", lambda *_: measured)
    text.main(["--words", "300", "--width", "0.02", "--repeats", "1", "--threads", "1"])
    printed = capsys.readouterr().out
    for name in (*text.forms(300, 0.02), text.BF16, *text.MEASURED):
        assert f"| {name} |" in printed


def test_a_round_takes_memory():
    measured = text.memory_of_round("krum", 300, 0.02)
    assert measured["dense"] == pytest.approx(10 * measured["one_model"])
    assert 0 <= measured["updates"] <= measured["model"]
