"""Alternating: treated and untreated occasions in pairs, drawn anew for each.

For treatments that act for hours, such as gels. Either one side of every recording is treated and the
side is drawn, or one day of every two. Each draw is a randomisation, so that a trial has its own test,
and neighbouring recordings being alike does no harm: the draws are independent of it. Where sides
alternate, the person's own asymmetry is estimated from them.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from rubor.errors import InputError
from rubor.trials.comparison import Comparison
from rubor.trials.contrast import ContrastAt, between_variance
from rubor.trials.response_table import Recordings, face_recordings, pair_sides

__all__ = ["Pairs", "alternating_pairs", "compare_pairs", "randomisation_p"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# Only for the weights; the variance of the result is estimated.
_TYPICAL_VARIANCE: Final = 0.04
_LEAST_LEVEL: Final = 0.1
_SMALL: Final = 1e-12
_EXACT_BLOCKS: Final = 16
_DRAWS: Final = 65536
# So many draws of a side hardly ever give the same one.
_ONE_SIDE_ALL_THROUGH: Final = 4


@dataclass(frozen=True)
class Pairs:
    """Treated and untreated response of each pair; arrays of shape (trials, pairs).

    Attributes:
        treated: response of the treated side or day.
        treated_sd: its standard error.
        untreated: response of the untreated side or day.
        untreated_sd: its standard error.
        left: 1 where the left side was treated, -1 where the right one; 0 for days.
    """

    treated: FloatArray
    treated_sd: FloatArray
    untreated: FloatArray
    untreated_sd: FloatArray
    left: FloatArray

    def at(self, kept: FloatArray) -> ContrastAt:
        """The contrast at shares kept, shape (trials, shares): mean difference of the pairs."""
        share = kept[..., None]
        typical = (
            np.maximum(np.mean(self.untreated**2, axis=-1), _SMALL)[:, None, None]
            * _TYPICAL_VARIANCE
        )
        treated, untreated = self.treated[:, None, :], self.untreated[:, None, :]
        treated_noise, untreated_noise = (
            sd[:, None, :] ** 2 for sd in (self.treated_sd, self.untreated_sd)
        )
        untreated_variance = untreated_noise + typical
        treated_variance = treated_noise + share**2 * typical
        level = (untreated / untreated_variance + share * treated / treated_variance) / (
            1.0 / untreated_variance + share**2 / treated_variance
        )
        # A level within noise, or one that the supposed share contradicts, still has to be some level.
        level = np.maximum(level, _LEAST_LEVEL * np.sqrt(typical / _TYPICAL_VARIANCE))
        square = np.maximum(kept**2, _SMALL)
        difference = (treated - share * untreated) / level
        error = (treated_noise + share**2 * untreated_noise) / level**2
        # Twice, for the two sides or days scatter each on their own.
        supposed = 2.0 * _TYPICAL_VARIANCE * square[..., None] + error
        weight = 1.0 / supposed
        weight = weight / weight.sum(axis=-1, keepdims=True)
        columns = self._columns()
        lever = _first_row(weight, columns)
        value = np.sum(lever * difference, axis=-1)
        rest = difference - _fitted(weight, columns, difference)
        recordings = 1.0 / np.sum(weight**2, axis=-1)
        freedom = np.maximum(recordings - columns.shape[-1], 0.5)
        scatter = recordings / freedom * np.sum(weight * rest**2, axis=-1) / square
        part = np.sum(weight * error, axis=-1) / square
        variance, node_weight = between_variance(scatter, part, freedom)
        leverage = np.sum(lever**2, axis=-1)
        added = np.sum(lever**2 * error, axis=-1)
        return ContrastAt(
            value=value,
            variance=square[..., None] * variance * leverage[..., None] + added[..., None],
            weight=node_weight,
            plain_variance=square * np.maximum(scatter - part, 0.0) * leverage + added,
            systematic_variance=np.zeros_like(kept),
            freedom=freedom,
            information=1.0 / leverage,
        )

    def first(self, number: int) -> Pairs:
        """The first pairs of each trial."""
        return Pairs(*(getattr(self, field.name)[:, :number] for field in fields(self)))

    def chosen(self, trials: npt.NDArray[np.bool_]) -> Pairs:
        """The trials where the mask is true."""
        return Pairs(*(getattr(self, field.name)[trials] for field in fields(self)))

    def _columns(self) -> FloatArray:
        """A constant and, where each side was treated at least twice, the side: (trials, pairs, p)."""
        constant = np.ones_like(self.left)
        often = min(int(np.min(np.sum(self.left == sign, axis=-1))) for sign in (1.0, -1.0))
        if often < 2:
            return constant[..., None]
        return np.stack([constant, self.left], axis=-1)


def _normal(weight: FloatArray, columns: FloatArray) -> FloatArray:
    normal = np.einsum("tqi,tia,tib->tqab", weight, columns, columns)
    return np.asarray(np.linalg.inv(normal + _SMALL * np.eye(columns.shape[-1])))


def _first_row(weight: FloatArray, columns: FloatArray) -> FloatArray:
    """Weights of the recordings in the first coefficient of weighted least squares."""
    inverse = _normal(weight, columns)
    return np.asarray(np.einsum("tqb,tib,tqi->tqi", inverse[..., 0, :], columns, weight))


def _fitted(weight: FloatArray, columns: FloatArray, values: FloatArray) -> FloatArray:
    inverse = _normal(weight, columns)
    right = np.einsum("tia,tqi,tqi->tqa", columns, weight, values)
    return np.asarray(np.einsum("tia,tqab,tqb->tqi", columns, inverse, right))


def alternating_pairs(rows: pd.DataFrame) -> tuple[Pairs, IntArray, tuple[str, ...]]:
    """Pairs of an alternating trial, and which of them were drawn together.

    Sides: each recording is a pair; two recordings whose sides were drawn as a pair are one block.
    Days: two recordings, one treated and one not, are a pair and a block. The drawn occasions are read
    from the column `occasion`, else two and two in the order of dates.

    Args:
        rows: checked rows.

    Returns:
        The pairs of one trial, the block of each pair, and sentences on what was left out.

    Raises:
        InputError: occasions that do not make pairs.
    """
    assigned = rows.groupby("session")["treated"].nunique()
    if "side" in rows.columns and (assigned == 2).all():
        recordings, notes = pair_sides(rows)
        occasions = _occasions(rows, recordings)
        if occasions is None:
            _sides_change(recordings)
        pairs = Pairs(
            treated=recordings.treated[None],
            treated_sd=recordings.treated_sd[None],
            untreated=recordings.untreated[None],
            untreated_sd=recordings.untreated_sd[None],
            left=np.where(recordings.treated_left, 1.0, -1.0)[None],
        )
        return pairs, _side_blocks(recordings, occasions), notes
    if (assigned == 2).any():
        raise InputError(
            "In some sessions one side is treated, in others both or none.",
            "Alternate either the sides of every recording or whole days.",
        )
    return _day_pairs(rows)


def _sides_change(recordings: Recordings) -> None:
    left = recordings.treated_left
    if len(left) < _ONE_SIDE_ALL_THROUGH or len(np.unique(left)) > 1:
        return
    raise InputError(
        f"The treated side is the {'left' if left[0] else 'right'} one in all {len(left)} sessions: it"
        " was not drawn anew for each.",
        "If one side was drawn once, choose the design 'split-face'.",
    )


def _occasions(rows: pd.DataFrame, recordings: Recordings) -> IntArray | None:
    if "occasion" not in rows.columns or rows["occasion"].isna().any():
        return None
    by_session = rows.groupby("session")["occasion"].first().astype(int)
    return np.array([by_session[name] for name in recordings.session], dtype=np.int64)


def _side_blocks(recordings: Recordings, occasion: IntArray | None) -> IntArray:
    if occasion is not None:
        return np.asarray((occasion - 1) // 2)
    left = recordings.treated_left
    whole = left[: len(left) // 2 * 2].reshape(-1, 2)
    # Two and two of opposite sides all through: taken as drawn in pairs, the more cautious reading.
    if len(whole) and np.all(whole[:, 0] != whole[:, 1]):
        return np.arange(len(left)) // 2
    return np.arange(len(left))


def _day_pairs(rows: pd.DataFrame) -> tuple[Pairs, IntArray, tuple[str, ...]]:
    recordings = face_recordings(rows)
    treated_on = rows.groupby("session")["treated"].first()
    treated = np.array([bool(treated_on[name]) for name in recordings.session])
    occasion = _occasions(rows, recordings)
    order = np.arange(len(recordings)) if occasion is None else occasion - 1
    chosen, notes = [], []
    for block in np.unique(order // 2):
        members = np.flatnonzero(order // 2 == block)
        if len(members) == 2 and treated[members].sum() == 1:
            chosen.append((members[treated[members]][0], members[~treated[members]][0]))
            continue
        names = " and ".join(recordings.session[member] for member in members)
        if len(members) == 2:
            raise InputError(
                f"Sessions {names} should be one treated and one untreated day.",
                "Put the recordings in pairs of days, or number the drawn occasions.",
            )
        notes.append(f"Session {names} is left out: the other day of its pair is missing.")
    index = np.array(chosen, dtype=np.int64).reshape(-1, 2)
    pairs = Pairs(
        treated=recordings.treated[None, index[:, 0]],
        treated_sd=recordings.treated_sd[None, index[:, 0]],
        untreated=recordings.treated[None, index[:, 1]],
        untreated_sd=recordings.treated_sd[None, index[:, 1]],
        left=np.zeros((1, len(index))),
    )
    return pairs, np.arange(len(index)), tuple(notes)


def randomisation_p(pairs: Pairs, block: IntArray) -> tuple[float, int]:
    """The randomisation test of one trial: what other draws would have given.

    Statistic: the sum of untreated minus treated responses; two-sided. All draws are gone through for
    up to 16 blocks, else 65 536 of them in a fixed order.

    Args:
        pairs: of one trial.
        block: which pairs were drawn together, shape (pairs,).

    Returns:
        p and the number of draws that were possible.

    >>> same = np.full((1, 5), 0.1)
    >>> five = Pairs(np.zeros((1, 5)), same, np.ones((1, 5)), same, np.zeros((1, 5)))
    >>> randomisation_p(five, np.arange(5))  # 2 of 32
    (0.0625, 32)
    """
    difference = (pairs.untreated - pairs.treated)[0]
    sums = np.array([difference[block == one].sum() for one in np.unique(block)])
    observed = abs(sums.sum()) * (1.0 - 1e-12)
    if len(sums) <= _EXACT_BLOCKS:
        signs = np.array(list(itertools.product((1.0, -1.0), repeat=len(sums))))
    else:
        generator = np.random.default_rng(0)
        signs = generator.choice([1.0, -1.0], size=(_DRAWS, len(sums)))
        signs[0] = 1.0
    return float(np.mean(np.abs(signs @ sums) >= observed)), 2 ** len(sums)


def compare_pairs(rows: pd.DataFrame) -> Comparison:
    """Compare the occasions of an alternating trial.

    Args:
        rows: checked rows of one provocation.

    Returns:
        The comparison.

    Raises:
        InputError: fewer than two pairs, or occasions that do not make pairs.
    """
    pairs, block, notes = alternating_pairs(rows)
    number = pairs.treated.shape[1]
    if number < 2:
        raise InputError(
            f"There {'is one pair' if number == 1 else 'is no pair'} of a treated and an untreated"
            " occasion; one cannot tell chance from change.",
            "Add recordings: 5 or 6 pairs can show an effect, fewer hardly.",
        )
    p, draws = randomisation_p(pairs, block)
    at_none = pairs.at(np.ones((1, 1)))
    between = float(
        np.sqrt(max(float(at_none.plain_variance[0, 0] * at_none.information[0, 0]), 0.0))
    )
    return Comparison(
        contrast=pairs,
        before=number,
        after=number,
        between_sd=between,
        claim="caused",
        randomisation_p=p,
        randomisation_note=(
            f"Two-sided, among {draws} possible draws; the least possible is {2 / draws:.2g}."
        ),
        notes=notes,
        paired=True,
    )
