"""The goods that Chokepoint knows: what newspapers call them, their codes, and how they stand to each other.

commodities.yaml is what people edit. `make generate` parses it, `compile_table` checks it and writes it as
generated/commodities.json, which is read on the first question and never at import.
"""

import difflib
import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from schemas.names import Names

_TABLE = Path(__file__).with_name("generated") / "commodities.json"


class Group(StrEnum):
    """The closed set of groups."""

    CRITICAL_MINERALS = "critical-minerals"
    RARE_EARTHS = "rare-earths"
    MAGNETS = "magnets"
    BATTERY_MATERIALS = "battery-materials"
    BASE_METALS = "base-metals"
    PRECIOUS_METALS = "precious-metals"
    STEEL = "steel"
    SEMICONDUCTORS = "semiconductors"
    ENERGY = "energy"
    FERTILISERS = "fertilisers"
    FOOD = "food"
    AGRICULTURE = "agriculture"
    ARMS = "arms"
    DUAL_USE = "dual-use"
    AIRCRAFT = "aircraft"
    MEDICAL = "medical"
    CHEMICALS = "chemicals"
    TECHNOLOGY = "technology"
    INDUSTRIAL_GOODS = "industrial-goods"
    CONSUMER_GOODS = "consumer-goods"


HsCode = Annotated[str, Field(pattern=r"^(0[1-9]|[1-6][0-9]|7[0-6]|7[89]|8[0-9]|9[0-7])([0-9]{2}){0,2}$")]
"""Harmonized System 2022: chapter 01 to 97 (77 is reserved), then heading, then subheading; no dots."""
UnspscCode = Annotated[str, Field(pattern=r"^[0-9]{8}$")]


class Commodity(BaseModel):
    """One good."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    group: Group
    parent: str | None
    """The broader good."""
    counts_as: str | None = None
    """The good under which a detection is reported, when this one is only a finer name for it."""
    hs: tuple[HsCode, ...] = ()
    unspsc: tuple[UnspscCode, ...] = ()
    names: Names
    display: dict[str, str] = {}
    """Language -> the name to show, where it is too ambiguous to be searched for and so is not among the names."""

    @property
    def reported_as(self) -> str:
        """The id that stands in a detection: `rare-earths` for magnets, its own for nearly every other good."""
        return self.counts_as or self.id


class UnknownCommodity(LookupError):  # noqa: N818 - reads as what it says where it is caught
    """No good has this id."""


class BadTable(ValueError):  # noqa: N818 - the same
    """The table of goods contradicts itself; the message names the good."""


_Goods = TypeAdapter(tuple[Commodity, ...])


def compile_table(parsed: Any) -> str:
    """Return the JSON text of generated/commodities.json for the parsed YAML (a list of mappings).

    Raises pydantic's ValidationError for an entry of the wrong shape, BadTable for one that contradicts another.
    """
    goods = read_table(parsed)
    rows = [good.model_dump(mode="json", exclude_defaults=True) for good in goods.values()]
    return json.dumps(rows, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def read_table(parsed: Any) -> dict[str, Commodity]:
    """Return id -> good, in the order of ids; raises as `compile_table`."""
    goods = sorted(_Goods.validate_python(parsed), key=lambda good: good.id)
    table = {good.id: good for good in goods}
    if len(table) < len(goods):
        raise BadTable("an id stands twice in the table of goods")
    for good in goods:
        _check(good, table)
    _check_names(goods)
    return table


def _check(good: Commodity, table: Mapping[str, Commodity]) -> None:
    for field, other in (("parent", good.parent), ("counts_as", good.counts_as)):
        if other is not None and other not in table:
            raise BadTable(f"{good.id}: its {field} {other!r} is not in the table")
    if good.counts_as and table[good.counts_as].counts_as:
        raise BadTable(f"{good.id}: what it counts as must not count as yet another good")
    above = [good.id]
    for wider in _upwards(good, table):
        if wider in above:
            raise BadTable(f"{good.id}: its parents go in a circle, {' > '.join([*above, wider])}")
        above.append(wider)


def _check_names(goods: list[Commodity]) -> None:
    """No name may stand for two goods: the reader of a text could not tell which is meant."""
    owners: dict[tuple[str, str], str] = {}
    for good in goods:
        for language, names in good.names.items():
            for name in {name.casefold() for name in names}:
                if (owner := owners.setdefault((language, name), good.id)) != good.id:
                    raise BadTable(f"{good.id}: the name {name!r} ({language}) already belongs to {owner}")


def _upwards(good: Commodity, table: Mapping[str, Commodity]) -> Iterator[str]:
    while good.parent is not None:
        yield good.parent
        good = table[good.parent]


@cache
def commodities() -> Mapping[str, Commodity]:
    """Return id -> good, every good there is; reads the generated table once."""
    goods = _Goods.validate_json(_TABLE.read_bytes())
    return MappingProxyType({good.id: good for good in goods})


def commodity(id: str) -> Commodity:  # noqa: A002 - it is the field's name
    """Return the good with this id; raises UnknownCommodity in one line that offers the nearest id."""
    if (good := commodities().get(id)) is not None:
        return good
    near = difflib.get_close_matches(id, commodities(), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else f"; there are {len(commodities())}, such as 'gallium' or 'wheat'"
    raise UnknownCommodity(f"{id!r} is no commodity{hint}")


def display_name(id: str, language: str = "en") -> str:  # noqa: A002 - it is the field's name
    """Return the name to show, in English where the language is not one of ours; raises UnknownCommodity."""
    good = commodity(id)
    return good.display.get(language) or good.names.get(language, good.names["en"])[0]


def ancestors(id: str) -> tuple[str, ...]:  # noqa: A002 - it is the field's name
    """Return the broader goods, the nearest first: wheat has grains and food. Raises UnknownCommodity."""
    return tuple(_upwards(commodity(id), commodities()))


def related(a: str, b: str) -> bool:
    """Tell whether the two are one good or one is a kind of the other, at any depth; raises UnknownCommodity.

    Siblings are not related: gallium and germanium are both critical minerals, and a measure on one is not on the
    other. Where nearness is enough, compare groups.
    """
    return a == b or a in ancestors(b) or b in ancestors(a)


def in_group(id: str, group: str) -> bool:  # noqa: A002 - it is the field's name
    """Tell whether the good or a broader one is of this group: nickel is of base-metals and of battery-materials."""
    return any(commodity(one).group == group for one in (id, *ancestors(id)))


def hs_matches(one: str, other: str) -> bool:
    """Tell whether two HS codes meet, to the depth of the shorter: 85 and 8505.11 do, in either order.

    Dots and spaces say nothing; an empty code meets none.
    """
    left, right = _digits(one), _digits(other)
    return bool(left and right) and (left.startswith(right) or right.startswith(left))


def has_hs(id: str, code: str) -> bool:  # noqa: A002 - it is the field's name
    """Tell whether one of the good's HS codes meets this one; raises UnknownCommodity."""
    return any(hs_matches(own, code) for own in commodity(id).hs)


def _digits(code: str) -> str:
    return "".join(character for character in code if character.isdecimal())
