"""The verdict of a trial: everything in `verdict.json`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any, Final, get_type_hints

from rubor.errors import InputError
from rubor.trials.comparison import Claim
from rubor.trials.effect_sizes import EffectSize
from rubor.trials.non_overlap import NonOverlap
from rubor.trials.posterior import Thirds
from rubor.trials.response_table import DESIGNS, Design
from rubor.trials.verdict_rules import VERDICTS, VerdictWord
from rubor.trials.wear_off import WearOff

__all__ = ["VERDICT_SCHEMA", "Verdict", "settled"]

VERDICT_SCHEMA: Final = "rubor.verdict/1"

_DECIMALS: Final = 9
_INTERVALS: Final = ("interval_95", "always_valid_interval_95")


@dataclass(frozen=True)
class Verdict:
    """Whether it worked, by how much, and how sure that is.

    Attributes:
        verdict: `works`, `no meaningful effect`, `worse`, `not enough yet` or `invalid`.
        claim: `caused` where the design excludes other causes, else `changed`.
        design: `split-face`, `before-after` or `alternating`.
        provocation: `blush`, `flush` or `rest`; None where the table does not say.
        cycle: number of the treatment; None where cycles were pooled.
        recordings_before: recordings that count before (untreated occasions, if alternating).
        recordings_after: recordings that count after (treated occasions, if alternating).
        reduction: 0.5 is half of the response gone; below 0 it grew.
        interval_95: of the reduction; fixed sample, no prior on the effect. Infinite: no limit.
        always_valid_interval_95: of the reduction; holds however often one looks.
        between_sd: standard deviation between recordings as a share of the response.
        randomisation_p: of the randomisation test; None where the design has none.
        randomisation_note: what was tested, or why there is no test.
        probability_meaningful: that the reduction exceeds `smallest_meaningful`, given the prior.
        smallest_meaningful: the smallest reduction that matters.
        prior: of the reduction, in words.
        thirds: chances of little, some and a very pleasing reduction.
        recordings_needed: further follow-up recordings until a verdict; None if not within reach,
            0 if there is one.
        wear_off: onset and duration; None with the reason among `reasons`.
        non_overlap: NAP, Tau and Tau-BC of the compared numbers.
        effect_sizes: log response ratio of the compared numbers, where their means are above 0.
        reasons: why this verdict, a sentence each.
        would_change_it: what would change it, a sentence each.
        versions: of Rubor and of the method.

    Raises:
        InputError: a verdict without its interval, reasons or what would change it.
    """

    verdict: VerdictWord
    claim: Claim
    design: Design
    provocation: str | None
    cycle: int | None
    recordings_before: int
    recordings_after: int
    reduction: float
    interval_95: tuple[float, float]
    always_valid_interval_95: tuple[float, float]
    between_sd: float
    randomisation_p: float | None
    randomisation_note: str
    probability_meaningful: float
    smallest_meaningful: float
    prior: str
    thirds: Thirds
    recordings_needed: int | None
    wear_off: WearOff | None
    non_overlap: tuple[NonOverlap, ...]
    effect_sizes: tuple[EffectSize, ...]
    reasons: tuple[str, ...]
    would_change_it: tuple[str, ...]
    versions: Mapping[str, str]

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS or self.design not in DESIGNS:
            raise InputError(
                f"There is no verdict '{self.verdict}' of a design '{self.design}'.",
                f"A verdict is one of {', '.join(VERDICTS)}.",
            )
        for name in _INTERVALS:
            low, high = getattr(self, name)
            if math.isnan(low) or math.isnan(high) or low > high:
                raise InputError(
                    f"A verdict needs its interval; {name} is {low} to {high}.", "Analyse again."
                )
        if not math.isfinite(self.reduction) or not 0.0 <= self.probability_meaningful <= 1.0:
            raise InputError("A verdict needs a reduction and its probability.", "Analyse again.")
        if not self.reasons or not self.would_change_it:
            raise InputError("A verdict needs reasons and what would change it.", "Analyse again.")

    def to_json(self) -> dict[str, Any]:
        """The document of `verdict.json`; a limit that is infinite is null, days are ISO 8601."""
        document: dict[str, Any] = _plain({"schema": VERDICT_SCHEMA, **asdict(self)})
        return document

    @classmethod
    def from_json(cls, document: Any) -> Verdict:
        """The verdict of such a document.

        Raises:
            InputError: it is none, or is of another version.
        """
        if not isinstance(document, dict) or document.get("schema") != VERDICT_SCHEMA:
            raise InputError(
                "This is not a verdict that this version of Rubor reads.",
                "Analyse the trial again.",
            )
        try:
            values = {field.name: document[field.name] for field in fields(cls)}
            for name in _INTERVALS:
                values[name] = _limits(values[name])
            values["thirds"] = Thirds(**values["thirds"])
            values["wear_off"] = _wear_off(values["wear_off"])
            values["non_overlap"] = tuple(
                NonOverlap(**_pairs(one)) for one in values["non_overlap"]
            )
            values["effect_sizes"] = tuple(
                EffectSize(**_pairs(one)) for one in values["effect_sizes"]
            )
            values["reasons"] = tuple(values["reasons"])
            values["would_change_it"] = tuple(values["would_change_it"])
            return cls(**values)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"The verdict is incomplete or damaged ({error}).", "Analyse the trial again."
            ) from error


def settled(verdict: Verdict) -> Verdict:
    """The verdict with its numbers rounded to nine decimals.

    Sums of floating-point numbers differ in their last bits with how memory is aligned; the same table
    shall give the same verdict.
    """
    return replace(
        verdict, **{one.name: _rounded(getattr(verdict, one.name)) for one in fields(verdict)}
    )


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, _DECIMALS)
    if isinstance(value, tuple):
        return tuple(_rounded(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{one.name: _rounded(getattr(value, one.name)) for one in fields(value)}
        )
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _limits(pair: list[float | None]) -> tuple[float, float]:
    low, high = pair
    return (-math.inf if low is None else float(low), math.inf if high is None else float(high))


def _pairs(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(item) if isinstance(item, list) else item for key, item in entry.items()}


def _wear_off(entry: dict[str, Any] | None) -> WearOff | None:
    if entry is None:
        return None
    hints = get_type_hints(WearOff)
    values: dict[str, Any] = {}
    for name, item in entry.items():
        if hints[name] is date:
            values[name] = date.fromisoformat(item)
        elif hints[name] == tuple[date, date]:
            values[name] = tuple(date.fromisoformat(day) for day in item)
        else:
            values[name] = tuple(item) if isinstance(item, list) else item
    return WearOff(**values)
