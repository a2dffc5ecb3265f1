"""When a service that died is started again."""

import pytest

from services.local.restart import NEVER_DIED, after_death


@pytest.mark.parametrize(("deaths", "delay"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 30), (7, 30), (5000, 30)])
def test_deaths_in_a_row_wait_longer_up_to_half_a_minute(deaths: int, delay: float) -> None:
    """The wait doubles from 1 s and never exceeds 30 s, however often it dies."""
    restart = NEVER_DIED
    for death in range(deaths):
        restart = after_death(restart, started_at=100.0 * death, now=100.0 * death + 59.9)
    assert (restart.deaths, restart.delay_seconds) == (deaths, delay)


def test_a_long_life_forgives_earlier_deaths() -> None:
    """After 60 s alive the count begins anew, and the reason says so."""
    restart = after_death(NEVER_DIED, 0, 1)
    restart = after_death(restart, 10, 11)
    assert restart.because == "death 2 in a row"
    restart = after_death(restart, 20, 80)
    assert (restart.deaths, restart.delay_seconds, restart.because) == (1, 1, "it had lived for 60 s")
