"""Trace context: the header's form, what is current where, and real spans with OpenTelemetry's SDK."""

import asyncio
import sys
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry import trace
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.runtime import tracing
from services.runtime.logs import get_logger
from tests.runtime.egress_loopback import serving, with_body

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"
NO_RANDOM = f"00-{'0' * 32}-{SPAN}-01"

INVALID = [
    "",
    "garbage",
    PARENT.upper(),
    PARENT + "-",
    PARENT + "-00",
    PARENT + "\n",
    " " + PARENT,
    PARENT[:-1],
    PARENT + "0",
    PARENT.replace("-", "_"),
    f"ff-{TRACE}-{SPAN}-01",
    f"0-{TRACE}-{SPAN}-01",
    f"00-{'0' * 32}-{SPAN}-01",
    f"00-{TRACE}-{'0' * 16}-01",
    f"00-{TRACE[:-1]}g-{SPAN}-01",
    f"00-{TRACE[:-1]}-{SPAN}-01",
    f"00-{TRACE}-{SPAN}-0x",
    f"01-{TRACE}-{SPAN}-01what",
    f"00-{TRACE}-{SPAN}-٠١",
]


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Record spans into memory for one test."""
    exporter = InMemorySpanExporter()
    stop = tracing.configure("ingest", processor=SimpleSpanProcessor(exporter))
    yield exporter
    stop()


@pytest.mark.parametrize("header", INVALID)
def test_an_invalid_header_is_none(header: str) -> None:
    """Nothing but lower-case hex of the right lengths and non-zero ids is a traceparent of version 00."""
    assert tracing.parse(header) is None


@pytest.mark.parametrize(
    ("header", "written"),
    [
        (PARENT, PARENT),
        (f"00-{TRACE}-{SPAN}-00", f"00-{TRACE}-{SPAN}-00"),
        (f"00-{TRACE}-{SPAN}-ff", PARENT),
        (f"00-{TRACE}-{SPAN}-02", f"00-{TRACE}-{SPAN}-00"),
        (f"cc-{TRACE}-{SPAN}-01", PARENT),
        (f"cc-{TRACE}-{SPAN}-01-what-the-future-brings", PARENT),
    ],
)
def test_a_valid_header_is_written_as_version_00(header: str, written: str) -> None:
    """Flags that version 00 does not know are cleared, and a later version is passed on as 00."""
    assert str(tracing.parse(header)) == written


@settings(deadline=None)
@given(st.text(alphabet="0123456789abcdef-", min_size=50, max_size=60))
def test_what_is_read_can_be_read_again(header: str) -> None:
    """Whatever text is accepted, its written form is a valid header of exactly 55 characters with the same ids."""
    parsed = tracing.parse(header)
    if parsed is not None:
        assert len(str(parsed)) == 55
        assert tracing.parse(str(parsed)) == parsed


def test_new_traces_are_valid_sampled_and_unlike() -> None:
    """A new trace is recorded by those who can, and no two share an id."""
    made = [tracing.parse(tracing.new()) for _ in range(100)]
    assert all(parent is not None and parent.sampled for parent in made)
    assert len({parent.trace_id for parent in made if parent}) == 100


def test_a_child_stays_in_its_trace() -> None:
    """A child keeps trace and flags and has an id of its own; without a parent it starts a trace."""
    parent, made = tracing.parse(PARENT), tracing.parse(tracing.child(PARENT))
    assert parent is not None
    assert made is not None
    assert (made.trace_id, made.sampled) == (parent.trace_id, parent.sampled)
    assert made.span_id != parent.span_id
    with tracing.use(PARENT):
        assert tracing.child().startswith(f"00-{TRACE}-")
    for orphan in (tracing.child(), tracing.child("garbage")):
        assert tracing.parse(orphan) is not None
        assert TRACE not in orphan


def test_use_is_current_only_inside() -> None:
    """The given traceparent is current within the block, the one before it again after, even after an error."""
    assert tracing.current() is None
    with tracing.use(PARENT) as outer:
        with tracing.use(None):
            assert tracing.current() not in {None, PARENT}
        with pytest.raises(ValueError, match="inside"), tracing.use(None):
            raise ValueError("inside")
        assert tracing.current() == outer == PARENT
    assert tracing.current() is None


@pytest.mark.parametrize("header", [None, "garbage", NO_RANDOM])
def test_what_is_not_valid_starts_a_new_trace(header: str | None) -> None:
    """A missing or broken header never stops the work and never travels on."""
    with tracing.use(header) as started:
        assert started == tracing.current() != header
        assert tracing.parse(started) is not None


async def test_tasks_do_not_see_each_others_trace() -> None:
    """Each task has its own current traceparent, also when they take turns."""

    async def work() -> bool:
        with tracing.use(tracing.new()) as mine:
            await asyncio.sleep(0)
            return tracing.current() == mine

    assert await asyncio.gather(*(work() for _ in range(10))) == [True] * 10


def test_the_trace_id_is_in_the_log() -> None:
    """Every line written inside carries the trace id."""
    with tracing.use(PARENT):
        assert structlog.contextvars.get_contextvars()["trace_id"] == TRACE
    assert "trace_id" not in structlog.contextvars.get_contextvars()


def test_without_a_recorder_a_span_only_carries_the_ids() -> None:
    """Nobody's parent may be a span that nobody recorded: the ids pass through as they came."""
    with tracing.span("poll", PARENT, source="a") as carried:
        assert carried == tracing.current() == PARENT
        with tracing.span("publish") as inner:
            assert inner == PARENT
    with tracing.span("poll") as started:
        assert tracing.parse(started) is not None


