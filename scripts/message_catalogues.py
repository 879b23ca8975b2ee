"""Message catalogues as files: a template of all texts, and each language's translation, compiled too.

What `make_translations.py` (texts of the library) and `make_page_translations.py` (pages of the app)
share. Needs Babel.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

# The same texts make the same files on any day.
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)


def empty_catalogue(language: str | None, made_by: str) -> Catalog:
    """A catalogue without texts.

    Args:
        language: two letters; None for a template.
        made_by: name of the script.
    """
    return Catalog(
        locale=language,
        project="Rubor",
        version="texts",
        header_comment=f"# Texts of Rubor. Made by scripts/{made_by}.",
        creation_date=NO_DATE,
        revision_date=NO_DATE,
        last_translator="The Rubor authors",
        language_team="The Rubor authors",
        msgid_bugs_address="see README.md",
        fuzzy=False,
    )


def merged(template: Catalog, po: bytes, language: str, made_by: str) -> Catalog:
    """The translations of a `.po` file, with the texts of today; those no longer there are dropped.

    Args:
        template: the texts of today.
        po: what is in the file; may be empty.
        language: two letters.
        made_by: name of the script.
    """
    known = read_po(io.BytesIO(po), locale=language)
    made = empty_catalogue(language, made_by)
    for message in template:
        if not message.id:
            continue
        earlier = known.get(message.id, message.context)
        added = made.add(
            message.id,
            _translation_of(message, earlier, made.num_plurals),
            auto_comments=message.auto_comments,
            context=message.context,
        )
        added.flags.clear()
        added.flags.update(message.flags)
    return made


def untranslated(catalogue: Catalog) -> list[str]:
    """Texts that have no translation, or lack a plural form."""
    return [
        str(message.id)
        for message in catalogue
        if message.id
        and not (
            all(message.string) if isinstance(message.string, (tuple, list)) else message.string
        )
    ]


def as_po(made: Catalog) -> bytes:
    """The catalogue as a file of text."""
    written = io.BytesIO()
    write_po(written, made, width=100)
    return written.getvalue()


def as_mo(made: Catalog) -> bytes:
    """The catalogue as gettext reads it at run time."""
    written = io.BytesIO()
    write_mo(written, made)
    return written.getvalue()


def languages(folder: Path) -> list[str]:
    """Languages that there is a folder for."""
    return sorted(one.parent.name for one in folder.glob("*/LC_MESSAGES"))


def bring_up_to_date(folder: Path, domain: str, template: Catalog, made_by: str) -> None:
    """Write the template and every language's files, and say what is left to translate."""
    folder.mkdir(exist_ok=True)
    (folder / f"{domain}.pot").write_bytes(as_po(template))
    for language in languages(folder):
        place = folder / language / "LC_MESSAGES"
        file = place / f"{domain}.po"
        translated = merged(
            template, file.read_bytes() if file.exists() else b"", language, made_by
        )
        file.write_bytes(as_po(translated))
        (place / f"{domain}.mo").write_bytes(as_mo(translated))
        left = len(untranslated(translated))
        print(f"{language}: {len(translated)} texts, {left} not translated yet")


def _translation_of(
    message: Message, earlier: Message | None, plurals: int
) -> str | tuple[str, ...]:
    """What is known already, in as many forms as the language has."""
    if not message.pluralizable:
        return str(earlier.string) if earlier is not None and earlier.string else ""
    known = earlier.string if earlier is not None else ()
    forms = [*known] if isinstance(known, (tuple, list)) else []
    return tuple((forms + [""] * plurals)[:plurals])
