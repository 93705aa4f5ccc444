"""Tell what the processor can do, without loading torch."""

import re
from pathlib import Path

#: instructions for products of bfloat16: of AVX-512 and AMX on x86, and of ARM.
_BF16 = {"avx512_bf16", "amx_bf16", "bf16"}


def has_bf16(described: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether the processor is known to multiply bfloat16 itself; others compute it by fp32."""
    try:
        text = described.read_text()
    except OSError:
        return False
    lines = re.findall(r"^(?:flags|Features)\s*:(.*)$", text, re.MULTILINE)
    return any(_BF16 & set(line.split()) for line in lines)
