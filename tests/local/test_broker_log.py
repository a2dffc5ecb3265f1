"""Why the broker ended."""

import pytest

from services.local.broker_log import reason

START = "2026-11-24T06:24:41,000 INFO Starting broker (kafka.server.KafkaRaftServer)\n"
ERROR = "2026-11-24T06:24:41,841 ERROR Exiting Kafka due to fatal exception (kafka.Kafka$)\n"
TRACE = "java.io.UncheckedIOException: cannot write\n\tat kafka.log.X.y(X.scala:1)\n"
CAUSE = "Caused by: java.io.IOException: No space left on device\n\tat java.base/sun.nio.Z.a(Z.java:2)\n\t... 9 more\n"


@pytest.mark.parametrize(
    ("log", "console", "expected"),
    [
        (START + ERROR + TRACE + CAUSE, "", "No space left on device"),
        (START + ERROR + TRACE, "noise", "cannot write"),
        (START + ERROR, "noise", "Exiting Kafka due to fatal exception"),
        (START, "Unrecognized option: --x\nError: Could not create the JVM.\n\n", "Error: Could not create the JVM."),
        (START, "", ""),
    ],
)
def test_the_cause_is_found(log: str, console: str, expected: str) -> None:
    """The innermost exception says most; without one the last error, and Java's own words come last."""
    assert reason(log, console) == expected


def test_a_long_cause_is_cut() -> None:
    """It has to fit in a line."""
    assert len(reason(f"java.lang.RuntimeException: {'x' * 5000}", "")) == 300
