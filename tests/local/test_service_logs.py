"""What becomes of the services' logs."""

import json
from pathlib import Path

import pytest

from services.local.service_logs import Tail, last_words, line_to_show, rotate


def test_five_logs_are_kept(tmp_path: Path) -> None:
    """The newest has no number; with the one to come five stay, and a log that was never written is no trouble."""
    log = tmp_path / "alert.log"
    for start in range(8):
        rotate(log)
        log.write_text(f"start {start}")
    found = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert found == {
        "alert.log": "start 7",
        "alert.log.1": "start 6",
        "alert.log.2": "start 5",
        "alert.log.3": "start 4",
        "alert.log.4": "start 3",
    }


def test_a_log_is_followed_line_by_line(tmp_path: Path) -> None:
    """Only what is new comes, a line only when it is whole, and bytes that are no text do no harm."""
    log = tmp_path / "x.log"
    assert list(Tail(log).lines()) == []
    log.write_bytes(b"before\n")
    tail = Tail(log)
    with log.open("ab") as file:
        for written, lines in [(b"one\ntw", ["one"]), (b"o\n", ["two"]), (b"", []), (b"\xff\n\n", ["\ufffd", ""])]:
            file.write(written)
            file.flush()
            assert list(tail.lines()) == lines


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("ALERT China suspends export controls on gallium", "ALERT China suspends export controls on gallium"),
        ('{"level": "info", "event": "service.ready"}', None),
        ("INFO: something of a library", None),
        ("[1, 2]", None),
        (
            '{"level": "warning", "event": "source.poll_failed", "source_id": "gazette", "service": "i", "n": 503}',
            "ingest warning: source.poll_failed source_id=gazette n=503",
        ),
        ('{"level": "error", "event": "x.failed", "text": "a\\nb"}', "ingest error: x.failed text=a b"),
        (
            '{"level": "critical", "event": "x", "exception": [{"exc_type": "OSError", "exc_value": "disk full"}]}',
            "ingest critical: x error=OSError: disk full",
        ),
        (
            json.dumps({"level": "error", "event": "x", "exception": "Traceback:\n  …\nValueError: bad\n"}),
            "ingest error: x error=ValueError: bad",
        ),
    ],
)
def test_alerts_warnings_and_errors_are_shown(line: str, shown: str | None) -> None:
    """In one line each, without what every line repeats; the rest stays in the log."""
    found = line_to_show("ingest", line)
    assert (found.text if found else None) == shown


def test_the_last_words_of_a_service_are_readable(tmp_path: Path) -> None:
    """The last line that says something, as it stands or, of a log event, as it would be shown."""
    log = tmp_path / "alert.log"
    assert last_words(log) == ""
    log.write_text("first\n" * 5000 + "chokepoint: CHOKEPOINT_ALERT__PORT: wrong\n\n")
    assert last_words(log) == "CHOKEPOINT_ALERT__PORT: wrong"
    log.write_text('{"level": "error", "event": "database.unreachable"}\n')
    assert last_words(log) == "alert error: database.unreachable"
