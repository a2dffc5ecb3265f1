"""Logs: ids on every line, machines and people, and no flood."""

import json
import logging

import pytest

from services.runtime.logs import OncePerMinute, bind_ids, configure, get_logger
from services.runtime.settings import LogSettings


def test_json_lines_carry_the_event_and_the_ids_at_work(capfd: pytest.CaptureFixture[str]) -> None:
    """A line is one JSON object with event, service, level, time and every bound id; outside the block none."""
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    configure(LogSettings(), "ingest")
    try:
        with bind_ids(article_id="art_1", measure_id=None):
            get_logger("test").warning("source.poll_failed", reason="time-out")
        get_logger("test").warning("source.poll_failed")
    finally:
        root.handlers[:] = before
    inside, outside = (json.loads(line) for line in capfd.readouterr().err.splitlines())
    assert inside["event"] == "source.poll_failed"
    assert (inside["service"], inside["level"], inside["article_id"]) == ("ingest", "warning", "art_1")
    assert "measure_id" not in inside
    assert "article_id" not in outside


def test_a_library_that_repeats_itself_is_heard_once_a_minute() -> None:
    """The same failure is said again only after a minute, on one line, without its traceback."""
    now = 0.0
    once = OncePerMinute(monotonic=lambda: now)

    def record() -> logging.LogRecord:
        error = ConnectionError("no broker")
        return logging.LogRecord("aiokafka", logging.ERROR, "x", 1, "Kafka error", (), (type(error), error, None))

    first = record()
    assert once.filter(first)
    assert first.exc_info is None
    assert first.getMessage() == "Kafka error (ConnectionError: no broker)"
    now = 59
    assert not once.filter(record())
    now = 61
    assert once.filter(record())
