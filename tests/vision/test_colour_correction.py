"""The colour correction of a 24-patch card."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.optics.cielab import linear_rgb_to_lab
from rubor.vision.colour_correction import PATCH_NAMES, colour_matrix, reference_linear_rgb

# A plausible camera: gains, crosstalk between channels, and exposure.
CAMERA = np.array([(0.55, 0.08, 0.02), (0.06, 0.62, 0.07), (0.01, 0.12, 0.48)])


def test_the_reference_agrees_with_the_published_lab_values() -> None:
    # X-Rite, colours of the card made since November 2014, CIELAB D50; neutral 5 and dark skin.
    # Seen under D65 through Bradford the neutral keeps its L*, and its a*, b* stay near 0.
    lab = linear_rgb_to_lab(reference_linear_rgb("2014"))
    assert lab[PATCH_NAMES.index("neutral 5"), 0] == pytest.approx(50.76, abs=0.15)
    assert np.abs(lab[PATCH_NAMES.index("neutral 5"), 1:]).max() < 1.0
    assert lab[PATCH_NAMES.index("dark skin"), 0] == pytest.approx(37.54, abs=0.7)


def test_the_newer_card_has_a_yellower_white() -> None:
    # X-Rite's tables, D50: white b* 1.19 before November 2014 (2005 values), 2.93 since.
    white = PATCH_NAMES.index("white")
    lab_2005, lab_2014 = (linear_rgb_to_lab(reference_linear_rgb(e)) for e in ("2005", "2014"))
    assert lab_2005[white, 2] == pytest.approx(1.19, abs=0.1)
    assert lab_2014[white, 2] == pytest.approx(2.93, abs=0.1)


def test_the_reference_cannot_be_changed_by_accident() -> None:
    with pytest.raises(ValueError, match="read-only"):
        reference_linear_rgb()[0, 0] = 1.0


@given(st.floats(0.2, 1.0), st.floats(0.7, 1.4), st.floats(0.5, 2.0))
@settings(max_examples=25, deadline=None)
def test_a_linear_camera_is_inverted_exactly(exposure: float, red: float, blue: float) -> None:
    camera = exposure * np.diag([red, 1.0, blue]) @ CAMERA
    reference = reference_linear_rgb()
    correction = colour_matrix(reference @ camera.T)
    np.testing.assert_allclose(correction.matrix @ camera, np.eye(3), atol=1e-9)
    np.testing.assert_allclose(correction.apply(reference @ camera.T), reference, atol=1e-9)
    assert correction.mean_delta_e < 1e-6
    assert correction.predicted_delta_e < 1e-6


def test_clipped_and_missing_patches_do_not_take_part() -> None:
    measured = reference_linear_rgb() @ CAMERA.T
    measured[18] = 0.2
    measured[3] = np.nan
    clipped = np.zeros(24, bool)
    clipped[18] = True
    correction = colour_matrix(measured, clipped=clipped)
    assert np.flatnonzero(~correction.fitted).tolist() == [3, 18]
    assert np.flatnonzero(np.isnan(correction.delta_e)).tolist() == [3, 18]
    np.testing.assert_allclose(correction.matrix @ CAMERA, np.eye(3), atol=1e-9)


def test_what_a_left_out_patch_errs_by_is_more_than_what_the_fit_leaves_over() -> None:
    noise = np.random.default_rng(1).normal(1.0, 0.03, (24, 3))
    correction = colour_matrix(reference_linear_rgb() @ CAMERA.T * noise)
    assert 0.3 < correction.mean_delta_e < correction.predicted_delta_e < 4.0


def test_a_card_that_cannot_give_a_correction_is_refused_with_the_reason() -> None:
    reference = reference_linear_rgb()
    mostly_clipped = np.ones(24, bool)
    mostly_clipped[:8] = False
    with pytest.raises(InputError, match="Only 8 patches"):
        colour_matrix(reference, clipped=mostly_clipped)
    with pytest.raises(InputError, match="24 patches"):
        colour_matrix(reference[:23])
    grey = np.repeat(reference[:, 1:2], 3, axis=1)
    with pytest.raises(InputError, match="do not differ enough"):
        colour_matrix(grey)
