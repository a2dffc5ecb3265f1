"""How a source does: a state machine of pure steps, each with its reason."""

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import random
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from schemas.article import SourceKind
from schemas.source_state import SourceState, SourceStatus, SourceTrouble
from services.ingest import pace
from services.ingest.habit import Week, learn, learn_week, silent_for
from services.ingest.spec import SourceSpec

FAILURES_BEFORE_FAILING = 3
LONGEST_BACKOFF = timedelta(days=1)
"""No source is ever given up."""
LONGEST_BACKOFF_OFFICIAL = timedelta(hours=6)
SLOW_SECONDS = 10.0
SLOW_ANSWERS = 3
_LISTED_MUCH = 5
_MAX_DOUBLINGS = 8
_MAX_REASON = 300


@dataclass(frozen=True)
class Seen:
    """What one answer showed."""

    published_at: Sequence[datetime | None] = ()
    """A date (or None) for each new or edited article."""
    listed: int | None = None
    """How many items the source lists at present; None where it said that nothing changed."""
    problems: Sequence[str] = ()
    seconds: float | None = None
    """How long the answer took; None where nobody was asked."""
    moved_to: str | None = None


class State(BaseModel):
    """What is remembered of one source between polls."""

    model_config = ConfigDict(frozen=True)

    status: SourceStatus = SourceStatus.NEW
    reason: str | None = None
    since: datetime
    last_polled_at: datetime | None = None
    last_new_at: datetime | None = None
    not_before: datetime | None = None
    """Left alone until then: it failed, or asked for a pause."""
    failures_in_a_row: int = 0
    pace_seconds: float | None = None
    """How often it is asked at present; None: as often as its document says."""
    articles_total: int = 0
    arrivals: tuple[datetime, ...] = ()
    validators: dict[str, Any] = Field(default_factory=dict)
    reads: str | None = None
    """The address or path the validators belong to."""
    trouble: SourceTrouble | None = None
    moved_to: str | None = None
    answer_seconds: float | None = None
    slow_in_a_row: int = 0
    listed: int | None = None
    """How many items it listed last."""
    week: Week | None = None
    """Its habit by hour of the week."""

    def validators_for(self, spec: SourceSpec) -> Mapping[str, Any]:
        """Return the validators, unless the source now reads something else."""
        return self.validators if self.reads == reads(spec) else {}

    def message(self, spec: SourceSpec, next_poll_at: datetime | None) -> SourceState:
        """Return the state as it is published."""
        later = max(filter(None, (next_poll_at, self.not_before)), default=None) if next_poll_at else None
        return SourceState(
            source=spec.source,
            type=spec.type.value,
            url=spec.url or spec.path,
            language=spec.language,
            status=self.status,
            reason=self.reason,
            trouble=self.trouble,
            moved_to=self.moved_to,
            answer_seconds=self.answer_seconds,
            since=self.since,
            last_polled_at=self.last_polled_at,
            last_new_at=self.last_new_at,
            next_poll_at=later,
            every_seconds=pace.held(spec, self.pace_seconds).total_seconds(),
            articles_total=self.articles_total,
            failures_in_a_row=self.failures_in_a_row,
        )


def reads(spec: SourceSpec) -> str:
    """Return what a source reads: its validators are worth nothing for another address or selection."""
    how = [
        part for part in (spec.select and spec.select.model_dump_json(), spec.post and json.dumps(spec.post)) if part
    ]
    mark = f"#{zlib.crc32(''.join(how).encode()):08x}" if how else ""
    return f"{spec.type}:{spec.url or spec.path or ''}{mark}"


def _into(state: State, status: SourceStatus, reason: str | None, now: datetime) -> dict[str, Any]:
    since = state.since if status is state.status else now
    return {"status": status, "reason": reason[:_MAX_REASON] if reason else None, "since": since}


def after_success(
    state: State,
    spec: SourceSpec,
    *,
    seen: Seen,
    validators: Mapping[str, Any],
    now: datetime,
) -> State:
    """Return the state after an answer."""
    times = [_arrived(state, at, now) for at in seen.published_at]
    arrivals = learn(state.arrivals, times)
    week = learn_week(state.week or Week(since=now), state.arrivals, times, now)
    before = pace.held(spec, state.pace_seconds)
    after = pace.after_poll(spec, before, had_new=bool(times), arrivals=arrivals, now=now)
    slow = _slow_in_a_row(state, seen)
    status, reason = _ok_or_silent(arrivals, before, seen.listed, now, week)
    trouble, why = _trouble(state, seen, slow)
    return state.model_copy(
        update={
            **_into(state, status, reason or why or (seen.problems[0] if seen.problems else None), now),
            "trouble": trouble,
            "moved_to": seen.moved_to,
            "answer_seconds": seen.seconds,
            "slow_in_a_row": slow,
            "listed": state.listed if seen.listed is None else seen.listed,
            "last_polled_at": now,
            "last_new_at": now if times else state.last_new_at,
            "not_before": None,
            "failures_in_a_row": 0,
            "pace_seconds": after.total_seconds(),
            "articles_total": state.articles_total + len(times),
            "arrivals": arrivals,
            "week": week,
            "validators": dict(validators),
            "reads": reads(spec),
        }
    )


