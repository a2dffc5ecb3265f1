"""Health is progress."""

from services.runtime.health import Health


def test_a_loop_that_gets_on_is_alive_and_one_that_hangs_is_named() -> None:
    """Within its limit a loop is alive; past it, it is named with the time since its last beat."""
    now = 0.0
    health = Health(monotonic=lambda: now)
    health.loop("polling", limit_seconds=10)
    health.loop("sending", limit_seconds=10)
    now = 9
    health.beat("polling")
    now = 12
    assert health.stuck() == {"sending": "no progress for 12 s"}
    health.beat("sending")
    assert health.stuck() == {}


def test_readiness_says_what_is_waited_for() -> None:
    """Ready when nothing is waited for any more."""
    health = Health()
    health.ready("database", ready=False, why="no answer from db:5432")
    assert health.not_ready() == {"database": "no answer from db:5432"}
    health.ready("database", ready=True)
    assert health.not_ready() == {}