def test_nothing_is_recorded_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an endpoint, `configure` changes nothing and its stop does nothing."""
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    tracing.configure("ingest")()
    assert tracing._tracer is None


def test_a_missing_sdk_is_said_and_does_not_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint without the extra installed is a warning that names the extra."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    # A logger remembers the configuration of its first use, which another test may have made.
    monkeypatch.setattr(tracing, "log", get_logger("runtime.tracing"))
    with structlog.testing.capture_logs() as lines:
        tracing.configure("ingest")()
    assert [line["event"] for line in lines] == ["tracing.not_installed"]
    assert "chokepoint[tracing]" in lines[0]["advice"]


def test_a_span_is_recorded_below_its_parent(spans: InMemorySpanExporter) -> None:
    """With the SDK each span is a child of the given or current one, has the attributes, and becomes current."""
    with tracing.span("consume", PARENT, topic="articles", records=3) as outer, tracing.span("publish") as inner:
        assert tracing.current() == inner
    publish, consume = spans.get_finished_spans()
    assert (publish.name, consume.name) == ("publish", "consume")
    assert dict(consume.attributes or {}) == {"topic": "articles", "records": 3}
    assert consume.parent is not None
    assert f"{consume.parent.trace_id:032x}-{consume.parent.span_id:016x}" == f"{TRACE}-{SPAN}"
    assert publish.parent is not None
    assert outer == f"00-{TRACE}-{publish.parent.span_id:016x}-01"
    assert inner.startswith(f"00-{TRACE}-")
    assert consume.resource.attributes["service.name"] == "ingest"


def test_a_span_without_a_parent_starts_a_trace(spans: InMemorySpanExporter) -> None:
    """The recorded trace id is the one that travels on."""
    with tracing.span("poll") as started:
        pass
    (recorded,) = spans.get_finished_spans()
    assert recorded.parent is None
    assert started == f"00-{recorded.context.trace_id:032x}-{recorded.context.span_id:016x}-01"


def test_a_span_of_an_instrumentation_is_the_parent(spans: InMemorySpanExporter) -> None:
    """Where a web framework's own instrumentation opened a span around us, ours hangs below it."""
    around = trace.SpanContext(5, 6, is_remote=False, trace_flags=trace.TraceFlags(1))
    with trace.use_span(trace.NonRecordingSpan(around)), tracing.span("receive") as opened:
        pass
    assert opened.startswith(f"00-{5:032x}-")
    assert spans.get_finished_spans()[0].parent is not None


def test_an_unsampled_trace_is_carried_but_not_recorded(spans: InMemorySpanExporter) -> None:
    """Whoever began the trace decided not to sample it: that stands."""
    with tracing.span("consume", f"00-{TRACE}-{SPAN}-00") as opened:
        assert opened.startswith(f"00-{TRACE}-")
        assert opened.endswith("-00")
    assert spans.get_finished_spans() == ()


def test_an_error_is_recorded_and_raised(spans: InMemorySpanExporter) -> None:
    """The span of what failed says so; the error goes on to whom it concerns, and the current trace is restored."""
    with pytest.raises(ValueError, match="why"), tracing.span("consume", PARENT):
        raise ValueError("why")
    (recorded,) = spans.get_finished_spans()
    assert not recorded.status.is_ok
    assert recorded.events[0].name == "exception"
    assert tracing.current() is None


def test_a_disabled_sdk_still_carries_the_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """OTEL_SDK_DISABLED switches recording off, not the trace through Kafka."""
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    exporter = InMemorySpanExporter()
    stop = tracing.configure("ingest", processor=SimpleSpanProcessor(exporter))
    with tracing.span("consume", PARENT) as carried, tracing.span("publish") as inner:
        assert carried == inner == PARENT
    with tracing.span("poll") as started:
        assert tracing.parse(started) is not None
    stop()
    assert exporter.get_finished_spans() == ()


async def test_spans_reach_a_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an endpoint set, stopping sends the spans that wait to it over OTLP and HTTP."""
    async with serving(lambda _path: with_body(b"")) as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        stop = tracing.configure("ingest")
        with tracing.span("poll"):
            pass
        await asyncio.to_thread(stop)
    assert collector.heads[0].startswith("POST /v1/traces HTTP/1.1")
