"""What the vault refuses to do, and why."""

from __future__ import annotations

from rubor.errors import RuborError

__all__ = ["ChunkConflictError", "ChunkOrderError", "VaultError"]


class VaultError(RuborError):
    """Sealed data, or the key to it, that is missing, damaged or not safe to use."""


class ChunkConflictError(VaultError):
    """Other bytes are stored already under the number of a chunk."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(
            f"Part {number} of this upload is there already, with other content.",
            "Perhaps it is being sent from two places; go on in one of them, or begin a new upload.",
        )


class ChunkOrderError(VaultError):
    """A chunk that does not follow the last one stored; `expected` is the number that does."""

    def __init__(self, number: int, expected: int) -> None:
        self.number = number
        self.expected = expected
        super().__init__(
            f"Part {number} of this upload came before part {expected}.",
            f"Send part {expected} next.",
        )
