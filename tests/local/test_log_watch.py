"""What of the services' logs reaches the terminal."""

import io
import json
from pathlib import Path

from services.local.log_watch import LogWatch
from services.local.screen import Screen
from services.local.supervisor import Program


def test_a_flood_of_warnings_does_not_drown_the_alerts(tmp_path: Path) -> None:
    """Of a hundred like warnings three are shown and the log is named; every alert is shown; old logs are set aside."""
    service = Program("ingest", [], {}, tmp_path / "ingest.log")
    service.log.write_text("ALERT of an earlier run\n")
    out = io.StringIO()
    watch = LogWatch([service], Screen(out), monotonic=lambda: 0.0)
    warning = json.dumps({"level": "warning", "event": "source.poll_failed", "source_id": "s"})
    service.log.write_text(f"{warning}\nALERT gallium\n" * 100)
    watch.look()
    lines = out.getvalue().splitlines()
    assert lines.count("ALERT gallium") == 100
    assert lines.count("ingest warning: source.poll_failed source_id=s") == 3
    assert lines.count(f"ingest warning: source.poll_failed again, and more of it in {service.log}") == 1
    assert len(lines) == 104
