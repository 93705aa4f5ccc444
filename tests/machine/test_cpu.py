"""What a processor says of itself, as Linux shows it."""

import pytest

from edgecase.machine.cpu import has_bf16


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("flags\t\t: fpu avx2 avx512f avx512_bf16 avx512_vnni", True),
        ("flags\t\t: fpu avx2 amx_bf16 amx_tile", True),
        ("Features\t: fp asimd svebf16 i8mm bf16", True),
        ("flags\t\t: fpu avx2 avx512f avx512bw", False),
        ("bugs\t\t: bf16", False),
    ],
)
def test_flags(line, found, tmp_path):
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\nmodel name\t: A CPU\n{line}\n\n")
    assert has_bf16(tmp_path / "cpuinfo") is found


def test_a_system_that_does_not_say(tmp_path):
    assert not has_bf16(tmp_path / "cpuinfo")
