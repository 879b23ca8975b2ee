"""Bytes sealed under a key: unreadable without it, and any change to them is noticed.

AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits for every seal. A key may seal some
four thousand million times before nonces could repeat (section 8.3); a recording has a key of its
own and needs a few thousand.
"""

from __future__ import annotations

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rubor.web.vault.errors import VaultError

__all__ = ["KEY_BYTES", "OVERHEAD_BYTES", "new_key", "seal", "unseal", "unwrap_key", "wrap_key"]

KEY_BYTES: Final = 32

_VERSION: Final = b"\x01"
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16

OVERHEAD_BYTES: Final = len(_VERSION) + _NONCE_BYTES + _TAG_BYTES
"""How much longer sealed bytes are than plain ones: version, nonce and tag."""

# What is sealed under the master key can never be taken for data, nor data for a key.
_DATA, _KEY = b"data\x00", b"key\x00"


def new_key() -> bytes:
    """A random key of 256 bits, from the operating system."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, plain: bytes, context: bytes) -> bytes:
    """Encrypt bytes, bound to the place they are for.

    Args:
        key: 32 bytes.
        plain: at most 2 GiB.
        context: where the bytes belong; they can be unsealed only with the same. It is not stored.

    Returns:
        The sealed bytes, `OVERHEAD_BYTES` longer than the plain ones.

    >>> key = new_key()
    >>> unseal(key, seal(key, b"blush", b"recording 7"), b"recording 7")
    b'blush'
    """
    return _seal(key, plain, _DATA + context)


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Decrypt what `seal` gave.

    Raises:
        VaultError: the bytes were changed, or sealed under another key or for another context.

    >>> key = new_key()
    >>> unseal(key, seal(key, b"blush", b"recording 7"), b"recording 8")
    Traceback (most recent call last):
    rubor.web.vault.errors.VaultError: Stored data cannot be unsealed: ...
    """
    return _unseal(key, sealed, _DATA + context)


def wrap_key(master: bytes, key: bytes, context: bytes) -> bytes:
    """Seal a key under the master key, to be stored; `context` says what the key is for."""
    _check_key(key)
    return _seal(master, key, _KEY + context)


def unwrap_key(master: bytes, wrapped: bytes, context: bytes) -> bytes:
    """The key that `wrap_key` sealed.

    Raises:
        VaultError: it was changed, or wrapped under another master key or for another context.
    """
    return _unseal(master, wrapped, _KEY + context)


def _seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _VERSION + nonce + _cipher(key).encrypt(nonce, plain, bound_to)


def _unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    start = len(_VERSION) + _NONCE_BYTES
    if len(sealed) >= OVERHEAD_BYTES and sealed.startswith(_VERSION):
        try:
            view = memoryview(sealed)
            return _cipher(key).decrypt(view[len(_VERSION) : start], view[start:], bound_to)
        except InvalidTag:
            pass
    raise VaultError(
        "Stored data cannot be unsealed: it was changed or damaged, or belongs to another key.",
        "Bring the data folder back from a backup, together with its master key.",
    )


def _cipher(key: bytes) -> AESGCM:
    _check_key(key)
    return AESGCM(key)


def _check_key(key: bytes) -> None:
    # The library would take a shorter key too, for a weaker cipher.
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
