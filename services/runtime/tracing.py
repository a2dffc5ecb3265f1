"""Trace context: the ids that tie one piece of news to everything that came of it, over Kafka and HTTP.

In: a `traceparent` header as it came. Out: the current one, for the header of what is sent and every line logged
inside. W3C Trace Context Level 1 (https://www.w3.org/TR/trace-context-1/), section 3.2; `tracestate` is not carried.
With OpenTelemetry's SDK installed and `OTEL_EXPORTER_OTLP_ENDPOINT` set, `span` records and exports; without, it
passes the ids on unchanged, because a span that nobody recorded must not become anyone's parent.
"""

import os
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from services.runtime.logs import bind_ids, get_logger

if TYPE_CHECKING:  # The SDK is an extra.
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import SpanContext, Tracer

log = get_logger("runtime.tracing")

Attribute = str | int | float | bool

_SHAPE = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_SAMPLED = 0x01
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

_current: ContextVar[str | None] = ContextVar("traceparent", default=None)
_tracer: "Tracer | None" = None


@dataclass(frozen=True)
class TraceParent:
    """The parts of a traceparent; `str()` writes it as version 00."""

    trace_id: str
    span_id: str
    sampled: bool

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{int(self.sampled):02x}"


def parse(traceparent: str) -> TraceParent | None:
    """Return the parts of a header, or None if it is not valid; a later version is read as far as 00 goes."""
    match = _SHAPE.fullmatch(traceparent)
    if match is None:
        return None
    version, trace_id, span_id, flags, rest = match.groups()
    wrong_version = version == "ff" or (version == "00" and rest is not None)
    if wrong_version or not trace_id.strip("0") or not span_id.strip("0"):
        return None
    return TraceParent(trace_id, span_id, bool(int(flags, 16) & _SAMPLED))


def current() -> str | None:
    """Return the traceparent at work here, or None outside of any."""
    return _current.get()


def new() -> str:
    """Return the traceparent of a new, sampled trace."""
    return str(TraceParent(_random_id(16), _random_id(8), sampled=True))


def child(traceparent: str | None = None) -> str:
    """Return the same trace with a new span id; the parent is the current one by default, a new trace without any."""
    parent = _valid(traceparent or current())
    return new() if parent is None else str(replace(parent, span_id=_random_id(8)))


@contextmanager
def use(traceparent: str | None) -> Iterator[str]:
    """Make this the current traceparent, and its trace id part of every log line, inside the block.

    None and what is not valid start a new trace, as section 4.3 of the recommendation asks.
    """
    parent = _valid(traceparent)
    chosen = new() if parent is None else str(parent)
    token = _current.set(chosen)
    try:
        with bind_ids(trace_id=chosen.split("-")[1]):
            yield chosen
    finally:
        _current.reset(token)


@contextmanager
def span(name: str, traceparent: str | None = None, **attributes: Attribute) -> Iterator[str]:
    """Open a span below `traceparent` (by default the current one) and make it current; yields its traceparent.

    An error that passes through is recorded on the span and raised on.
    """
    parent = _valid(traceparent or current())
    if _tracer is None:
        with use(_written(parent)) as carried:
            yield carried
        return
    with _recorded(_tracer, name, parent, attributes) as recorded, use(recorded) as opened:
        yield opened


def configure(service: str, *, processor: "SpanProcessor | None" = None) -> Callable[[], None]:
    """Record spans from now on if the SDK is installed and an OTLP endpoint is set (or a `processor` given).

    The SDK reads every other `OTEL_*` variable itself. Returns what to call at the end: it sends the spans that wait,
    which may take seconds when the collector is away, and stops recording.
    """
    if processor is None and not any(os.environ.get(name) for name in _ENDPOINTS):
        return _nothing
    try:
        return _record(service, processor)
    except ImportError as error:
        log.warning("tracing.not_installed", missing=error.name, advice="pip install 'chokepoint[tracing]'")
        return _nothing


def _nothing() -> None:
    """Stand in for the end of a recording that never began."""


def _record(service: str, processor: "SpanProcessor | None") -> Callable[[], None]:
    # The SDK is an extra and takes 0.3 s to import: only who asks for it pays.
    from opentelemetry import trace  # noqa: PLC0415 - above
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - above

    resource = Resource.create({"service.name": service, "service.namespace": "chokepoint"})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(processor or _otlp())
    trace.set_tracer_provider(provider)
    _set_tracer(provider.get_tracer("chokepoint"))

    def stop() -> None:
        _set_tracer(None)
        provider.shutdown()

    return stop


def _otlp() -> "SpanProcessor":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - an extra

    return BatchSpanProcessor(OTLPSpanExporter())


def _set_tracer(tracer: "Tracer | None") -> None:
    global _tracer  # noqa: PLW0603 - one process has one tracer, as OpenTelemetry has one provider
    _tracer = tracer


@contextmanager
def _recorded(
    tracer: "Tracer", name: str, parent: TraceParent | None, attributes: Mapping[str, Attribute]
) -> Iterator[str | None]:
    from opentelemetry import trace  # noqa: PLC0415 - an extra

    # With no parent of ours, a span that some instrumentation opened around us is the parent.
    above = None if parent is None else trace.set_span_in_context(trace.NonRecordingSpan(_remote(parent)))
    with tracer.start_as_current_span(name, context=above, attributes=attributes) as opened:
        context = opened.get_span_context()
        ids = TraceParent(f"{context.trace_id:032x}", f"{context.span_id:016x}", context.trace_flags.sampled)
        # A switched-off SDK (OTEL_SDK_DISABLED) opens spans without ids: carry on with what came.
        yield str(ids) if context.is_valid else _written(parent)


def _remote(parent: TraceParent) -> "SpanContext":
    from opentelemetry import trace  # noqa: PLC0415 - an extra

    flags = trace.TraceFlags(_SAMPLED if parent.sampled else 0)
    return trace.SpanContext(int(parent.trace_id, 16), int(parent.span_id, 16), is_remote=True, trace_flags=flags)


def _valid(traceparent: str | None) -> TraceParent | None:
    return None if traceparent is None else parse(traceparent)


def _written(parent: TraceParent | None) -> str | None:
    return None if parent is None else str(parent)


def _random_id(size: int) -> str:
    drawn = secrets.token_hex(size)
    return drawn if drawn.strip("0") else _random_id(size)
