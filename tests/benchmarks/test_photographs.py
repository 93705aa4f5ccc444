"""Every form of the benchmark makes the batches it is timed for, and the table names each."""

import pytest
import torch
from tests.datasets.photographs.made_up import photo, written

from benchmarks import photographs


@pytest.fixture
def folder(tmp_path):
    files = {f"{k}/{n}.jpg": photo(4 * k + n) for k in (0, 1) for n in range(3)}
    return written(tmp_path / "photographs", files)


def test_forms_make_whole_epochs_of_equal_batches(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(photographs, "BATCH", 4)
    for name, batches in photographs.forms(folder, tmp_path / "cache.npy").items():
        made = list(batches())
        assert [len(batch) for batch in made] == [4, 2] * photographs.EPOCHS[name]
        for batch in made:
            assert (batch.dtype, batch.shape[1:]) == (torch.float32, (3, 224, 224))
        # Random colours: on average a middle grey, less 0.45 and over 0.225.
        assert torch.cat(made).mean() == pytest.approx(0.22, abs=0.3)


def test_table_has_every_form(folder, capsys):
    photographs.main([str(folder), "--turns", "1"])
    printed = capsys.readouterr().out
    assert all(f"| {name} |" in printed for name in photographs.EPOCHS)
    assert f"| {photographs.PLAIN} |" in printed
    assert "1.00 (1.00 to 1.00)" in printed
