"""What `up` shows."""

import io
from pathlib import Path

import pytest

from services.local.plan import Running
from services.local.readiness import summarise_sources
from services.local.screen import Screen, greeting
from services.local.token_file import Token

RUNNING = Running(
    "http://127.0.0.1:8081", "http://127.0.0.1:8082", "http://127.0.0.1:8080", "127.0.0.1:19092", "s3cret"
)


class Terminal(io.StringIO):
    """A terminal, where lines can be rewritten."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def greet(token: Token, *, listens_to: str = "57 sources", demo: bool = False) -> str:
    """Greet with the token."""
    return greeting(RUNNING, token, Path("/home/me"), listens_to=listens_to, demo=demo)


def test_a_new_token_is_shown_with_the_address_that_uses_it() -> None:
    """All a person needs to begin, and how to end."""
    text = greet(Token("s3cret", Path("/home/me/token"), made=True))
    for needed in (
        "http://127.0.0.1:8080/login?token=s3cret",
        "http://127.0.0.1:8081/api/v1/articles",
        "127.0.0.1:19092",
        "57 sources",
        "/home/me/logs",
        "Ctrl-C",
    ):
        assert needed in text
    assert "Sample news" not in text


@pytest.mark.parametrize("path", [Path("/home/me/token"), None])
def test_an_older_token_is_not_shown_again(path: Path | None) -> None:
    """It is said where it is."""
    text = greet(Token("s3cret", path, made=False))
    assert "s3cret" not in text
    assert str(path or "CHOKEPOINT_API__TOKEN") in text


def test_what_is_unknown_has_no_row() -> None:
    """When ingest does not say what it listens to, nothing is claimed; the demo says that it is one."""
    text = greet(Token("s3cret", None, made=False), listens_to="", demo=True)
    assert "Listens to" not in text
    assert "Sample news" in text


def test_progress_stays_in_one_line_on_a_terminal() -> None:
    """Each step overwrites the last, and the next line begins on a new one."""
    out = Terminal()
    screen = Screen(out)
    screen.progress(1, 2, 1_500_000)
    screen.progress(2, 2, 3_000_000)
    screen.say("Starting Kafka.")
    assert out.getvalue() == (
        "\rDownloading Kafka: 1 of 2 jars, 1.5 MB\rDownloading Kafka: 2 of 2 jars, 3.0 MB\nStarting Kafka.\n"
    )


def test_progress_into_a_file_is_one_line() -> None:
    """A log of the start is not filled with steps."""
    out = io.StringIO()
    screen = Screen(out)
    screen.progress(1, 2, 1_500_000)
    screen.progress(2, 2, 3_000_000)
    assert out.getvalue() == "Downloading Kafka: 2 of 2 jars, 3.0 MB\n"


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"items": [{"enabled": True}, {"enabled": False}, {}]}, "2 sources and the push API"),
        ([{"enabled": False}], "the push API"),
        ([{"enabled": True}], "1 source and the push API"),
        ({"detail": "no"}, ""),
        ("?", ""),
    ],
)
def test_sources_are_counted_when_they_are_on(answer: object, text: str) -> None:
    """Those that are off are not listened to; an answer of another shape claims nothing."""
    assert summarise_sources(answer) == text
