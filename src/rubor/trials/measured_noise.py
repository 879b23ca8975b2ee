"""How much a person's own recordings scatter, to plan what is still to come."""

from __future__ import annotations

import numpy as np

from rubor.errors import InputError
from rubor.trials.simulated_trials import TrialNoise
from rubor.trials.trial import Trial

__all__ = ["measured_noise"]

_FEWEST = 3
# A scatter from few recordings is drawn towards the usual ones, as if these had been seen in so many
# recordings more: three alone tell it to within a factor of about two, and too small a one promises
# too much.
_USUAL_COUNTS_FOR = 2.0


def measured_noise(trial: Trial) -> TrialNoise:
    """The scatter of the recordings before the treatment, for `rubor.trials.power`.

    What was not measured, such as habituation, stays at its usual value. The error of measurement is
    taken off the scatter, and the scatter is drawn towards the usual one while recordings are few.

    Args:
        trial: with recordings before its treatment.

    Raises:
        InputError: fewer than three of them in which both sides responded.
    """
    usable = [
        session
        for session in trial.counted
        if session.phase == "before"
        and session.provoked is not False
        and {"left", "right"} <= session.responses.keys()
        and min(session.responses[side].response for side in ("left", "right")) > 0.0
    ]
    if len(usable) < _FEWEST:
        raise InputError(
            f"{len(usable)} recordings before the treatment do not tell this person's scatter.",
            f"Add at least {_FEWEST}, or state the scatter with --side-sd.",
        )
    pairs = [[one.responses[side] for side in ("left", "right")] for one in usable]
    sizes = np.array([[one.response for one in pair] for pair in pairs])
    errors = np.array([[one.response_sd for one in pair] for pair in pairs])
    covariances = np.array([one.covariance for one in usable])
    relative = errors / sizes
    shared = 2.0 * covariances / sizes.prod(axis=1)
    side_error = float(np.mean((relative**2).sum(axis=1) - shared))
    level_error = float(np.mean((relative**2).sum(axis=1) + shared)) / 4.0
    log_sizes = np.log(sizes)
    side = float(np.var(log_sizes[:, 0] - log_sizes[:, 1], ddof=1)) - max(side_error, 0.0)
    level = float(np.var(log_sizes.mean(axis=1), ddof=1)) - level_error
    usual = TrialNoise()

    def drawn_towards(measured: float, usual_sd: float) -> float:
        seen = len(usable) - 1
        total = _USUAL_COUNTS_FOR * usual_sd**2 + seen * max(measured, 0.0)
        return float(np.sqrt(total / (_USUAL_COUNTS_FOR + seen)))

    return TrialNoise(
        side_sd=drawn_towards(side, usual.side_sd),
        level_sd=drawn_towards(level, usual.level_sd),
        response=float(sizes.mean()),
        response_sd=float(np.sqrt(max(np.mean(errors**2) - covariances.mean(), 0.0))),
    )
