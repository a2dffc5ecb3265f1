"""The demo's feeder against a system that only writes down what it is asked."""

import asyncio
import io
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from services.cli.demo.feeder import demo_feed, sample_news


@dataclass
class System:
    """Both APIs of a running system at one address; `status` is what each pushed article turns out to be."""

    ingest_url: str = ""
    alert_url: str = ""
    token: str = "a token"
    status: str = "new"
    asked: list[tuple[str, str, Any]] = field(default_factory=list)


@pytest.fixture
def system() -> Iterator[System]:
    """Serve on a free port."""
    system = System()

    class Answers(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            self._answer({"accepted": [{"id": "x", "status": system.status}]})

        def _answer(self, answer: dict[str, Any]) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            system.asked.append((self.command, self.path, body))
            self.send_response(200 if self.headers["authorization"] == "Bearer a token" else 401)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        system.ingest_url = system.alert_url = f"http://127.0.0.1:{server.server_port}"
        yield system
        server.shutdown()


def feed(system: System, home: Path) -> str:
    """Feed without a pause and return what was printed."""
    out = io.StringIO()
    asyncio.run(demo_feed(home, out, pace_seconds=0)(system))
    return out.getvalue()


def test_each_article_goes_in_once_by_one_of_two_ways(system: System, tmp_path: Path) -> None:
    """Objects first, then the news in order: half pushed, half as whole files in the inbox that ingest watches."""
    printed = feed(system, tmp_path)
    assert [path for _, path, _ in system.asked[:3]] == [
        "/api/v1/destinations/demo-screen",
        "/api/v1/subscriptions/demo-everything",
        "/api/v1/sources/demo-inbox",
    ]
    pushed = [body["id"] for _, _, body in system.asked[3:]]
    files = [json.loads(path.read_text("utf-8")) for path in (tmp_path / "inbox" / "demo").iterdir()]
    assert pushed == [one["id"] for one in sample_news()][::2]
    assert sorted(pushed + [one["id"] for one in files]) == sorted(one["id"] for one in sample_news())
    assert all("published" in one and "minutes_ago" not in one for one in files)
    assert all(one["title"] in printed for one in sample_news())


def test_a_folder_that_knows_the_news_is_told_so(system: System, tmp_path: Path) -> None:
    """A second demo on the same data alerts nothing, so it says why and what to do."""
    assert "CHOKEPOINT_HOME" not in feed(system, tmp_path)
    system.status = "unchanged"
    assert "CHOKEPOINT_HOME" in feed(system, tmp_path)
