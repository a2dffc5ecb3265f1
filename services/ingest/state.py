"""How a source does: a state machine of pure steps, each with its reason."""

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import random
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from schemas.source_state import SourceState, SourceStatus
from services.ingest import pace
from services.ingest.habit import learn, silent_for
from services.ingest.spec import SourceSpec

FAILURES_BEFORE_FAILING = 3
_LONGEST_BACKOFF = timedelta(hours=6)
_MAX_DOUBLINGS = 8
_MAX_REASON = 300


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


def after_success(  # noqa: PLR0913 - what one poll showed, named by keyword
    state: State,
    spec: SourceSpec,
    *,
    published_at: Sequence[datetime | None],
    validators: Mapping[str, Any],
    listed: int | None,
    problems: Sequence[str],
    now: datetime,
) -> State:
    """Return the state after an answer. `published_at` has a date (or None) for each new or edited article.

    `listed` is how many items the source lists at present, None where it said that nothing changed.
    """
    times = [_arrived(state, at, now) for at in published_at]
    arrivals = learn(state.arrivals, times)
    before = pace.held(spec, state.pace_seconds)
    after = pace.after_poll(spec, before, had_new=bool(times), arrivals=arrivals, now=now)
    status, reason = _ok_or_silent(arrivals, before, listed, now)
    return state.model_copy(
        update={
            **_into(state, status, reason or (problems[0] if problems else None), now),
            "last_polled_at": now,
            "last_new_at": now if times else state.last_new_at,
            "not_before": None,
            "failures_in_a_row": 0,
            "pace_seconds": after.total_seconds(),
            "articles_total": state.articles_total + len(times),
            "arrivals": arrivals,
            "validators": dict(validators),
            "reads": reads(spec),
        }
    )


def _arrived(state: State, published_at: datetime | None, now: datetime) -> datetime:
    """Return when an article came: at this poll, or when it was published where this is the first look at all."""
    return now if state.arrivals or published_at is None else published_at


def _ok_or_silent(
    arrivals: Sequence[datetime], every: timedelta, listed: int | None, now: datetime
) -> tuple[SourceStatus, str | None]:
    pause = silent_for(arrivals, every, now)
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
    wait = backoff(failures, spec.interval, retry_after_seconds, random)
    return state.model_copy(
        update={
            **_into(state, status, reason, now),
            "last_polled_at": now,
            "not_before": now + wait,
            "failures_in_a_row": failures,
        }
    )


def backoff(
    failures: int, every: timedelta, retry_after_seconds: float | None, random: Callable[[], float] = random
) -> timedelta:
    """Return how long to leave a source alone: its interval, doubled with each failure, at most six hours.

    Up to a tenth more or less, so that sources which failed together do not come back together; never less than it
    asks for itself.
    """
    doubled: timedelta = every * float(2 ** min(failures - 1, _MAX_DOUBLINGS))
    wait = min(doubled, max(every, _LONGEST_BACKOFF)) * (0.9 + 0.2 * random())
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
