"""Hold JSON documents against the schemas that the package ships."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from rubor.errors import InputError
from rubor.web.recordings.json_answers import storable

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

__all__ = ["check_document", "damaged", "read_document"]

_SCHEMAS: Final[Mapping[str, tuple[str, str]]] = {
    "rubor.export/1": ("rubor.web.archive", "export"),
    "rubor.summary/1": ("rubor.measurement", "summary"),
    "rubor.episodes/1": ("rubor.response", "episodes"),
    "rubor.trial/1": ("rubor.trials", "trial"),
    "rubor.verdict/1": ("rubor.trials", "verdict"),
    "rubor.suitability/1": ("rubor.pathway", "suitability"),
    "rubor.smile/1": ("rubor.pathway", "smile"),
}


def check_document(document: Any, schema: str, where: str) -> None:
    """See that a document is of a schema.

    Args:
        document: what JSON held.
        schema: its name and version, such as "rubor.summary/1".
        where: the file or place it is from, for the message.

    Raises:
        InputError: it is of another version, or does not fit.
    """
    said = document.get("schema") if isinstance(document, dict) else None
    if said != schema:
        name, _slash, _version = schema.partition("/")
        if isinstance(said, str) and said.startswith(f"{name}/"):
            raise InputError(
                _("This export was written by another version of Rubor (%(found)s in %(where)s).")
                % {"found": said[:60], "where": where},
                _("Bring it in with that version or a newer one, or export it anew with this one."),
            )
        raise damaged(where)
    error = next(_validator(schema).iter_errors(document), None)
    if error is not None:
        raise damaged(f"{where}: {error.json_path}"[:300])


def read_document(data: bytes, where: str) -> Any:
    """What JSON holds.

    Raises:
        InputError: it is none; numbers that are no numbers, and text that cannot be stored, are refused.
    """
    try:
        document = json.loads(data, parse_constant=_no_number)
        fit = storable(document)
    except (ValueError, RecursionError) as error:
        raise damaged(where) from error
    if not fit:
        raise damaged(where)
    return document


def damaged(where: str) -> InputError:
    """The error of an export that is not as Rubor wrote it."""
    return InputError(
        _("This export is damaged or was changed: %(where)s.") % {"where": where},
        _("Export it anew on the other machine, and copy the file whole."),
    )


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")


@cache
def _validator(schema: str) -> Validator:
    from jsonschema import Draft202012Validator

    package, name = _SCHEMAS[schema]
    text = (files(package) / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))
