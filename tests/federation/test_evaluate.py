"""Accuracies against a loop over single samples."""

import math

import pytest
import torch
from torch import nn

from edgecase.base.errors import SimulationError
from edgecase.federation import evaluate as evaluation
from edgecase.federation.evaluate import evaluate
from edgecase.federation.flat import FlatModel


@pytest.fixture
def model():
    module = nn.Sequential(nn.Flatten(), nn.Linear(12, 5))
    generator = torch.Generator().manual_seed(2)
    for parameter in module.parameters():
        nn.init.normal_(parameter, generator=generator)
    return FlatModel(module)


@pytest.fixture
def tests():
    generator = torch.Generator().manual_seed(7)
    images = torch.randn(53, 3, 2, 2, generator=generator)
    labels = torch.randint(0, 5, (53,), generator=generator)
    labels[labels == 3] = 2
    labels[40:] = 4
    return evaluation.TestSets(images, labels, num_clean=40)


def slow(model, tests):
    hits = {"main": [], "backdoor": [], **{c: [] for c in range(5)}}
    with torch.no_grad():
        for row, (image, label) in enumerate(zip(tests.inputs, tests.labels, strict=True)):
            hit = model.module(image[None]).argmax().item() == label.item()
            if row < tests.num_clean:
                hits["main"].append(hit)
                hits[label.item()].append(hit)
            else:
                hits["backdoor"].append(hit)
    return {key: 100 * sum(h) / len(h) if h else math.nan for key, h in hits.items()}


@pytest.mark.parametrize("batch_size", [1, 7, 13, 53, 1000])
def test_counts_of_a_plain_loop_in_every_batch_size(model, tests, batch_size):
    result = evaluate(model, model.parameters.clone(), tests, num_classes=5, batch_size=batch_size)
    expected = slow(model, tests)
    assert result.main == pytest.approx(expected["main"])
    assert result.backdoor == pytest.approx(expected["backdoor"])
    assert result.per_class == pytest.approx({c: expected[c] for c in range(5)}, nan_ok=True)
    assert 0 < result.main < 100


def test_a_class_without_samples_is_nan(model, tests):
    result = evaluate(model, model.parameters.clone(), tests, num_classes=5, batch_size=9)
    assert math.isnan(result.per_class[3])
    assert sum(math.isnan(value) for value in result.per_class.values()) == 1


def test_the_last_samples_count(model, tests):
    with torch.no_grad():
        wrong = (model.module(tests.inputs).argmax(1) + 1) % 5
    right = (wrong - 1) % 5
    labels = wrong.clone()
    labels[39], labels[52] = right[39], right[52]
    result = evaluate(
        model,
        model.parameters.clone(),
        evaluation.TestSets(tests.inputs, labels, 40),
        num_classes=5,
        batch_size=10,
    )
    assert result.main == pytest.approx(100 / 40)
    assert result.backdoor == pytest.approx(100 / 13)


def test_the_given_parameters_are_evaluated(model, tests):
    constant = torch.zeros_like(model.parameters)
    constant[-3] = 1.0  # the bias of class 2
    result = evaluate(model, constant, tests, num_classes=5, batch_size=10)
    assert result.per_class[2] == 100
    assert result.per_class[0] == 0
    assert result.backdoor == 0
    assert result.main == pytest.approx(100 * (tests.labels[:40] == 2).float().mean().item())


def test_evaluation_mode_is_used_and_no_gradient_is_left(tests):
    class Mode(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(12, 5)

        def forward(self, x):
            assert not self.training
            assert not torch.is_grad_enabled()
            return self.fc(x.flatten(1))

    model = FlatModel(Mode().train())
    evaluate(model, model.parameters.clone(), tests, num_classes=5, batch_size=10)
    assert not model.gradient.any()


def test_lower_precision_is_close_but_not_equal(model, tests):
    seen = []
    model.module.register_forward_hook(lambda module, inputs, output: seen.append(output.dtype))
    arguments = {"num_classes": 5, "batch_size": 53}
    full = evaluate(model, model.parameters.clone(), tests, **arguments)
    half = evaluate(model, model.parameters.clone(), tests, autocast=torch.bfloat16, **arguments)
    assert seen == [torch.float32, torch.bfloat16]
    assert abs(full.main - half.main) <= 5


def test_a_cpu_takes_small_batches_and_every_sample_once(model):
    sizes = []
    model.module.register_forward_hook(lambda module, inputs, output: sizes.append(len(output)))
    count = 2 * evaluation._CPU_BATCH + 3
    images = torch.randn(count, 1, 3, 4)
    tests = evaluation.TestSets(images, torch.zeros(count, dtype=torch.int64), count - 5)
    evaluate(model, model.parameters.clone(), tests, num_classes=5, batch_size=1000)
    assert sizes == [evaluation._CPU_BATCH, evaluation._CPU_BATCH, 3]


def counted(model, tests, num_classes=5):
    return evaluate(model, model.parameters.clone(), tests, num_classes=num_classes, batch_size=10)


def test_a_model_that_answers_for_fewer_samples_is_noticed(model, tests):
    model.module.register_forward_hook(lambda module, inputs, output: output[:1])
    with pytest.raises(SimulationError, match="answers 1 of 10 test samples"):
        counted(model, tests)


def test_a_clean_sample_of_no_class_is_noticed(model, tests):
    """It would count in the main accuracy and in none of the classes."""
    labels = tests.labels.clone()
    labels[:9], labels[9:40] = -1, 0
    with pytest.raises(SimulationError, match="counted over 31 clean and 13 backdoor"):
        counted(model, evaluation.TestSets(tests.inputs, labels, 40))


def test_labels_that_are_fewer_than_images_are_noticed(model, tests):
    with pytest.raises(SimulationError, match="answers 3 of 3 test samples with 2 labels"):
        counted(model, evaluation.TestSets(tests.inputs, tests.labels[:52], 40))
