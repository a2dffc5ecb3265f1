"""Countries, territories and blocs: their codes, what newspapers call them, and who belongs to which bloc.

countries.yaml is what people edit. `make generate` parses it, `compile_table` checks it and writes it as
generated/countries.json, which is read on the first question and never at import.
"""

import json
from collections.abc import Collection, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from schemas.names import Names

_TABLE = Path(__file__).with_name("generated") / "countries.json"

Code = Annotated[str, Field(pattern=r"^([A-Z]{2}|G7|[A-Z][A-Z0-9]{2,}(-[A-Z]+)*\+?)$")]
"""ISO 3166-1 alpha-2, `XK` for Kosovo, or the word for a bloc: `EU`, `G7`, `ECOWAS`, `OPEC+`."""


class Country(BaseModel):
    """One country, territory or bloc."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    code: Code
    article: bool = False
    """English says "the" before the name."""
    members: tuple[Code, ...] = ()
    """Of a bloc; empty for the UN, where nearly everyone is a member and membership tells nothing apart."""
    members_since: date | None = None
    """The day since which just these are the members."""
    names: Names
    display: dict[str, str] = {}
    """Language -> the name to show, where it is too ambiguous to be searched for and so is not among the names."""


class UnknownCountry(LookupError):  # noqa: N818 - reads as what it says where it is caught
    """No country or bloc has this code."""


class BadTable(ValueError):  # noqa: N818 - the same
    """The table of countries contradicts itself; the message names the code."""


_Countries = TypeAdapter(tuple[Country, ...])


def compile_table(parsed: Any) -> str:
    """Return the JSON text of generated/countries.json for the parsed YAML (a list of mappings).

    Raises pydantic's ValidationError for an entry of the wrong shape, BadTable for one that contradicts another.
    """
    rows = [country.model_dump(mode="json", exclude_defaults=True) for country in read_table(parsed).values()]
    return json.dumps(rows, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def read_table(parsed: Any) -> dict[str, Country]:
    """Return code -> country, in the order of codes; raises as `compile_table`."""
    rows = sorted(_Countries.validate_python(parsed), key=lambda row: row.code)
    table = {row.code: row for row in rows}
    if len(table) < len(rows):
        raise BadTable("a code stands twice in the table of countries")
    for row in rows:
        if strange := [member for member in row.members if member not in table or member == row.code]:
            raise BadTable(f"{row.code}: its members {', '.join(strange)} are not other rows of the table")
    _check_names(rows)
    return table


def _check_names(rows: list[Country]) -> None:
    """No name may stand for two countries: the reader of a text could not tell which is meant."""
    owners: dict[tuple[str, str], str] = {}
    for row in rows:
        for language, names in row.names.items():
            for name in {name.casefold() for name in names}:
                if (owner := owners.setdefault((language, name), row.code)) != row.code:
                    raise BadTable(f"{row.code}: the name {name!r} ({language}) already belongs to {owner}")


@cache
def countries() -> Mapping[str, Country]:
    """Return code -> country, territory or bloc, all there are; reads the generated table once."""
    rows = _Countries.validate_json(_TABLE.read_bytes())
    return MappingProxyType({row.code: row for row in rows})


def is_code(code: str) -> bool:
    """Tell whether a country, territory or bloc has this code; `us` in small letters is none."""
    return code in countries()


def country(code: str) -> Country:
    """Return the country or bloc with this code; raises UnknownCountry in one line that says what is expected."""
    if (row := countries().get(code)) is not None:
        return row
    hint = f"did you mean {code.upper()!r}?" if is_code(code.upper()) else "use ISO 3166-1 alpha-2 or a bloc: CN, EU"
    raise UnknownCountry(f"{code!r} is no country or bloc; {hint}")


def display_name(code: str, language: str = "en") -> str:
    """Return the name as a headline has it: `the United States`, `China`, `Vereinigte Staaten`.

    In English where the language is not one of ours; raises UnknownCountry.
    """
    row = country(code)
    if language not in row.names or language == "en":
        return f"the {_shown(row, 'en')}" if row.article else _shown(row, "en")
    return _shown(row, language)


def english_name(code: str) -> str:
    """Return the English name without an article; of a code that a newer table knows, the code itself."""
    row = countries().get(code)
    return _shown(row, "en") if row else code


def _shown(row: Country, language: str) -> str:
    return row.display.get(language) or row.names[language][0]


def members(code: str) -> tuple[str, ...]:
    """Return the codes of a bloc's members; of a country, of the UN and of an unknown code, none."""
    row = countries().get(code)
    return row.members if row else ()


def overlaps(one: str | Collection[str], other: str | Collection[str]) -> bool:
    """Tell whether two sets of codes share a code, or one holds a bloc and the other a member of it.

    A lone code stands for a set of one. Two blocs that merely share members do not overlap: a measure of NATO is not
    one of the EU. What the UN does overlaps with nobody else's, as it has no members here.
    """
    left, right = _codes(one), _codes(other)
    return any(a == b or b in members(a) or a in members(b) for a in left for b in right)


def _codes(given: str | Collection[str]) -> Collection[str]:
    return (given,) if isinstance(given, str) else given
