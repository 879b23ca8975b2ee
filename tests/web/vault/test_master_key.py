"""The master key: made once, kept where only its owner reads it, and never made anew over sealed data."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from threading import Barrier
from typing import Any

import keyring
import pytest
from jsonschema import Draft202012Validator
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import KeyringLocked

from rubor.web.vault import SealedFiles, VaultError, master_key
from rubor.web.vault.sealed import KEY_BYTES

not_on_windows = pytest.mark.skipif(os.name == "nt", reason="these bits say nothing on Windows")


class KeyringInMemory(KeyringBackend):
    """A keyring like that of a desktop, without the desktop."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked("the collection is locked")
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise KeyringLocked("the collection is locked")
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


class PlainTextKeyring(KeyringInMemory):
    """Such as keep their keys in an open file; `keyring` does not recommend them."""

    priority = 0.5  # type: ignore[assignment]


@pytest.fixture(autouse=True)
def no_named_key_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RUBOR_KEY_FILE", raising=False)


@pytest.fixture
def in_use() -> Iterator[Any]:
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


@pytest.fixture
def desktop(in_use: Any) -> KeyringInMemory:
    backend = KeyringInMemory()
    in_use(backend)
    return backend


@pytest.fixture
def server(in_use: Any) -> None:
    in_use(NoKeyring())  # type: ignore[no-untyped-call]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def seal_something(folder: Path, key: bytes) -> None:
    SealedFiles(folder / "results" / "7", key, "recording 7").write("summary.json", b"{}")


class TestInTheKeyring:
    def test_the_key_is_made_once_and_is_not_in_the_folder(
        self, folder: Path, desktop: KeyringInMemory
    ) -> None:
        key = master_key(folder)
        assert len(key) == KEY_BYTES
        assert master_key(folder) == key
        (entry,) = desktop.entries
        assert entry == ("rubor", json.loads((folder / "vault.json").read_text())["id"])
        assert [path.name for path in folder.iterdir()] == ["vault.json"]
        assert key.hex() not in (folder / "vault.json").read_text()

    def test_two_folders_have_two_keys(self, tmp_path: Path, desktop: KeyringInMemory) -> None:
        assert master_key(tmp_path / "a") != master_key(tmp_path / "b")
        assert len(desktop.entries) == 2

    def test_a_key_that_is_gone_is_not_made_anew(
        self, folder: Path, desktop: KeyringInMemory
    ) -> None:
        seal_something(folder, master_key(folder))
        desktop.entries.clear()
        with pytest.raises(VaultError, match="is missing"):
            master_key(folder)
        assert not desktop.entries and not (folder / "master.key").exists()

    def test_a_folder_taken_to_a_machine_without_keyring_is_refused(
        self, folder: Path, desktop: KeyringInMemory, in_use: Any
    ) -> None:
        seal_something(folder, master_key(folder))
        in_use(NoKeyring())  # type: ignore[no-untyped-call]
        with pytest.raises(VaultError, match="cannot be opened") as caught:
            master_key(folder)
        assert caught.value.cure
        assert not (folder / "master.key").exists()

    def test_another_key_is_noticed(self, folder: Path, desktop: KeyringInMemory) -> None:
        master_key(folder)
        desktop.entries = dict.fromkeys(desktop.entries, "00" * 32)
        with pytest.raises(VaultError, match="is not the one"):
            master_key(folder)

    @pytest.mark.parametrize("text", ["", "00" * 31, "no key"])
    def test_an_entry_that_is_no_key_is_noticed(
        self, folder: Path, desktop: KeyringInMemory, text: str
    ) -> None:
        master_key(folder)
        desktop.entries = dict.fromkeys(desktop.entries, text)
        with pytest.raises(VaultError, match="does not hold a key"):
            master_key(folder)

    def test_a_locked_keyring_is_said_to_be_locked(
        self, folder: Path, desktop: KeyringInMemory
    ) -> None:
        key = master_key(folder)
        desktop.locked = True
        with pytest.raises(VaultError, match="the collection is locked"):
            master_key(folder)
        desktop.locked = False
        assert master_key(folder) == key

    def test_two_that_start_at_once_get_one_key(
        self, folder: Path, desktop: KeyringInMemory
    ) -> None:
        assert len(keys_of_starts_at_once(folder)) == 1
        assert len(desktop.entries) == 1


