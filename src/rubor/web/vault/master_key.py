"""The one key that all others are wrapped under, kept apart from the data where that can be."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shlex
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal, get_args

import keyring
import keyring.core
import keyring.errors

from rubor.web.vault.atomic_files import flush_folder, remove_abandoned, write_new_file
from rubor.web.vault.errors import VaultError
from rubor.web.vault.sealed import KEY_BYTES, new_key

__all__ = [
    "KEY_FILE_VARIABLE",
    "VAULT_SCHEMA",
    "destroy_master_key",
    "key_made",
    "key_place",
    "master_key",
]

KEY_FILE_VARIABLE: Final = "RUBOR_KEY_FILE"
"""The environment variable that names a key file."""

VAULT_SCHEMA: Final = "rubor.vault/1"

_SERVICE: Final = "rubor"
_RECORD, _KEY_FILE = "vault.json", "master.key"
_READABLE_BY_OTHERS: Final = 0o077

_Place = Literal["keyring", "file"]


@dataclass(frozen=True)
class _Record:
    """What a data folder says of its key, as in `vault.json`; nothing in it is secret.

    Attributes:
        id: of the data folder; the key's name in the keyring.
        key_place: where the key was put.
        key_check: HMAC-SHA256 of the id under the key, in hexadecimal: tells whether a key is the one.
    """

    id: str
    key_place: _Place
    key_check: str


def master_key(folder: Path) -> bytes:
    """The master key of a data folder, 32 bytes; made when the folder is new.

    It is kept in the keyring of the system. Where there is none that is safe, it is kept in the file
    `master.key` in the folder, or in the file that the environment variable RUBOR_KEY_FILE names.
    Such a file holds the key as 64 hexadecimal digits and may be read by its owner only.

    Args:
        folder: the data folder; made when it is missing. Its file `vault.json` says which key it needs.

    Raises:
        VaultError: the folder holds sealed data whose key is not there, or is another; or others
            may read the key file.
        OSError: the folder cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    remove_abandoned(folder)
    record = _read_record(folder) or _begin(folder)
    named = os.environ.get(KEY_FILE_VARIABLE)
    if named or record.key_place == "file":
        path = _key_file(folder)
        key = _read_key_file(path)
        where = f"The key file {path}"
        cure = f"Bring it back from a backup, or name it in {KEY_FILE_VARIABLE}."
    else:
        key = _read_keyring(record.id)
        where = f"The key {record.id} in the keyring"
        cure = (
            "Start Rubor as the user and on the machine that the data is from, or name a file with"
            f" the key in {KEY_FILE_VARIABLE}."
        )
    if key is None:
        raise VaultError(f"{where} is missing, and {folder} cannot be read without it.", cure)
    if not hmac.compare_digest(_key_check(key, record.id), record.key_check):
        raise VaultError(f"{where} is not the one that {folder} was sealed with.", cure)
    return key


def key_made(folder: Path) -> int | None:
    """When a data folder was given its key, in ns; another key, another time. None: it has none yet."""
    try:
        return (folder / _RECORD).stat().st_mtime_ns
    except FileNotFoundError:
        return None


def key_place(folder: Path) -> Path | None:
    """The file that the master key lies in; None where it lies in the keyring of the system."""
    record = _read_record(folder)
    if os.environ.get(KEY_FILE_VARIABLE) or (record is not None and record.key_place == "file"):
        return _key_file(folder)
    return None


def destroy_master_key(folder: Path) -> bool:
    """Destroy the key of a data folder that holds nothing sealed any more; the next use makes a new one.

    Returns:
        Whether it is gone. A key file outside the folder stays: other folders may need it.

    Raises:
        VaultError: there is still something sealed, or the keyring cannot be opened.
    """
    if next(folder.rglob("*.sealed"), None) is not None:
        raise VaultError(
            f"{folder} still holds sealed data, so that its key is kept.", "Delete that data first."
        )
    record = _read_record(folder)
    if record is None:
        return True
    # In this order: a key without a record does no harm, a record without its key stops everything.
    (folder / _RECORD).unlink()
    flush_folder(folder)
    path = _key_file(folder)
    inside = folder.resolve() in path.resolve().parents
    if inside:
        path.unlink(missing_ok=True)
    if record.key_place == "keyring":
        try:
            keyring.delete_password(_SERVICE, record.id)
        except keyring.errors.PasswordDeleteError:
            pass  # it was not there
        except Exception as error:
            raise VaultError(
                f"The key {record.id} could not be removed from the keyring ({error}).",
                f"Remove the entry {record.id} of the service {_SERVICE} with the keyring's own program.",
            ) from error
        return True
    return inside


