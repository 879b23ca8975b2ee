"""Time stamps of samples: the one check that every signal function here makes of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rubor.errors import InputError

__all__ = ["check_time_stamps"]

FloatArray = npt.NDArray[np.float64]


def check_time_stamps(time_s: npt.ArrayLike, rows: int) -> FloatArray:
    """Return the time stamps as floats, or refuse them.

    Args:
        time_s: time of each sample, s, shape (n,); spacing may be uneven, but time never runs
            backwards.
        rows: how many samples the values have.

    Returns:
        The time stamps, shape (n,).

    Raises:
        InputError: not one finite time per sample, or times that run backwards.

    >>> check_time_stamps([0, 0.04, 0.08], 3)
    array([0.  , 0.04, 0.08])
    """
    time = np.asarray(time_s, dtype=np.float64)
    if time.shape != (rows,):
        raise InputError(
            f"The time stamps have the shape {time.shape}, but there are {rows} samples.",
            "Give one time per sample.",
        )
    if not np.isfinite(time).all():
        raise InputError(
            "A time stamp is not a finite number.", "Leave out samples whose time is unknown."
        )
    if (np.diff(time) < 0).any():
        raise InputError("The time stamps run backwards.", "Sort the samples by their time.")
    return time
