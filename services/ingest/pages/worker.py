"""The process that takes pages apart: one request a line in, one answer a line out, JSON; killed when it is stuck.

Trafilatura needs four seconds and more for some pages and nothing within one process can stop it.
"""

import json
import resource
import sys
from dataclasses import asdict

MEMORY_BYTES = 1024**3


def main() -> None:
    """Answer until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    from services.ingest.pages.main_text import read_page  # noqa: PLC0415 - after the limit, before the first word

    _say({"ready": True})
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            _say(asdict(read_page(asked["html"], quick=asked["quick"])))
        except Exception as error:  # noqa: BLE001 - whatever a page makes a parser raise
            _say({"error": f"{type(error).__name__}: {error}"[:200]})


def _say(answer: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