def _begin(folder: Path) -> _Record:
    """Give a new folder its key. Where two begin at once, both get the first one's."""
    if next(folder.rglob("*.sealed"), None) is not None:
        raise VaultError(
            f"{folder} holds sealed data, but its {_RECORD} is missing.",
            f"Bring {_RECORD} back from a backup. Rubor does not make a new key over such data.",
        )
    folder_id, key = uuid.uuid4().hex, new_key()
    place: _Place = "file"
    if not os.environ.get(KEY_FILE_VARIABLE) and _wrote_keyring(folder_id, key):
        place = "keyring"
    else:
        key = _new_key_file(_key_file(folder), key)
    record = _Record(folder_id, place, _key_check(key, folder_id))
    text = json.dumps({"schema": VAULT_SCHEMA, **asdict(record)}, indent=2)
    try:
        write_new_file(folder / _RECORD, f"{text}\n".encode())
    except FileExistsError:
        if place == "keyring":
            with suppress(Exception):  # an entry too many does no harm
                keyring.delete_password(_SERVICE, folder_id)
        first = _read_record(folder)
        assert first is not None
        return first
    return record


def _read_record(folder: Path) -> _Record | None:
    path = folder / _RECORD
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["schema"] == VAULT_SCHEMA and found["key_place"] in get_args(_Place):
            return _Record(str(found["id"]), found["key_place"], str(found["key_check"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        pass
    raise VaultError(
        f"{path} is damaged, or of another version of Rubor.",
        "Bring it back from a backup, or use the newest version of Rubor.",
    )


def _key_check(key: bytes, folder_id: str) -> str:
    return hmac.new(key, f"rubor key check {folder_id}".encode(), hashlib.sha256).hexdigest()


def _key_file(folder: Path) -> Path:
    named = os.environ.get(KEY_FILE_VARIABLE)
    return Path(named).expanduser() if named else folder / _KEY_FILE


def _new_key_file(path: Path, key: bytes) -> bytes:
    """Write the key file; the key that is in it afterwards, which may be an earlier one."""
    try:
        write_new_file(path, f"{key.hex()}\n".encode())
        return key
    except OSError as error:
        earlier = _read_key_file(path) if isinstance(error, FileExistsError) else None
        if earlier is None:
            raise VaultError(
                f"The key file {path} cannot be written ({error.strerror}).",
                f"Make its folder, or name another file in {KEY_FILE_VARIABLE}.",
            ) from error
        return earlier


def _read_key_file(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(1024)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise VaultError(
            f"The key file {path} cannot be opened ({error.strerror}).",
            "Check that it is a file of your own.",
        ) from error
    # On Windows these bits say nothing; there a user's folder is closed to others.
    if os.name != "nt" and mode & _READABLE_BY_OTHERS:
        raise VaultError(
            f"The key file {path} can be read by other users of this machine.",
            f"Close it to them: chmod 600 {shlex.quote(str(path))}",
        )
    return _key_of(text.decode("ascii", "replace"), f"The key file {path}")


def _read_keyring(folder_id: str) -> bytes | None:
    try:
        text = keyring.get_password(_SERVICE, folder_id)
    # Keyrings raise errors of the systems they speak with, and each means the same to a person.
    except Exception as error:
        raise VaultError(
            f"The keyring of this system, which holds the key of the data, cannot be opened ({error}).",
            "Unlock it, such as by logging in at the screen, and start again.",
        ) from error
    return None if text is None else _key_of(text, "The key in the keyring")


def _wrote_keyring(folder_id: str, key: bytes) -> bool:
    """Whether there is a keyring that is safe, and the key is in it now."""
    try:
        if not keyring.core.recommended(keyring.get_keyring()):
            return False
        keyring.set_password(_SERVICE, folder_id, key.hex())
        return keyring.get_password(_SERVICE, folder_id) == key.hex()
    except Exception:  # a keyring that does not work here is none
        return False


def _key_of(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise VaultError(
            f"{where} does not hold a key of {2 * KEY_BYTES} hexadecimal digits.",
            "Bring it back from a backup.",
        )
    return key
