"""What a browser says of a recording before it hands it in, checked word by word."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeVar, get_args

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from rubor.errors import InputError
from rubor.web.people.models import Person

__all__ = ["Announcement", "MarkSaid", "checked_conditions", "checked_marks", "checked_protocol"]

Source = Literal["browser", "file", "phone"]
_SOURCES: Final[tuple[Source, ...]] = get_args(Source)
T = TypeVar("T")

_LONGEST_NAME: Final = 200
_LONGEST_TITLE: Final = 80
_LONGEST_NOTE: Final = 4000
_MOST_MEDICINES: Final = 30
_MOST_MARKS: Final = 1000
_LONGEST_S: Final = 24 * 3600.0
_MOST_JSON_BYTES: Final = 64 * 1024
_MEDIA_TYPE: Final = re.compile(r"[\w.+-]{1,40}/[\w.+-]{1,40}(;[ \w.,=+\"-]{0,60})?")
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{0,64}")
_KEY: Final = re.compile(r"[\w.:-]{1,40}")


@dataclass(frozen=True)
class Announcement:
    """The columns of a `Recording` that a browser may set; see there."""

    source: Source
    file_name: str
    media_type: str
    bytes_expected: int | None
    fingerprint: str
    mirrored: bool | None
    skin_tone: str
    keep_video: bool
    recorded_at: datetime
    title: str
    protocol: dict[str, Any]
    conditions: dict[str, Any]
    camera_settings: dict[str, Any]
    path_check: dict[str, Any]

    @classmethod
    def of(cls, said: Mapping[str, Any], person: Person) -> Announcement:
        """Check what was said; what was left out is taken from the person.

        Raises:
            InputError: something is not possible.
        """
        source = _one_of(said, "source", _SOURCES)
        return cls(
            source=source,
            file_name=_shown_name(_text(said, "file_name", 4 * _LONGEST_NAME)),
            media_type=_media_type(said),
            bytes_expected=_bytes(said, optional=source == "browser"),
            fingerprint=_matching(said, "fingerprint", _FINGERPRINT),
            mirrored=_one_of(said, "mirrored", (True, False, None)),
            skin_tone=_skin_tone(said, person),
            keep_video=_one_of(said, "keep_video", (True, False), person.keep_video),
            recorded_at=_time(said),
            title=_text(said, "title", _LONGEST_TITLE),
            protocol=checked_protocol(said.get("protocol")),
            conditions=checked_conditions(said.get("conditions")),
            camera_settings=_object(said, "camera_settings"),
            path_check=_object(said, "path_check"),
        )

    def columns(self) -> dict[str, Any]:
        """All of it, as columns of a `Recording`."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class MarkSaid:
    """One mark; see `rubor.web.recordings.models.Mark`."""

    key: str
    time_s: float
    kind: str


def checked_conditions(said: object) -> dict[str, Any]:
    """What was written down about a recording, as the library's `Conditions` in JSON.

    Raises:
        InputError: something in it is not possible.
    """
    from rubor.trials.trial import Conditions, Medicine

    given = _mapping(said, "conditions")
    medicines = given.get("medicines") or []
    if not isinstance(medicines, list) or len(medicines) > _MOST_MEDICINES:
        raise _not_possible("medicines")
    conditions = Conditions(
        make_up=_one_of(given, "make_up", (True, False, None)),
        camera=_text(given, "camera", _LONGEST_NAME),
        room=_text(given, "room", _LONGEST_NAME),
        medicines=tuple(
            Medicine(_text(one, "name", _LONGEST_NAME), _number(one, "hours_before", optional=True))
            for one in (_mapping(medicine, "medicines") for medicine in medicines)
            if _text(one, "name", _LONGEST_NAME)
        ),
        note=_text(given, "note", _LONGEST_NOTE),
    )
    return {**asdict(conditions), "medicines": [asdict(one) for one in conditions.medicines]}


def checked_protocol(said: object) -> dict[str, Any]:
    """How a guided recording went; empty for a file.

    Raises:
        InputError: something in it is not possible.
    """
    given = _mapping(said, "protocol")
    if not given:
        return {}
    steps = given.get("steps") or []
    if not isinstance(steps, list) or len(steps) > _MOST_MARKS:
        raise _not_possible("steps")
    for step in steps:
        one = _mapping(step, "steps")
        _text(one, "name", _LONGEST_NAME)
        if _number(one, "start_s") > _number(one, "end_s"):
            raise _not_possible("steps")
    _text(given, "version", _LONGEST_NAME)
    _text(given, "task", _LONGEST_NAME)
    return _small(given, "protocol")


