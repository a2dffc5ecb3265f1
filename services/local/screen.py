"""What `up` shows: what it does, how far a download is, that it runs, and what its services have to say."""

from pathlib import Path
from typing import TextIO

from services.local.plan import Running
from services.local.token_file import Token

MEGABYTE = 1_000_000


class Screen:
    """Lines for a person; on a terminal a download's progress stays in one line."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._open_line = False

    def say(self, line: str) -> None:
        """Show one line."""
        if self._open_line:
            self._out.write("\n")
            self._open_line = False
        self._out.write(f"{line}\n")
        self._out.flush()

    def progress(self, done: int, total: int, fetched_bytes: int) -> None:
        """Show how many of Kafka's jars are here; where lines cannot be rewritten, only the last step is shown."""
        line = f"Downloading Kafka: {done} of {total} jars, {fetched_bytes / MEGABYTE:.1f} MB"
        if self._out.isatty():
            self._out.write(f"\r{line}")
            self._out.flush()
            self._open_line = True
        elif done == total:
            self.say(line)


def greeting(running: Running, token: Token, home: Path, *, listens_to: str, demo: bool) -> str:
    """Write what a person needs once everything runs; a token is shown when it was made just now, and never again."""
    console = f"{running.alert_url}/login?token={token.value}" if token.made else f"{running.alert_url}/"
    rows = [
        ("Console", console),
        ("API", f"{running.alert_url}/api/v1  (described at {running.alert_url}/openapi.json)"),
        ("Push API", f"{running.ingest_url}/api/v1/articles"),
        ("Kafka", running.bootstrap_servers),
        ("Token", _token_row(token)),
        ("Listens to", listens_to),
        ("Data", str(home)),
        ("Logs", str(home / "logs")),
    ]
    table = "\n".join(f"  {name:<12}{value}" for name, value in rows if value)
    sample = "Sample news comes in now; each alert is shown below. " if demo else ""
    return f"\nChokepoint is running.\n\n{table}\n\n{sample}Stop with Ctrl-C.\n"


def _token_row(token: Token) -> str:
    if token.path is None:
        return "the one in CHOKEPOINT_API__TOKEN"
    if token.made:
        return f"{token.value}  (shown this once; kept in {token.path})"
    return f"in {token.path}"
