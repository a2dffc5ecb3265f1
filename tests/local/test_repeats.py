"""When a line has been shown often enough."""

from services.local.repeats import Repeats, Verdict

SHOW, MORE, HIDE = Verdict.SHOW, Verdict.SAY_THERE_IS_MORE, Verdict.HIDE


def test_three_a_minute_are_shown_then_once_that_there_are_more() -> None:
    """After the minute it begins anew, counted from the first line of the kind."""
    repeats = Repeats()
    seconds = [0, 1, 2, 3, 4, 59.9, 60, 61, 62, 63]
    assert [repeats.judge("x", now) for now in seconds] == [SHOW, SHOW, SHOW, MORE, HIDE, HIDE, SHOW, SHOW, SHOW, MORE]


def test_kinds_are_counted_apart() -> None:
    """One that is loud does not silence another."""
    repeats = Repeats()
    assert [repeats.judge("loud", 0) for _ in range(5)][-1] is HIDE
    assert repeats.judge("quiet", 0) is SHOW
