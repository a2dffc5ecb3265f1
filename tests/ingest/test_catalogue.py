"""The bundled catalogue."""

from collections import Counter

import pytest

from schemas.article import SourceKind
from services.ingest.addresses import canonical_url
from services.ingest.catalogue import bundled
from services.ingest.politeness import host_of
from services.ingest.spec import SourceSpec, SourceType, read_spec

LANGUAGES = ["ar", "de", "en", "es", "fa", "fr", "hi", "id", "it", "ja", "ko", "pt", "ru", "tr", "uk", "vi", "zh"]
FEEDS = [spec for spec in bundled().values() if spec.type is SourceType.FEED]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_news(language: str) -> None:
    """Each of the seventeen languages has at least five news feeds, at least four of them switched on."""
    feeds = [spec for spec in FEEDS if spec.language == language and spec.source_kind is SourceKind.NEWS]
    assert len(feeds) >= 5
    assert sum(spec.enabled for spec in feeds) >= 4


def test_nothing_stands_there_twice() -> None:
    """No address and no name is listed twice; ids are unique by being keys."""
    assert max(Counter(canonical_url(spec.url or "") for spec in FEEDS).values()) == 1
    assert max(Counter((spec.name, spec.language) for spec in FEEDS).values()) == 1
    assert len(FEEDS) + 1 == len(bundled())


@pytest.mark.parametrize("spec", FEEDS, ids=[spec.id for spec in FEEDS])
def test_every_feed_is_whole(spec: SourceSpec) -> None:
    """Each feed has name, language, country and an interval that is kind to its server."""
    assert spec.name
    assert spec.language in LANGUAGES
    assert spec.country
    assert spec.interval.total_seconds() >= 600
    assert read_spec(spec.document()) == spec


def test_official_sources_lead() -> None:
    """The issuers that matter most have an official source that is switched on."""
    official = {spec.country for spec in FEEDS if spec.source_kind is SourceKind.OFFICIAL and spec.enabled}
    assert {"US", "EU", "GB", "UN", "JP", "KR", "CA", "AU", "IN"} <= official


def test_no_host_is_asked_more_than_it_can_be_asked_politely() -> None:
    """All enabled feeds of one host fit into its shortest interval with ten seconds between two."""
    enabled = [spec for spec in FEEDS if spec.enabled]
    for host, count in Counter(host_of(spec.url) for spec in enabled).items():
        shortest = min(spec.interval.total_seconds() for spec in enabled if host_of(spec.url) == host)
        assert count * 12 < shortest, host
