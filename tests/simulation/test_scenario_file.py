"""Scenarios as TOML: what is read is what was said, what is not possible is refused in plain words."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.measurement.events import read_events
from rubor.simulation import (
    CameraSpec,
    EncoderSpec,
    Event,
    GainDrift,
    HeadTurn,
    Lamp,
    LightSpec,
    MotionSpec,
    Pulse,
    Response,
    Scenario,
    SkinSpec,
    Smile,
    TreatedPatch,
    example_scenario,
    example_scenarios,
    read_scenario,
    resolved,
    to_toml,
)
from rubor.simulation.simulated_video import derived_events
from rubor.vision.reference_face import REGIONS

FULL = Scenario(
    title='a "full" scenario',
    seed=9,
    duration_s=12.5,
    frame_rate=29.97,
    width=640,
    height=360,
    photo=Path("/somewhere/face.jpg"),
    skin=SkinSpec(ita_deg=12.5, draw=True, specular=0.03),
    response=(
        Response(regions={"cheek": 1.0, "nose": 0.5}, left=0.4, saturation_change=0.05),
        Response(kind="flush", size_ln=-0.3, onset_s=1.0),
    ),
    pulse=Pulse(rate_bpm=72.0, size_ln=0.0),
    treated=(
        TreatedPatch(cells=("cheek_left_07", "nose_left_01")),
        TreatedPatch(side="left", regions=("cheek",), responses=("blush",)),
        TreatedPatch(centre_cm=(4.0, -3.5), semi_axes_cm=(1.0, 2.0)),
    ),
    camera=CameraSpec(
        sensitivities="typical",
        variation=(0.5, -1.25),
        drift=(GainDrift(kind="sine", red_ln=0.02), GainDrift(kind="ramp", exposure_stops=1.0)),
    ),
    light=LightSpec(illuminant="FL11", side_ln=-0.2, lamp=(Lamp(), Lamp(illuminant="D50"))),
    motion=MotionSpec(turn=(HeadTurn(angle_deg=-8.0),), smile=(Smile(size=0.5, onset_s=3.0),)),
    encoder=EncoderSpec(container="mkv", codec="libx265", crf=20.0, full_range=True),
    event=(Event(2.0, "felt"),),
)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("scenario", [Scenario(), FULL, replace(FULL, event=())])
def test_what_is_written_reads_back_the_same(tmp_path: Path, scenario: Scenario) -> None:
    assert read_scenario(written(tmp_path, to_toml(scenario))) == scenario


@example(1, 0.0, 0.1, '\x7f\x00\n"\\ \U0001f600')
@given(
    st.integers(0, 2**40),
    st.floats(-60.0, 60.0),
    st.floats(-2.0, 2.0),
    st.text(max_size=20),
)
def test_numbers_and_text_survive_exactly(
    seed: int, ita_deg: float, size_ln: float, title: str
) -> None:
    import tomllib

    from rubor.simulation.scenario_file import scenario_from

    scenario = Scenario(
        title=title,
        seed=seed,
        skin=SkinSpec(ita_deg=ita_deg),
        response=(Response(size_ln=size_ln),),
    )
    assert scenario_from(tomllib.loads(to_toml(scenario))) == scenario


def test_a_resolved_scenario_draws_nothing_more() -> None:
    scenario = Scenario(
        seed=5, skin=SkinSpec(draw=True), camera=CameraSpec(draw=True), light=LightSpec(draw=True)
    )
    full = resolved(scenario)
    assert resolved(full) == full
    # Another seed no longer matters to the person, the camera and the light.
    assert resolved(replace(full, seed=6)) == replace(full, seed=6)


def test_the_seed_draws_the_person_and_what_is_given_stays() -> None:
    one, other = (
        resolved(Scenario(seed=seed, skin=SkinSpec(draw=True, specular=0.01))).skin
        for seed in (1, 2)
    )
    assert one.oxygen_saturation != other.oxygen_saturation
    assert one.specular == other.specular == 0.01


def test_drawn_people_spread_as_people_do() -> None:
    skins = [resolved(Scenario(seed=seed, skin=SkinSpec(draw=True))).skin for seed in range(300)]
    blood = [math.log(skin.resting_blood_fraction or math.nan) for skin in skins]
    mean = sum(blood) / len(blood)
    spread = math.sqrt(sum((value - mean) ** 2 for value in blood) / len(blood))
    # Resting blood is lognormal about 1.4 % with a standard deviation of 0.4.
    assert mean == pytest.approx(math.log(0.014), abs=0.1)
    assert spread == pytest.approx(0.4, abs=0.06)
    assert all(0.0 <= (skin.specular or 0.0) <= 0.04 for skin in skins)


def test_a_photo_lies_beside_the_file_that_names_it(tmp_path: Path) -> None:
    path = written(tmp_path, 'photo = "faces/one.jpg"\n')
    assert read_scenario(path).photo == (tmp_path / "faces" / "one.jpg").resolve()


@pytest.mark.parametrize(
    ("text", "cause", "cure"),
    [
        ("durations = 3", "'durations'", "Did you mean 'duration_s'"),
        ("[skin]\ntoone = 'tan'", "'toone' in [skin]", "Did you mean 'tone'"),
        ("[skin]\ntone = 'tann'", "[skin] No skin tone is called 'tann'", "'tan'"),
        ("[[response]]\nregions = {chek = 1.0}", "'chek'", "Did you mean 'cheek'"),
        ("[[response]]\nkind = 'blsh'", "'blsh'", "'blush'"),
        ("[[response]]\nsize_ln = 50", "size_ln is 50", "Check its unit"),
        ("[[response]]\nrise_s = 0.0", "rise", "in seconds"),
        ("[[response]]\nsize_ln = 'big'", "response.size_ln is 'big'", "a number"),
        ("response = 3", "response is 3", "a list"),
        ("skin = 3", "skin is 3", "a table"),
        ("seed = 1.5", "seed is 1.5", "a whole number"),
        ("seed = -1", "seed is -1", "Check"),
        ("[skin]\ndraw = 1", "skin.draw is 1", "true or false"),
        ("[skin]\ntone = 'tan'\nita_deg = 3.0", "both say the skin tone", "one of them"),
        ("[[treated]]\nreduction = 0.5", "one way of saying where", "Give cells"),
        ("[[treated]]\ncells = ['cheek_left_99']", "'cheek_left_99'", "Did you mean 'cheek_left_"),
        ("[[treated]]\ncentre_cm = [1.0, 2.0]", "needs centre_cm and semi_axes_cm", "both"),
        ("[[treated]]\ncentre_cm = [1.0]", "treated.centre_cm is [1.0]", "a list of 2"),
        ("[[camera.drift]]\nkind = 'jump'", "[camera.drift] No kind is called 'jump'", "sine"),
        ("[camera]\nvariation = [1.0]", "variation changes the typical camera", "typical"),
        ("[encoder]\ncontainer = 'mp3'", "'mp3'", "Did you mean 'mp4'"),
        ("width = 641", "half a chroma sample", "even"),
        ("width = 64", "width is 64", "Check"),
        ("seed = = 3", "not TOML", "Correct that line"),
    ],
)
def test_what_is_not_possible_is_refused_with_cause_and_cure(
    tmp_path: Path, text: str, cause: str, cure: str
) -> None:
    with pytest.raises(InputError) as refused:
        read_scenario(written(tmp_path, text))
    assert cause in refused.value.message
    assert refused.value.message.startswith("scenario.toml")
    assert cure in refused.value.cure


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        read_scenario(tmp_path / "absent.toml")


def test_an_unknown_example_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="Did you mean 'flush'"):
        example_scenario("flussh")


def test_the_examples_show_what_the_project_is_about() -> None:
    examples = example_scenarios()
    assert set(examples) == {
        "blush",
        "flush",
        "treated_patch",
        "drifting_white_balance",
        "smile",
    }
    assert all(examples.values())
    assert not example_scenario("smile").response
    assert example_scenario("treated_patch").treated


@pytest.mark.parametrize("name", ["blush", "flush", "treated_patch", "smile"])
def test_events_of_the_examples_are_events_that_measuring_knows(tmp_path: Path, name: str) -> None:
    from rubor.simulation.simulated_video import _write_events

    scenario = example_scenario(name)
    _write_events(scenario, tmp_path / "events.csv")
    kinds = [event.kind for event in read_events(tmp_path / "events.csv")]
    assert kinds == [event.kind for event in derived_events(scenario)]
    assert ("baseline_end" in kinds) is bool(scenario.response)


def test_a_pair_of_regions_may_be_named_without_its_side() -> None:
    response = Response(regions={"cheek": 0.8, "cheek_left": 0.2, "nose": 1.0})
    factors = {region: response.factor_of(region) for region in REGIONS}
    assert factors["cheek_left"] == 0.2
    assert factors["cheek_right"] == 0.8
    assert factors["nose"] == 1.0
    assert factors["forehead"] == 0.0
    assert {Response().factor_of(region) for region in REGIONS} == {1.0}
