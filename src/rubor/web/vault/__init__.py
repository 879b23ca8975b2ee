"""What is stored about a person, sealed: readable only with a key that can be destroyed.

Every recording has a key of its own, stored wrapped under one master key. Deleting the wrapped key
makes the recording's files unreadable wherever copies of them may be. Plain bytes are only ever in
memory.
"""

from rubor.web.vault.errors import ChunkConflictError, ChunkOrderError, VaultError
from rubor.web.vault.master_key import destroy_master_key, key_made, key_place, master_key
from rubor.web.vault.sealed import new_key, seal, unseal, unwrap_key, wrap_key
from rubor.web.vault.sealed_chunks import SealedChunks
from rubor.web.vault.sealed_files import SealedFiles

__all__ = [
    "ChunkConflictError",
    "ChunkOrderError",
    "SealedChunks",
    "SealedFiles",
    "VaultError",
    "destroy_master_key",
    "key_made",
    "key_place",
    "master_key",
    "new_key",
    "seal",
    "unseal",
    "unwrap_key",
    "wrap_key",
]
