"""The log channel: one line an alert."""

import io

import pytest

from services.alert.channels.contract import OutcomeKind
from services.alert.channels.log import LogChannel
from services.alert.objects import Destination
from tests.alert.channels.sample import NASTY, message, nasty_alert

LOG = Destination(id="log", type="log")


async def test_the_line_says_severity_headline_and_link(capsys: pytest.CaptureFixture[str]) -> None:
    """It goes to standard output, begins with ALERT and ends with the link."""
    outcome = await LogChannel().send(message(), LOG)
    assert outcome.kind is OutcomeKind.DELIVERED
    line = capsys.readouterr().out
    assert line.startswith("ALERT [high] stage_changed: China adopts export controls")
    assert line.endswith("/measures/mea_0123456789abcdef0123456789\n")


@pytest.mark.parametrize("text", NASTY, ids=lambda text: repr(text[:16]))
async def test_a_headline_never_makes_two_lines(text: str) -> None:
    """Whatever the headline holds, the terminal gets one line and no control sequence."""
    stream = io.StringIO()
    await LogChannel(stream).send(message(nasty_alert(text)), LOG)
    assert stream.getvalue().count("\n") == 1
    assert "\x1b" not in stream.getvalue()


async def test_a_terminal_that_knows_little_gets_what_it_can_show() -> None:
    """An ASCII stream is not an error."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    outcome = await LogChannel(stream).send(message(nasty_alert("漢字")), LOG)
    assert outcome.kind is OutcomeKind.DELIVERED
    assert b"??" in raw.getvalue()
