"""Fixtures for the whole suite: the real broker and the real databases."""

import pytest
from hypothesis import settings as hypothesis_settings

pytest_plugins = ["tests.kafka_fixture", "tests.postgres_fixture"]


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the machine's own CHOKEPOINT_ variables out of every test."""
    import os  # noqa: PLC0415 - this fixture alone needs it

    for name in list(os.environ):
        if name.startswith("CHOKEPOINT_"):
            monkeypatch.delenv(name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the whole system: its files take longest, and no worker shall be left alone with one at the end.

    `make test` keeps this order with `--no-loadscope-reorder`; by itself xdist begins with the files of most tests.
    """
    items.sort(key=lambda item: "/system/" not in item.path.as_posix())


# A loaded machine is slow, not wrong: a test says what holds, never how long it takes.
hypothesis_settings.register_profile("chokepoint", deadline=None)
hypothesis_settings.load_profile("chokepoint")
