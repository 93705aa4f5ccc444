"""Pack what a page holds so that equal content gives equal bytes."""

import base64
import gzip


def packed(content: bytes) -> bytes:
    """By gzip, without a time stamp."""
    return gzip.compress(content, mtime=0)


def packed_text(text: str) -> str:
    """By gzip in base64: the page unpacks it, and no character of it can end a script."""
    return base64.b64encode(packed(text.encode())).decode()
