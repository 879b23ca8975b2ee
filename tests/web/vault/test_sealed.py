"""Sealed bytes come back whole, and only with the same key in the same place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubor.web.vault import VaultError, new_key, seal, unseal, unwrap_key, wrap_key
from rubor.web.vault.sealed import KEY_BYTES, OVERHEAD_BYTES

KEY, OTHER_KEY = new_key(), new_key()


@given(plain=st.binary(max_size=300), context=st.binary(max_size=40))
def test_what_was_sealed_comes_back(plain: bytes, context: bytes) -> None:
    sealed = seal(KEY, plain, context)
    assert unseal(KEY, sealed, context) == plain
    assert len(sealed) == len(plain) + OVERHEAD_BYTES


@given(plain=st.binary(min_size=8, max_size=300))
def test_sealed_bytes_show_nothing_and_never_repeat(plain: bytes) -> None:
    sealed = seal(KEY, plain, b"")
    assert plain not in sealed
    assert seal(KEY, plain, b"") != sealed


@given(plain=st.binary(max_size=60), data=st.data())
def test_any_changed_bit_is_noticed(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal(KEY, plain, b"here"))
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(VaultError, match="changed or damaged"):
        unseal(KEY, bytes(sealed), b"here")


@given(plain=st.binary(max_size=60), data=st.data())
def test_any_cut_is_noticed(plain: bytes, data: st.DataObject) -> None:
    sealed = seal(KEY, plain, b"here")
    length = data.draw(st.integers(0, len(sealed) - 1))
    for cut in (sealed[:length], sealed + b"\0"):
        with pytest.raises(VaultError):
            unseal(KEY, cut, b"here")


@pytest.mark.parametrize(
    ("key", "context"),
    [(OTHER_KEY, b"here"), (KEY, b"there"), (KEY, b""), (KEY, b"here/")],
    ids=["another key", "another place", "no place", "a longer place"],
)
def test_another_key_or_place_opens_nothing(key: bytes, context: bytes) -> None:
    with pytest.raises(VaultError):
        unseal(key, seal(KEY, b"blush", b"here"), context)


def test_a_wrapped_key_comes_back_only_for_what_it_is_for() -> None:
    key = new_key()
    wrapped = wrap_key(KEY, key, b"recording 7")
    assert key not in wrapped
    assert unwrap_key(KEY, wrapped, b"recording 7") == key
    for master, context in ((KEY, b"recording 8"), (OTHER_KEY, b"recording 7")):
        with pytest.raises(VaultError):
            unwrap_key(master, wrapped, context)


def test_data_is_never_taken_for_a_key() -> None:
    with pytest.raises(VaultError):
        unwrap_key(KEY, seal(KEY, new_key(), b"recording 7"), b"recording 7")


@pytest.mark.parametrize("length", [0, 16, 24, 31, 33])
def test_a_key_of_another_length_is_not_used(length: int) -> None:
    short = bytes(length)
    with pytest.raises(ValueError, match="32 bytes"):
        seal(short, b"blush", b"")
    with pytest.raises(ValueError, match="32 bytes"):
        wrap_key(KEY, short, b"")


def test_new_keys_differ() -> None:
    assert len({new_key() for _ in range(100)}) == 100
    assert len(new_key()) == KEY_BYTES
