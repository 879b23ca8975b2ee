"""How much a person's own recordings scatter, to plan what is still to come."""

from __future__ import annotations

import numpy as np

from rubor.errors import InputError
from rubor.trials.simulated_trials import TrialNoise
from rubor.trials.trial import Trial

__all__ = ["measured_noise"]

_FEWEST = 3


def measured_noise(trial: Trial) -> TrialNoise:
    """The scatter of the recordings before the treatment, for `rubor.trials.power`.

    What was not measured, such as habituation, stays at its usual value. The error of measurement is
    taken off the scatter. Three recordings tell a scatter to within a factor of about two.

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
    return TrialNoise(
        side_sd=float(np.sqrt(max(side, 0.0))),
        level_sd=float(np.sqrt(max(level, 0.0))),
        response=float(sizes.mean()),
        response_sd=float(np.sqrt(max(np.mean(errors**2) - covariances.mean(), 0.0))),
    )