def _slow_in_a_row(state: State, seen: Seen) -> int:
    if seen.seconds is None:
        return state.slow_in_a_row
    return state.slow_in_a_row + 1 if seen.seconds >= SLOW_SECONDS else 0


def _trouble(state: State, seen: Seen, slow: int) -> tuple[SourceTrouble | None, str | None]:
    """Return what is the matter with a source that answers, the gravest first, and what to do."""
    if seen.listed == 0 and (state.listed or 0) >= _LISTED_MUCH:
        said = f"it answers, but lists nothing any more ({state.listed} before): was it redesigned?"
        return SourceTrouble.CHANGED_SHAPE, said
    if seen.moved_to:
        return SourceTrouble.MOVED, f"it moved for good to {seen.moved_to}: correct the address"
    if slow >= SLOW_ANSWERS:
        return SourceTrouble.SLOW, f"its last {slow} answers took {SLOW_SECONDS:.0f} s or more each"
    return None, None


def _arrived(state: State, published_at: datetime | None, now: datetime) -> datetime:
    """Return when an article came: at this poll, or when it was published where this is the first look at all."""
    return now if state.arrivals or published_at is None else published_at


def _ok_or_silent(
    arrivals: Sequence[datetime], every: timedelta, listed: int | None, now: datetime, week: Week
) -> tuple[SourceStatus, str | None]:
    pause = silent_for(arrivals, every, now, week)
    if pause is not None:
        return SourceStatus.SILENT, f"it answers, but has had nothing new for {_spoken(pause)}: longer than its habit"
    if not arrivals and listed == 0:
        return SourceStatus.SILENT, "it answers, but lists nothing: check that the address is the right one"
    return SourceStatus.OK, None


def _spoken(pause: timedelta) -> str:
    hours = int(pause.total_seconds() // 3600)
    return f"{hours} hours" if hours < 2 * 24 else f"{hours // 24} days"


def after_failure(  # noqa: PLR0913 - what one poll showed, named by keyword
    state: State,
    spec: SourceSpec,
    *,
    reason: str,
    for_good: bool,
    retry_after_seconds: float | None,
    trouble: SourceTrouble | None = None,
    now: datetime,
    random: Callable[[], float] = random,
) -> State:
    """Return the state after no answer. `for_good` says that it will not pass by itself.

    It counts as failing at once then, or when it never answered; otherwise at the third failure in a row.
    """
    failures = state.failures_in_a_row + 1
    failing = (
        for_good or failures >= FAILURES_BEFORE_FAILING or state.status in {SourceStatus.NEW, SourceStatus.FAILING}
    )
    status = SourceStatus.FAILING if failing else state.status
    longest = LONGEST_BACKOFF_OFFICIAL if spec.source_kind is SourceKind.OFFICIAL else LONGEST_BACKOFF
    wait = backoff(failures, spec.interval, retry_after_seconds, random, longest)
    if trouble is SourceTrouble.CHANGED_SHAPE and not state.reads:
        trouble = None  # it never was of another shape: the address is wrong
    return state.model_copy(
        update={
            **_into(state, status, reason, now),
            "last_polled_at": now,
            "not_before": now + wait,
            "trouble": trouble,
            "failures_in_a_row": failures,
        }
    )


def backoff(
    failures: int,
    every: timedelta,
    retry_after_seconds: float | None,
    random: Callable[[], float] = random,
    longest: timedelta = LONGEST_BACKOFF,
) -> timedelta:
    """Return how long to leave a source alone: its interval, doubled with each failure, at most a day.

    Up to a tenth more or less, so that sources which failed together do not come back together; never less than it
    asks for itself.
    """
    doubled: timedelta = every * float(2 ** min(failures - 1, _MAX_DOUBLINGS))
    wait = min(min(doubled, max(every, longest)) * (0.9 + 0.2 * random()), max(every * 1.1, longest))
    return max(wait, timedelta(seconds=retry_after_seconds or 0))


def switched(state: State | None, spec: SourceSpec, now: datetime) -> State:
    """Return the state after a source was set: disabled and enabled sources, and those that read something new."""
    if state is None or (spec.enabled and state.reads not in {None, reads(spec)}):
        state = State(since=now, articles_total=state.articles_total if state else 0)
    if not spec.enabled:
        return state.model_copy(update=_into(state, SourceStatus.DISABLED, None, now))
    if state.status is SourceStatus.DISABLED:
        return state.model_copy(update={**_into(state, SourceStatus.NEW, None, now), "not_before": None})
    return state
