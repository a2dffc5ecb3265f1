"""Goods as the alert service compares and names them (pure), over the taxonomy of the contract."""

from collections.abc import Collection, Iterator
from enum import Enum, auto
from functools import lru_cache

from schemas.commodities import commodities, display_name
from schemas.measure import Good


class Likeness(Enum):
    """How two lists of goods stand to each other."""

    SAME = auto()
    """They agree, or one names what the other sums up."""
    FEW = auto()
    """They share something, but most of what they name differs."""
    GROUP = auto()
    """They share no good, but a group."""
    APART = auto()


ENOUGH_SHARED = 0.4
"""Of the shares of goods that each list finds in the other, their mean: one good of four against one of two is not."""


@lru_cache(maxsize=10_000)
def likeness(ours: tuple[str, ...], theirs: tuple[str, ...]) -> Likeness:
    """Compare two lists of goods, neither of them empty."""
    shared = (_share(ours, theirs) + _share(theirs, ours)) / 2
    if shared >= ENOUGH_SHARED:
        return Likeness.SAME
    if shared > 0:
        return Likeness.FEW
    if any(groups_of(one) & groups_of(other) for one in ours for other in theirs):
        return Likeness.GROUP
    return Likeness.APART


def _share(ours: Collection[str], theirs: Collection[str]) -> float:
    """Return the share of our goods that their list names, or sums up, or is a kind of.

    A wide word beside narrow ones (`critical minerals, among them lithium`) says nothing about goods it does not
    name, so it meets only itself.
    """
    narrow_ours, narrow_theirs = _without_wide(ours), _without_wide(theirs)
    met = sum(
        good in theirs or (good in narrow_ours and any(covers(o, good) or covers(good, o) for o in narrow_theirs))
        for good in ours
    )
    return met / len(ours)


def _without_wide(goods: Collection[str]) -> list[str]:
    """Return the list without the goods that sum up others; a list of nothing else stays as it is."""
    return [good for good in goods if good not in _wide()] or list(goods)


@lru_cache(maxsize=1)
def _wide() -> frozenset[str]:
    return frozenset(good.parent for good in commodities().values() if good.parent)


def covers(wider: str, narrower: str) -> bool:
    """Tell whether a good is the other one or one that it belongs to: critical minerals cover rare earths."""
    return wider in lineage(narrower)


def lineage(good: str) -> tuple[str, ...]:
    """Return the good and every wider one it belongs to, up to the widest."""
    return tuple(_upwards(good))


def _upwards(good: str) -> Iterator[str]:
    known = commodities()
    current: str | None = good
    while current is not None:
        yield current
        current = known[current].parent if current in known else None


def groups_of(good: str) -> frozenset[str]:
    """Return the groups of a good and of the wider ones it belongs to."""
    known = commodities()
    return frozenset(known[one].group for one in lineage(good) if one in known)


def belongs_to(wanted: str, good: str) -> bool:
    """Tell whether a good is, or belongs to, the good or group that is wanted."""
    return covers(wanted, good) or wanted in groups_of(good)


def describe(good: str) -> Good:
    """Return the good as it stands in an alert; one that a newer taxonomy knows keeps its id for a name."""
    known = commodities().get(good)
    if known is None:
        return Good(id=good, name=name_in_sentence(good), group="other")
    return Good(id=good, name=name_in_sentence(good), group=known.group, hs=tuple(known.hs))


def name_in_sentence(good: str) -> str:
    """Return the good's English name as it stands in a sentence."""
    return display_name(good) if good in commodities() else good.replace("-", " ")


def all_within(wanted: str) -> tuple[str, ...]:
    """Return every good that is, or belongs to, this good or group."""
    return tuple(good for good in commodities() if belongs_to(wanted, good))
