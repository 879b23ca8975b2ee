"""Statistics of published single-case series, to the printed digits of the reference checks.

Expected values: `reference-data/reference_checks.csv` beside the checkout, where each row names its
source; the series: `single_case_series.csv`. Rows on survival curves, hierarchical models, causal
impact and proportions are of statistics that trials here do not use.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from rubor.trials.effect_sizes import (
    log_ratio_of_medians,
    log_response_ratio,
    percent_of_goal_obtained,
    standardised_mean_difference,
)
from rubor.trials.non_overlap import (
    kendall_s,
    kendall_tau_b,
    non_overlap_of_all_pairs,
    percent_exceeding_the_median,
    percent_of_non_overlapping_data,
    tau,
    tau_baseline_corrected,
    tau_u_a_vs_b_minus_trend_a,
    tau_u_a_vs_b_plus_trend_b,
    tau_u_a_vs_b_plus_trend_b_minus_trend_a,
    theil_sen_slope,
)

FloatArray = npt.NDArray[np.float64]
Statistic = Callable[[FloatArray, FloatArray], float | None]

UP = "increase"
# Printed bounds of score intervals carry the tolerance of the root finder that made them.
BOUND_TOLERANCE = 1.4e-4


def corrected(a: FloatArray, b: FloatArray) -> FloatArray:
    series = np.concatenate([a, b])
    return series - theil_sen_slope(a) * np.arange(len(series))


def phase(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.repeat([0.0, 1.0], [len(a), len(b)])


def bound(result: object, which: int) -> float:
    limits = result.interval_95  # type: ignore[attr-defined]
    return float(limits[which])


STATISTICS: dict[tuple[str, str], Statistic] = {
    ("parker2011b", "NAP"): lambda a, b: non_overlap_of_all_pairs(a, b, UP).value,
    ("parker2011b", "NAP_SE_unbiased"): lambda a, b: (
        non_overlap_of_all_pairs(a, b, UP).standard_error
    ),
    ("parker2011b", "NAP_lo"): lambda a, b: bound(non_overlap_of_all_pairs(a, b, UP), 0),
    ("parker2011b", "NAP_hi"): lambda a, b: bound(non_overlap_of_all_pairs(a, b, UP), 1),
    ("parker2011b", "Tau"): lambda a, b: tau(a, b, UP).value,
    ("parker2011b", "Tau_SE"): lambda a, b: tau(a, b, UP).standard_error,
    ("parker2011b", "Tau_U"): lambda a, b: tau_u_a_vs_b_minus_trend_a(a, b, UP).value,
    ("parker2011b", "TauBC"): lambda a, b: tau_baseline_corrected(a, b, UP).value,
    ("parker2011b", "TauBC_SE"): lambda a, b: tau_baseline_corrected(a, b, UP).standard_error,
    ("parker2011b", "TauBC_lo"): lambda a, b: bound(tau_baseline_corrected(a, b, UP), 0),
    ("parker2011b", "TauBC_hi"): lambda a, b: bound(tau_baseline_corrected(a, b, UP), 1),
    ("parker2011b", "PND"): lambda a, b: percent_of_non_overlapping_data(a, b, UP).value,
    ("parker2011b", "PEM"): lambda a, b: percent_exceeding_the_median(a, b, UP).value,
    ("parker2011b", "LRR_bcFalse"): lambda a, b: (
        log_response_ratio(a, b, bias_corrected=False).value
    ),
    ("parker2011b", "LRR_bcTrue"): lambda a, b: log_response_ratio(a, b).value,
    ("parker2011b", "LRR_SE"): lambda a, b: log_response_ratio(a, b).standard_error,
    ("parker2011b", "LRM"): lambda a, b: log_ratio_of_medians(a, b).value,
    ("parker2011b", "PoGO_goal30"): lambda a, b: percent_of_goal_obtained(a, b, 30.0).value,
    ("parker2009b", "NAP"): lambda a, b: non_overlap_of_all_pairs(a, b, UP).value,
    ("parker2009b", "SE"): lambda a, b: non_overlap_of_all_pairs(a, b, UP).standard_error,
    ("parker2009b", "lo"): lambda a, b: bound(non_overlap_of_all_pairs(a, b, UP), 0),
    ("parker2009b", "hi"): lambda a, b: bound(non_overlap_of_all_pairs(a, b, UP), 1),
    ("parker2009b", "LRR"): lambda a, b: log_response_ratio(a, b).value,
    ("parker2009b", "LRR_SE"): lambda a, b: log_response_ratio(a, b).standard_error,
    ("parker2009b", "SMD"): lambda a, b: standardised_mean_difference(a, b).value,
    ("parker2011_tauU_ex2", "Tau"): lambda a, b: tau(a, b, UP).value,
    ("parker2011_tauU_ex2", "Tau_U"): lambda a, b: tau_u_a_vs_b_minus_trend_a(a, b, UP).value,
    ("tarlow2017_line", "Tau_U"): lambda a, b: tau_u_a_vs_b_minus_trend_a(a, b, UP).value,
    ("tarlow2017_line", "Tau_BC"): lambda a, b: tau_baseline_corrected(a, b, UP).value,
    ("parker2011_bob", "S A vs B"): lambda a, b: tau(a, b, UP).value * len(a) * len(b),
    ("parker2011_bob", "S trend A"): lambda a, b: kendall_s(a),
    ("parker2011_bob", "S trend B"): lambda a, b: kendall_s(b),
    ("parker2011_bob", "Tau AvsB"): lambda a, b: tau(a, b, UP).value,
    ("parker2011_bob", "AvsB-trendA (parker)"): lambda a, b: (
        tau_u_a_vs_b_minus_trend_a(a, b, UP).value
    ),
    ("parker2011_bob", "AvsB+trendB (parker, /30)"): lambda a, b: (
        tau_u_a_vs_b_plus_trend_b(a, b, UP).value
    ),
    ("parker2011_bob", "AvsB+trendB-trendA (/36)"): lambda a, b: (
        tau_u_a_vs_b_plus_trend_b_minus_trend_a(a, b, UP).value
    ),
    ("scan_gretchen", "NAP decreasing"): lambda a, b: (
        100.0 * non_overlap_of_all_pairs(a, b, "decrease").value
    ),
    ("scan_corrected_tau", "uncorrected tau-b"): lambda a, b: kendall_tau_b(
        phase(a, b), np.concatenate([a, b])
    ),
    ("scan_corrected_tau", "baseline corrected tau-b"): lambda a, b: kendall_tau_b(
        phase(a, b), corrected(a, b)
    ),
    ("scan_corrected_tau", "baseline tau-b"): lambda a, b: kendall_tau_b(np.arange(len(a)), a),
}
for by, corrected_for_bias in (("baseline", False), ("baseline", True), ("pooled", True)):
    name = f"SMD_{'pool' if by == 'pooled' else by}_bc{corrected_for_bias}"

    def difference(
        a: FloatArray, b: FloatArray, by: str = by, bias: bool = corrected_for_bias
    ) -> object:
        return standardised_mean_difference(a, b, by, bias_corrected=bias)  # type: ignore[arg-type]

    STATISTICS["parker2011b", f"{name}_est"] = lambda a, b, d=difference: d(a, b).value
    STATISTICS["parker2011b", f"{name}_se"] = lambda a, b, d=difference: d(a, b).standard_error
    STATISTICS["parker2011b", f"{name}_lo"] = lambda a, b, d=difference: bound(d(a, b), 0)
    STATISTICS["parker2011b", f"{name}_hi"] = lambda a, b, d=difference: bound(d(a, b), 1)

ELSEWHERE = (
    "scdhlm_saddler",
    "lifelines_",
    "causalimpact_",
    "gehan_",
    "lor_percent",
)


@pytest.fixture(scope="module")
def checks(shared: Path) -> pd.DataFrame:
    # Numbers stay text, for the number of printed digits is the tolerance.
    return pd.read_csv(shared / "reference-data" / "reference_checks.csv", dtype=str)


@pytest.fixture(scope="module")
def series(shared: Path) -> pd.DataFrame:
    return pd.read_csv(shared / "reference-data" / "single_case_series.csv")


def test_every_row_of_the_reference_is_checked_here_or_is_of_another_kind(
    checks: pd.DataFrame,
) -> None:
    here = {
        (row.dataset, row.statistic)
        for row in checks.itertuples()
        if not str(row.dataset).startswith(ELSEWHERE)
    }
    assert here == set(STATISTICS)


@pytest.mark.parametrize(("dataset", "statistic"), STATISTICS, ids=" ".join)
def test_a_published_value_is_met_to_its_printed_digits(
    checks: pd.DataFrame, series: pd.DataFrame, dataset: str, statistic: str
) -> None:
    row = checks[(checks["dataset"] == dataset) & (checks["statistic"] == statistic)].iloc[0]
    values = series[series["dataset"] == dataset]
    a, b = (
        values.loc[values["phase"] == phase, "value"].to_numpy(dtype=np.float64) for phase in "AB"
    )
    printed = row["expected"]
    digits = len(printed.split(".")[1]) if "." in printed else 0
    tolerance = 0.5 * 10.0**-digits * 1.001
    if statistic.endswith(("lo", "hi")) and "SMD" not in statistic:
        tolerance = BOUND_TOLERANCE * (2.0 if "Tau" in statistic else 1.0)
    assert STATISTICS[dataset, statistic](a, b) == pytest.approx(float(printed), abs=tolerance)
