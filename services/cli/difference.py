"""What would change: the objects of the files beside those of the servers; pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from pydantic import ValidationError

from services.cli.objects import KINDS, ObjectKind, Wanted, comparable

Existing = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Kind to id to the object as its server shows it."""

RETIRED: Final = "previous_secret"
"""Valid beside a new secret until the receivers have changed over."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, or to leave as it is."""

    action: Literal["created", "changed", "unchanged", "removed"]
    kind: ObjectKind
    id: str
    wanted: Wanted | None = None
    fields: tuple[tuple[str, Any, Any], ...] = ()
    """What differs: the key, before, after."""
    send: bool = True
    """Whether the server is to be told."""


def plan(wanted: Iterable[Wanted], existing: Existing, *, prune: bool) -> list[Step]:
    """Return the steps in their order: sources, destinations, subscriptions; removals in reverse at the end."""
    of_kind: dict[str, list[Wanted]] = {name: [] for name in KINDS}
    for one in wanted:
        of_kind[one.kind.name].append(one)
    steps = [_step(one, existing[name].get(one.id)) for name, ones in of_kind.items() for one in ones]
    if prune:
        for name, ones in reversed(of_kind.items()):
            steps += _removals(KINDS[name], {one.id for one in ones}, existing.get(name, {}))
    return steps


def _removals(kind: ObjectKind, named: set[str], existing: Mapping[str, Mapping[str, Any]]) -> Iterator[Step]:
    """Remove what the files no longer name, of the kinds that they name at all; bundled sources stay."""
    if named:
        gone = (id_ for id_, shown in existing.items() if id_ not in named and not shown.get("bundled"))
        yield from (Step("removed", kind, id_) for id_ in gone)


def _step(one: Wanted, before: Mapping[str, Any] | None) -> Step:
    if before is None:
        return Step("created", one.kind, one.id, one, tuple(_differences({}, one.whole)))
    fields = list(_differences(_whole(one.kind, before), one.whole))
    if RETIRED in before and RETIRED not in one.document:
        # A server keeps a secret that is left out; the files are the truth here, so it is told to let go of it.
        one = replace(one, document={**one.document, RETIRED: None})
        fields.append((RETIRED, before[RETIRED], None))
    if fields:
        return Step("changed", one.kind, one.id, one, tuple(fields))
    # What the server keeps secret cannot be compared, so it is sent again: the same again changes nothing.
    return Step("unchanged", one.kind, one.id, one, send=one.has_secret or any(map(_masked, before.values())))


def _whole(kind: ObjectKind, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Read a server's object with our model, so that defaults and spellings compare; its own additions are left out."""
    ours = {name: value for name, value in shown.items() if name in kind.fields}
    try:
        return comparable(kind.model().model_validate(ours))
    except ValidationError:  # a server of another version
        return ours


def _differences(
    before: Mapping[str, Any], after: Mapping[str, Any], prefix: str = ""
) -> Iterator[tuple[str, Any, Any]]:
    for name in dict.fromkeys([*after, *before]):
        old, new = before.get(name), after.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _differences(old, new, f"{prefix}{name}.")
        elif old != new and not _alike(old, new) and (prefix or name not in {"kind", "id"}):
            yield f"{prefix}{name}", old, new


def _alike(old: Any, new: Any) -> bool:
    """Tell whether two different values need not differ in meaning: both are nothing, or one is hidden."""
    return (_empty(old) and _empty(new)) or _masked(old)


def _masked(value: Any) -> bool:
    return isinstance(value, str) and set(value) == {"*"}


def _empty(value: Any) -> bool:
    return value is None or value in ([], {}, "")
