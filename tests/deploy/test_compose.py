"""compose.yaml and the Dockerfile say what the code understands. No engine runs here; what can be read is checked."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.runtime.settings import load_settings

ROOT = Path(__file__).parents[2]
SERVICES = ("ingest", "classify", "alert")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """Read the file as compose does, anchors merged."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return loaded


@pytest.mark.parametrize("service", [*SERVICES, "demo"])
def test_every_setting_is_known(compose: dict[str, Any], service: str) -> None:
    """A variable that the services would refuse at the start is found here."""
    given = compose["services"][service]["environment"]
    environ = {name: re.sub(r"\$\{[^}]*\}", "http://x", str(value)) for name, value in given.items()}
    assert load_settings(environ).kafka.bootstrap_servers == "kafka:9092"


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_waits_for_what_it_needs_and_says_how_it_is(compose: dict[str, Any], service: str) -> None:
    """Health checks ask for the port that the service has by default, and start-up is in order."""
    described = compose["services"][service]
    port = getattr(load_settings({}), service).port
    assert f":{port}/health/live" in " ".join(described["healthcheck"]["test"])
    assert described["depends_on"]["kafka"]["condition"] == "service_healthy"
    assert described["build"]["args"]["SERVICE"] == service


def test_the_image_runs_without_root_and_with_one_extra() -> None:
    """The Dockerfile installs one lock by hash, drops root and runs the service as process 1."""
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
    assert "requirements/${SERVICE}.txt" in dockerfile
    assert "--require-hashes" in dockerfile
    assert re.search(r"^USER 10001$", dockerfile, re.MULTILINE)
    assert "exec chokepoint run" in dockerfile
    known = dict(re.findall(r"(CHOKEPOINT_\w+)=(\S+)", dockerfile))
    assert load_settings(known).home == Path("/data")