class TestInAFile:
    def test_without_keyring_the_key_is_in_a_file_of_its_owner(
        self, folder: Path, server: None
    ) -> None:
        key = master_key(folder)
        assert (folder / "master.key").read_text() == f"{key.hex()}\n"
        assert master_key(folder) == key
        if os.name != "nt":
            assert (folder / "master.key").stat().st_mode & 0o777 == 0o600
            assert folder.stat().st_mode & 0o777 == 0o700

    @pytest.mark.parametrize("make", [PlainTextKeyring, KeyringInMemory])
    def test_a_keyring_that_is_open_to_all_or_locked_is_not_used(
        self, folder: Path, in_use: Any, make: type[KeyringInMemory]
    ) -> None:
        backend = make()
        backend.locked = make is KeyringInMemory
        in_use(backend)
        master_key(folder)
        assert (folder / "master.key").exists()
        assert not backend.entries

    @not_on_windows
    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
    def test_a_file_that_others_can_read_is_refused_with_the_cure(
        self, folder: Path, server: None, mode: int
    ) -> None:
        key = master_key(folder)
        (folder / "master.key").chmod(mode)
        with pytest.raises(VaultError, match="other users") as caught:
            master_key(folder)
        assert f"chmod 600 {folder / 'master.key'}" in caught.value.cure
        (folder / "master.key").chmod(0o600)
        assert master_key(folder) == key

    def test_a_file_that_is_gone_is_not_made_anew(self, folder: Path, server: None) -> None:
        key = master_key(folder)
        seal_something(folder, key)
        text = (folder / "master.key").read_text()
        (folder / "master.key").unlink()
        with pytest.raises(VaultError, match=r"master\.key is missing"):
            master_key(folder)
        assert not (folder / "master.key").exists()
        (folder / "master.key").write_text(text)
        (folder / "master.key").chmod(0o600)
        assert master_key(folder) == key

    def test_another_key_is_noticed(self, tmp_path: Path, folder: Path, server: None) -> None:
        master_key(folder)
        master_key(tmp_path / "other")
        (tmp_path / "other" / "master.key").replace(folder / "master.key")
        with pytest.raises(VaultError, match="is not the one"):
            master_key(folder)

    def test_two_that_start_at_once_get_one_key(self, folder: Path, server: None) -> None:
        assert len(keys_of_starts_at_once(folder)) == 1

    def test_a_first_start_that_was_cut_off_goes_on(self, folder: Path, server: None) -> None:
        key = master_key(folder)
        (folder / "vault.json").unlink()  # written last
        assert master_key(folder) == key


class TestInANamedFile:
    def test_a_named_file_is_used_instead_of_the_keyring(
        self,
        tmp_path: Path,
        folder: Path,
        desktop: KeyringInMemory,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("RUBOR_KEY_FILE", str(tmp_path / "secret"))
        key = master_key(folder)
        assert (tmp_path / "secret").read_text() == f"{key.hex()}\n"
        assert not desktop.entries and not (folder / "master.key").exists()
        assert master_key(folder) == key

    def test_a_key_can_be_taken_out_of_the_keyring(
        self,
        tmp_path: Path,
        folder: Path,
        desktop: KeyringInMemory,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        key = master_key(folder)
        (text,) = desktop.entries.values()
        (tmp_path / "secret").write_text(text)
        (tmp_path / "secret").chmod(0o600)
        desktop.entries.clear()
        monkeypatch.setenv("RUBOR_KEY_FILE", str(tmp_path / "secret"))
        assert master_key(folder) == key

    def test_a_place_that_cannot_be_written_is_named(
        self, tmp_path: Path, folder: Path, server: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RUBOR_KEY_FILE", str(tmp_path / "no such folder" / "secret"))
        with pytest.raises(VaultError, match="cannot be written") as caught:
            master_key(folder)
        assert caught.value.cure
        assert not (folder / "vault.json").exists()


class TestTheFolder:
    def test_sealed_data_without_its_record_is_refused(self, folder: Path, server: None) -> None:
        seal_something(folder, master_key(folder))
        record = (folder / "vault.json").read_bytes()
        (folder / "vault.json").unlink()
        with pytest.raises(VaultError, match=r"vault\.json is missing"):
            master_key(folder)
        (folder / "vault.json").write_bytes(record)
        master_key(folder)

    @pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"schema": "rubor.vault/2"}'])
    def test_a_damaged_record_is_refused(self, folder: Path, server: None, text: str) -> None:
        master_key(folder)
        (folder / "vault.json").write_text(text)
        with pytest.raises(VaultError, match="damaged"):
            master_key(folder)
        assert (folder / "vault.json").read_text() == text

    def test_the_record_follows_its_schema(self, folder: Path, server: None) -> None:
        master_key(folder)
        path = files("rubor.web.vault") / "schemas" / "vault.schema.json"
        schema = json.loads(path.read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        record = json.loads((folder / "vault.json").read_text(encoding="utf-8"))
        Draft202012Validator(schema).validate(record)


def keys_of_starts_at_once(folder: Path) -> set[bytes]:
    start = Barrier(4)

    def begin(_: int) -> bytes:
        start.wait()
        return master_key(folder)

    with ThreadPoolExecutor(4) as pool:
        return set(pool.map(begin, range(4)))