def checked_marks(said: object) -> tuple[MarkSaid, ...]:
    """Marks on the video's own clock.

    Raises:
        InputError: a time, kind or key is not possible.
    """
    from rubor.measurement.events import EVENT_KINDS

    if not isinstance(said, list) or len(said) > _MOST_MARKS:
        raise _not_possible("marks")
    marks = [_mapping(one, "marks") for one in said]
    return tuple(
        MarkSaid(
            _matching(one, "key", _KEY),
            _number(one, "time_s"),
            _one_of(one, "kind", tuple(EVENT_KINDS), ""),
        )
        for one in marks
    )


def _not_possible(name: str) -> InputError:
    return InputError(
        _("“%(name)s” is not possible as it was given.") % {"name": name},
        _("Load the page again and repeat what you did."),
    )


def _mapping(said: object, name: str) -> dict[str, Any]:
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise _not_possible(name)
    return said


def _object(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    return _small(_mapping(said.get(name), name), name)


def _small(said: dict[str, Any], name: str) -> dict[str, Any]:
    try:
        text = json.dumps(said, allow_nan=False)
    except ValueError as error:
        raise _not_possible(name) from error
    if len(text) > _MOST_JSON_BYTES:
        raise _not_possible(name)
    return said


def _text(said: Mapping[str, Any], name: str, most: int) -> str:
    text = said.get(name)
    if text is None:
        return ""
    if not isinstance(text, str) or len(text) > most or "\0" in text:
        raise _not_possible(name)
    return text.strip()


def _matching(said: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    text = _text(said, name, _LONGEST_NAME)
    if not pattern.fullmatch(text):
        raise _not_possible(name)
    return text


def _media_type(said: Mapping[str, Any]) -> str:
    """As the browser named it, if it looks like one; it decides nothing but the ending `.webm`."""
    text = _text(said, "media_type", _LONGEST_NAME)
    return text if len(text) <= 100 and _MEDIA_TYPE.fullmatch(text) else ""


def _shown_name(text: str) -> str:
    r"""The last part of a name, without signs that do not show; for display only, never a path.

    >>> _shown_name("..\\..\\boot\u202e.ini/holiday\n.mp4")
    'holiday.mp4'
    """
    last = re.split(r"[/\\]", text)[-1]
    shown = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    return shown.strip(" .")[-_LONGEST_NAME:]


def _one_of(
    said: Mapping[str, Any], name: str, values: tuple[T, ...], missing: T | None = None
) -> T:
    value = said.get(name, missing)
    # 1 is no answer to a question of yes or no, though Python takes it for True.
    for known in values:
        if value == known and type(value) is type(known):
            return known
    raise _not_possible(name)


def _number(said: Mapping[str, Any], name: str, *, optional: bool = False) -> Any:
    value = said.get(name)
    if value is None and optional:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _not_possible(name)
    # Compared first: a whole number of hundreds of digits is no float any more.
    if not (0 <= value <= _LONGEST_S and math.isfinite(value)):
        raise _not_possible(name)
    return float(value)


def _bytes(said: Mapping[str, Any], *, optional: bool) -> int | None:
    value = said.get("bytes")
    if value is None and optional:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _not_possible("bytes")
    if value == 0:
        raise InputError(
            _("This file is empty."), _("Copy it again from the camera, and choose it again.")
        )
    if value > settings.RUBOR_MOST_UPLOAD_BYTES:
        raise InputError(
            _("This file is larger than %(most)d GB.")
            % {"most": settings.RUBOR_MOST_UPLOAD_BYTES // 1024**3},
            _("Cut it to the part with your face, or record at a lower setting."),
        )
    return value


def _skin_tone(said: Mapping[str, Any], person: Person) -> str:
    from rubor.optics.skin_tone import skin_tones

    name = _text(said, "skin_tone", 20) or person.skin_tone
    if not name:
        raise InputError(
            _("Rubor does not know the colour of your skin yet."),
            _("Choose the nearest of the six."),
        )
    return _one_of({"skin_tone": name}, "skin_tone", tuple(tone.name for tone in skin_tones()))


def _time(said: Mapping[str, Any]) -> datetime:
    text = _text(said, "recorded_at", 40)
    now = timezone.now()
    if not text:
        return now
    try:
        at = parse_datetime(text)
    except ValueError:
        at = None
    if at is None or at.year < 1990:
        raise _not_possible("recorded_at")
    if timezone.is_naive(at):
        at = timezone.make_aware(at)
    if at > now + timedelta(days=1):
        raise InputError(
            _("The date of the recording lies in the future."), _("Set the day it was recorded.")
        )
    return at
