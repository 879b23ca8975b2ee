"""What a table of responses must hold, and what is said where it does not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from rubor.errors import InputError
from rubor.trials import analyse
from rubor.trials.response_table import check_responses, face_recordings, pair_sides

TREATED_ON = "2026-01-26"
Change = Callable[[pd.DataFrame], object]


def table() -> pd.DataFrame:
    rows = []
    for number in range(9):
        after = number >= 4
        day = pd.Timestamp("2026-01-05") + pd.Timedelta(days=5 * number + 18 * after)
        for side in ("left", "right"):
            kept = 0.5 if after and side == "left" else 1.0
            rows.append(
                (f"s{number}", day, "after" if after else "before", side, side == "left",
                 kept * (0.40 + 0.01 * (number % 3)), 0.02)
            )  # fmt: skip
    columns = ["session", "date", "phase", "side", "treated", "response", "response_sd"]
    return pd.DataFrame(rows, columns=columns)


def changed(row: int, column: str, value: object) -> Change:
    def change(rows: pd.DataFrame) -> pd.DataFrame:
        rows[column] = rows[column].astype(object)
        rows.loc[row, column] = value
        return rows

    return change


BAD = {
    "a column is missing": (lambda rows: rows.drop(columns="response_sd"), "no column response_sd"),
    "the table is empty": (lambda rows: rows.iloc[:0], "empty"),
    "a session has no name": (changed(3, "session", np.nan), "A row has no session"),
    "a response is NaN": (changed(3, "response", np.nan), "Session s1: the response is not a number"),
    "a response is text": (changed(3, "response", "strong"), "not a number"),
    "a standard error is zero": (changed(2, "response_sd", 0.0), "response_sd that is not above 0"),
    "a date cannot be read": (changed(0, "date", "last week"), "date is missing or cannot be read"),
    "a phase is unknown": (changed(0, "phase", "during"), "phase is none of before, after"),
    "a side is unknown": (changed(0, "side", "top"), "side is none of left, right"),
    "a treated flag is unknown": (changed(0, "treated", "maybe"), "neither true nor false"),
    "a side is there twice": (lambda rows: pd.concat([rows, rows.iloc[[4]]]), "same side is there twice"),
    "all rows are of one side": (lambda rows: rows[rows["side"] == "left"], "All rows are of the left"),
    "no row is treated": (lambda rows: rows.assign(treated=False), "No row is marked as treated"),
    "the treated side changes": (
        lambda rows: rows.assign(treated=(rows["side"] == "left") ^ (rows["session"] == "s6")),
        "treated side changes",
    ),
    "dates are out of order": (changed(0, "date", "2026-03-30"), "s0"),
    "a session has two dates": (changed(0, "date", "2026-01-06"), "differ in date"),
    "one recording only": (lambda rows: rows[rows["session"] == "s0"], "1 before the treatment, 0 after"),
    "one recording before": (
        lambda rows: rows[~rows["session"].isin(["s0", "s1", "s2"])],
        "1 before the treatment, 5 after",
    ),
    "only recordings before": (
        lambda rows: rows[rows["phase"] == "before"],
        "4 before the treatment, 0 after",
    ),
    "a follow-up before the treatment": (
        lambda rows: rows[rows["session"] != "s0"].assign(
            date=lambda rest: rest["date"].where(rest["session"] != "s4", pd.Timestamp("2026-01-25"))
        ),
        "lies before the treatment",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_in_plain_words_with_a_cure(change: Change, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        analyse(change(table()), "split-face", TREATED_ON)  # type: ignore[arg-type]
    assert caught.value.cure


def test_without_the_date_of_the_treatment_nothing_is_analysed() -> None:
    with pytest.raises(InputError, match="date of the treatment is missing") as caught:
        analyse(table(), "split-face")
    assert "treated_on" in caught.value.cure


def test_an_unknown_design_and_an_impossible_date_are_refused() -> None:
    with pytest.raises(InputError, match="no design"):
        analyse(table(), "crossover", TREATED_ON)
    with pytest.raises(InputError, match="not a day"):
        analyse(table(), "split-face", "soon")


def test_rows_in_any_order_give_the_same_verdict() -> None:
    shuffled = table().sample(frac=1.0, random_state=3)
    assert analyse(shuffled, "split-face", TREATED_ON) == analyse(table(), "split-face", TREATED_ON)


def test_text_from_a_csv_file_is_read_as_what_it_means() -> None:
    text = table().astype(str)
    assert analyse(text, "split-face", TREATED_ON) == analyse(table(), "split-face", TREATED_ON)


def test_the_table_that_is_given_is_not_changed() -> None:
    given = table()
    analyse(given, "split-face", TREATED_ON)
    pd.testing.assert_frame_equal(given, table())


def test_a_recording_in_which_nothing_was_provoked_is_left_out_and_named() -> None:
    rows = table().assign(provoked=lambda rest: rest["session"] != "s7")
    rows.loc[rows["session"] == "s7", "response"] = 0.0
    checked = check_responses(rows, "split-face")
    assert "s7" not in set(checked.rows["session"])
    assert "s7" in checked.left_out[0]
    verdict = analyse(rows, "split-face", TREATED_ON)
    assert verdict.recordings_after == 4
    assert any("nothing was provoked" in reason for reason in verdict.reasons)


def test_if_nothing_was_ever_provoked_there_is_nothing_to_analyse() -> None:
    with pytest.raises(InputError, match="anything provoked"):
        analyse(table().assign(provoked=False), "split-face", TREATED_ON)


def test_a_session_that_lacks_a_side_is_left_out_and_named() -> None:
    verdict = analyse(table().drop(index=11), "split-face", TREATED_ON)
    assert verdict.recordings_after == 4
    assert any("s5 is left out: its right side is missing" in reason for reason in verdict.reasons)


def test_sides_are_paired_by_the_assigned_one() -> None:
    recordings, notes = pair_sides(check_responses(table(), "split-face").rows)
    assert notes == ()
    assert recordings.treated_left.all()
    np.testing.assert_allclose(recordings.treated[4:] / recordings.untreated[4:], 0.5)


def test_before_after_takes_the_mean_of_the_sides_of_a_recording() -> None:
    recordings = face_recordings(check_responses(table(), "before-after").rows)
    assert recordings.treated[0] == pytest.approx(0.40)
    assert recordings.treated_sd[0] == pytest.approx(0.02 / np.sqrt(2.0))


def test_before_after_needs_no_sides() -> None:
    rows = table().drop(columns=["side", "treated"]).drop_duplicates("session")
    assert analyse(rows, "before-after", TREATED_ON).recordings_before == 4
