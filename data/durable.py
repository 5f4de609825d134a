"""File operations that survive a power cut: copy, write and rename with fsync of file and folder."""

from __future__ import annotations

import errno
import os
from pathlib import Path

_COPY_CHUNK = 1 << 30
# Errors with which a file system says that it cannot copy in the kernel.
_NO_KERNEL_COPY = {errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}


def sync_file(path: Path) -> None:
    """Force a file's content to the disk."""
    with path.open("rb") as handle:
        os.fsync(handle.fileno())


def sync_folder(path: Path) -> None:
    """Force a folder's entries (creations, renames) to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def copy_file(source: Path, target: Path) -> None:
    """Copy a file in the kernel; on file systems with reflinks (Btrfs, XFS) no data is moved."""
    size = source.stat().st_size
    with source.open("rb") as reader, target.open("wb") as writer:
        copied = 0
        while copied < size:
            count = _copy_some(reader.fileno(), writer.fileno(), min(size - copied, _COPY_CHUNK))
            if count == 0:
                raise OSError(f"{source} became shorter while it was copied")
            copied += count


def _copy_some(reader: int, writer: int, count: int) -> int:
    try:
        return os.copy_file_range(reader, writer, count)
    except OSError as error:
        if error.errno not in _NO_KERNEL_COPY:
            raise
        return os.write(writer, os.read(reader, min(count, 1 << 20)))


def replace_text(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old text or the new one, never a part."""
    temporary = path.with_name(f"{path.name}.tmp{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(path)
    sync_folder(path.parent)
