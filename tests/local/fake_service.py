"""A stand-in for a service, so that `up` can be tested for what it does when one of them misbehaves.

`python fake_service.py NAME`: answers every GET with what it was started with, on the port of its settings; the file
NAME.mode in CHOKEPOINT_HOME makes it fail.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

NAME = sys.argv[1]
MODE = Path(os.environ["CHOKEPOINT_HOME"], f"{NAME}.mode")


class Answers(BaseHTTPRequestHandler):
    """Says what the process was started with."""

    def do_GET(self) -> None:
        """Answer 200, or 503 for a service that never gets ready."""
        never = MODE.exists() and MODE.read_text() == "never-ready"
        self.send_response(503 if never else 200)
        self.end_headers()
        self.wfile.write(json.dumps({"pid": os.getpid(), "environ": dict(os.environ)}).encode())

    def log_request(self, *_: object) -> None:
        """Write nothing."""


if MODE.exists() and MODE.read_text() == "dies":
    sys.exit("chokepoint: CHOKEPOINT_SMTP__TLS: must be starttls, implicit or off")
sys.stdout.write("a line of no interest\n" + json.dumps({"level": "warning", "event": f"{NAME}.warned"}) + "\n")
sys.stdout.write(f"ALERT from {NAME}\n")
sys.stdout.flush()
ThreadingHTTPServer(("127.0.0.1", int(os.environ[f"CHOKEPOINT_{NAME.upper()}__PORT"])), Answers).serve_forever()
