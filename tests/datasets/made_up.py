"""Sources and archives of a few bytes."""

import gzip
import hashlib
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

from edgecase.datasets.digests import Digests
from edgecase.datasets.raw import RawFiles
from edgecase.datasets.sources import Member, Source, SourceFile


def member(name: str, content: bytes) -> Member:
    return Member(name, digests(content), len(content), len(content))


def digests(content: bytes) -> Digests:
    return Digests(sha256=hashlib.sha256(content).hexdigest())


def raw_files(folder: Path, contents: dict[str, bytes]) -> RawFiles:
    """`contents` written to `folder`, each with its sha256 known."""
    folder.mkdir(exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return RawFiles(folder, {name: digests(content) for name, content in contents.items()})


def plain_file(name: str, content: bytes, *urls: str) -> SourceFile:
    return SourceFile(name, urls, (member(name, content),), len(content), digests(content))


def archive_file(name: str, content: bytes, members: dict[str, bytes], *urls: str) -> SourceFile:
    kept = tuple(member(*item) for item in members.items())
    return SourceFile(name, urls, kept, len(content), digests(content))


def source(*files: SourceFile) -> Source:
    return Source("demo", "Demo", "https://example.org", "none", "nobody", files)


def tar(members: dict[str, bytes], mode: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for path, content in members.items():
            info = tarfile.TarInfo(path)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in members.items():
            archive.writestr(path, content)
    return buffer.getvalue()


def rar(members: dict[str, bytes]) -> bytes:
    """A RAR 4 archive whose members are stored: each block is CRC, type, flags, size, fields."""

    def block(kind: int, flags: int, fields: bytes, data: bytes = b"") -> bytes:
        body = struct.pack("<BHH", kind, flags, 7 + len(fields)) + fields
        return struct.pack("<H", zlib.crc32(body) & 0xFFFF) + body + data

    blocks = [b"Rar!\x1a\x07\x00", block(0x73, 0, bytes(6))]
    for path, content in members.items():
        name = path.encode()
        # packed size, size, system (Unix), CRC, DOS time, version 2.0, method 0x30: stored, name
        fields = struct.pack(
            "<IIBIIBBHI",
            *(len(content), len(content), 3, zlib.crc32(content), 0x21 << 16, 20, 0x30),
            *(len(name), 0o100644),
        )
        blocks.append(block(0x74, 0x8000, fields + name, content))
    blocks.append(block(0x7B, 0x4000, b""))
    return b"".join(blocks)


CONTAINERS = {
    ".tar": lambda members: tar(members, "w:"),
    ".tar.gz": lambda members: tar(members, "w:gz"),
    ".tgz": lambda members: tar(members, "w:gz"),
    ".tar.bz2": lambda members: tar(members, "w:bz2"),
    ".tar.xz": lambda members: tar(members, "w:xz"),
    ".txz": lambda members: tar(members, "w:xz"),
    ".zip": zipped,
    ".rar": rar,
}
SINGLE = {".gz": gzip.compress, ".xz": lzma.compress}
