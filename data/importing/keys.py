"""The keyed hash that replaces identifiers, and the key it uses; the key never enters repository or snapshot."""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path

from data import durable
from data.importing.report import UsageError

KEY_VARIABLE = "STATION_WATCH_HASH_KEY"
_NO_DIGIT = re.compile(r"\D+")


def hash_key(root: Path, create: bool = True) -> bytes:
    """Return the key from the environment or the store; made on first need, readable by its owner only.

    create: False gives a passing key for a trial run on a store that has none.
    """
    named = os.environ.get(KEY_VARIABLE)
    if named:
        return named.encode()
    path = root / "hash.key"
    try:
        key = path.read_bytes().strip()
    except FileNotFoundError:
        return _new_key(path) if create else secrets.token_hex(32).encode()
    if len(key) < 16:
        raise UsageError(f"散列密钥 {path} 过短或已损坏。请恢复备份；换用新密钥会使旧编号无法对上。")
    return key


def _new_key(path: Path) -> bytes:
    """Write a new key so that two importers starting at once agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"hash.key.new{os.getpid()}")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as writer:
        writer.write(secrets.token_hex(32).encode() + b"\n")
        writer.flush()
        os.fsync(writer.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    durable.sync_folder(path.parent)
    return path.read_bytes().strip()


def id_hasher(key: bytes, source: str, table: str, missing: frozenset[str]) -> Callable[[str], str]:
    """Return the function from an identifier's text to the hexadecimal digits of its UUID."""
    prefix = f"{source}|{table}|".encode()

    def hashed(text: str) -> str:
        kept = text.strip()
        return "" if kept in missing else hmac.digest(key, prefix + kept.encode(), "sha256").hex()[:32]

    return hashed


def caller_hasher(key: bytes, missing: frozenset[str]) -> Callable[[str], str]:
    """Return the function from a phone number to its key; the same number written differently gives the same key."""

    def hashed(text: str) -> str:
        kept = text.strip()
        if kept in missing:
            return ""
        digits = _NO_DIGIT.sub("", kept)
        if len(digits) == 13 and digits.startswith("86"):
            digits = digits[2:]
        return hmac.digest(key, b"caller|" + (digits or kept.casefold()).encode(), "sha256").hex()[:32]

    return hashed
