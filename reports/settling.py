"""The same content, the same bytes: Office files are zips, and zips carry the time at which they were packed."""

from __future__ import annotations

import io
import zipfile

_PACKED = (1980, 1, 1, 0, 0, 0)


def settled(content: bytes) -> bytes:
    """Return an Office file packed anew with fixed times; entries keep their order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            fixed = zipfile.ZipInfo(entry.filename, _PACKED)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            fixed.external_attr = 0o600 << 16
            new.writestr(fixed, old.read(entry.filename))
    return buffer.getvalue()
