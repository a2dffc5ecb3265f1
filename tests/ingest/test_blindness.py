"""What is not seen: official sources and whole languages."""

from datetime import UTC, datetime

from schemas.source_state import SourceStatus
from services.ingest.blindness import blind_spots
from services.ingest.spec import read_spec
from services.ingest.state import State

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SOURCES = {
    "ja-1": ("ja", "news", SourceStatus.SILENT),
    "ja-2": ("ja", "official", SourceStatus.FAILING),
    "ja-off": ("ja", "news", SourceStatus.OK),
    "ko-1": ("ko", "news", SourceStatus.OK),
    "ko-2": ("ko", "official", SourceStatus.SILENT),
    "vi-1": ("vi", "news", SourceStatus.NEW),
    "any": (None, "aggregator", SourceStatus.OK),
}


def test_a_language_is_silent_when_none_of_its_sources_is_heard() -> None:
    """A disabled source hears nothing, a new one is heard until it fails; official ones are named."""
    specs = {
        one: read_spec(
            {
                "id": one,
                "url": f"https://{one}.example/",
                "language": language,
                "kind": kind,
                "enabled": one != "ja-off",
            }
        )
        for one, (language, kind, _) in SOURCES.items()
    }
    states = {one: State(since=NOW, status=status) for one, (_, _, status) in SOURCES.items()}
    blind = blind_spots(specs, states)
    assert blind.languages == {"ja": True, "ko": False, "vi": False}
    assert blind.official == ("ja-2", "ko-2")
