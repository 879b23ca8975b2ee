"""Read and write scenarios as TOML: the tables and keys are the classes and fields of a `Scenario`.

A key that is not known, or a value of the wrong kind, is an error that names its place and the
nearest key that is known. What is written reads back as the same scenario.
"""

from __future__ import annotations

import json
import tomllib
import types
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from rubor.errors import InputError
from rubor.simulation.scenario import Scenario
from rubor.simulation.value_checks import in_words

__all__ = ["example_scenario", "example_scenarios", "read_scenario", "scenario_from", "to_toml"]

_ENDING = ".toml"
_KINDS = {float: "a number", int: "a whole number", str: "text in quotes", bool: "true or false"}


def read_scenario(path: Path) -> Scenario:
    """Read a scenario.

    Args:
        path: a TOML file. A photo that it names by a relative path lies beside it.

    Raises:
        InputError: the file cannot be read, or says something that is not possible.
    """
    try:
        with path.open("rb") as file:
            table = tomllib.load(file)
    except OSError as error:
        raise InputError(
            f"The scenario {path} cannot be opened ({error.strerror}).",
            "Check the name, or list the examples with: rubor simulate --list",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} is not TOML: {error}.", "Correct that line.") from error
    if isinstance(table.get("photo"), str):
        table["photo"] = str((path.parent / table["photo"]).resolve())
    try:
        return scenario_from(table)
    except InputError as error:
        raise InputError(f"{path.name}: {error.message}", error.cure) from error


def scenario_from(table: Mapping[str, Any]) -> Scenario:
    """The scenario that a parsed TOML document says.

    Raises:
        InputError: an unknown key, a value of the wrong kind, or one that is not possible.

    >>> scenario_from({"seed": 4, "skin": {"tone": "tan"}}).skin.ita
    19.0
    """
    return cast(Scenario, _record(Scenario, table, ""))


def to_toml(scenario: Scenario) -> str:
    """The scenario as TOML; values that are None are left out.

    >>> print(to_toml(Scenario(title="rest", seed=4)).splitlines()[1])
    seed = 4
    """
    return "\n".join(_lines(scenario, "")).strip() + "\n"


def example_scenarios() -> dict[str, str]:
    """Names of the scenarios that ship with the library, and what each shows.

    >>> "blush" in example_scenarios()
    True
    """
    folder = files("rubor.simulation") / "scenarios"
    names = sorted(
        entry.name.removesuffix(_ENDING)
        for entry in folder.iterdir()
        if entry.name.endswith(_ENDING)
    )
    return {name: example_scenario(name).title for name in names}


def example_scenario(name: str) -> Scenario:
    """One of the scenarios that ship with the library.

    Raises:
        InputError: there is none of that name.
    """
    path = files("rubor.simulation") / "scenarios" / f"{name}{_ENDING}"
    if not path.is_file():
        raise InputError(
            f"No example is called '{name}'.", in_words(name, list(example_scenarios()))
        )
    return scenario_from(tomllib.loads(path.read_text(encoding="utf-8")))


def _record(kind: type[Any], table: Mapping[str, Any], place: str) -> object:
    """An instance of a dataclass from a table."""
    hints = get_type_hints(kind)
    known = [field.name for field in fields(kind)]
    for key in table:
        if key not in known:
            where = f"[{place}]" if place else "the scenario"
            raise InputError(f"There is no key '{key}' in {where}.", in_words(key, known))
    values = {
        key: _value(hints[key], value, f"{place}.{key}" if place else key)
        for key, value in table.items()
    }
    try:
        return kind(**values)
    except InputError as error:
        raise InputError(
            f"[{place}] {error.message}" if place else error.message, error.cure
        ) from None


def _value(kind: Any, value: Any, place: str) -> object:
    """A value of a field's type from what TOML gives."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _value(next(part for part in arguments if part is not types.NoneType), value, place)
    if origin is Literal:
        return _value(str, value, place)
    if origin is tuple:
        if not isinstance(value, list):
            raise _wrong(place, "a list", value)
        parts = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else arguments
        if len(parts) != len(value):
            raise _wrong(place, f"a list of {len(parts)}", value)
        return tuple(_value(part, item, place) for part, item in zip(parts, value, strict=True))
    if is_dataclass(kind) or origin is not None:  # a table, or a mapping of names to numbers
        if not isinstance(value, dict):
            raise _wrong(place, "a table", value)
        if is_dataclass(kind):
            return _record(cast("type[Any]", kind), value, place)
        return {name: _value(arguments[1], item, f"{place}.{name}") for name, item in value.items()}
    if kind is Path:
        return Path(cast(str, _value(str, value, place)))
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        raise _wrong(place, _KINDS[kind], value)
    return cast(object, value)


def _wrong(place: str, wanted: str, value: Any) -> InputError:
    return InputError(f"{place} is {value!r}.", f"Give {wanted}.")


def _lines(record: Any, place: str) -> Iterator[str]:
    """Lines of a table: plain values first, then tables, as TOML wants it."""
    tables = []
    for field in fields(record):
        value = getattr(record, field.name)
        if is_dataclass(value) or _is_list_of_tables(value):
            tables.append((f"{place}.{field.name}" if place else field.name, value))
        elif value is not None and not (value == () and place + field.name != "event"):
            yield f"{field.name} = {_literal(value)}"
    for name, value in tables:
        for item in value if isinstance(value, tuple) else [value]:
            brackets = "[[{}]]" if isinstance(value, tuple) else "[{}]"
            yield ""
            yield brackets.format(name)
            yield from _lines(item, name)


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and is_dataclass(value[0])


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Path):
        return _literal(value.as_posix())
    if isinstance(value, str):
        # JSON's strings are TOML's but for one character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, tuple):
        return f"[{', '.join(_literal(item) for item in value)}]"
    if isinstance(value, Mapping):
        pairs = [f"{json.dumps(name)} = {_literal(item)}" for name, item in value.items()]
        return f"{{ {', '.join(pairs)} }}" if pairs else "{}"
    return repr(value)  # exact for numbers
