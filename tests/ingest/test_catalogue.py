"""The bundled catalogue."""

from collections import Counter

import pytest

from schemas.article import SourceKind
from services.ingest.addresses import canonical_url
from services.ingest.catalogue import bundled
from services.ingest.politeness import host_of
from services.ingest.spec import SourceSpec, SourceType, read_spec

LANGUAGES = ["ar", "de", "en", "es", "fa", "fr", "hi", "id", "it", "ja", "ko", "pt", "ru", "tr", "uk", "vi", "zh"]
PACKS = ["official", "wires", "energy", "semiconductors", "minerals", "food", "shipping", *LANGUAGES]
READ = [spec for spec in bundled().values() if spec.type is not SourceType.PUSH]
NAMED = [spec for spec in READ if spec.type is not SourceType.GDELT]
"""All but GDELT, which speaks every language and for no country."""


def test_it_is_large_enough() -> None:
    """At least 250 sources, every kind of reader that asks a server but the page watcher among them."""
    assert len(READ) >= 250
    asked = set(SourceType) - {SourceType.PUSH, SourceType.FILE, SourceType.FOLDER, SourceType.PAGE}
    assert {spec.type for spec in READ} == asked


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_news(language: str) -> None:
    """Each of the seventeen languages has at least five news sources, at least four of them switched on."""
    news = [spec for spec in NAMED if spec.language == language and spec.source_kind is SourceKind.NEWS]
    assert len(news) >= 5
    assert sum(spec.enabled for spec in news) >= 4


@pytest.mark.parametrize("pack", PACKS)
def test_every_pack_holds_something(pack: str) -> None:
    """Each pack that the documentation names can be switched on."""
    assert [spec.id for spec in READ if pack in spec.all_packs]


def test_nothing_stands_there_twice() -> None:
    """No address and no name is listed twice; ids are unique by being keys."""
    addresses = Counter((canonical_url(spec.url or ""), str(spec.post)) for spec in READ)
    assert max(addresses.values()) == 1
    assert max(Counter((spec.name, spec.language) for spec in READ).values()) == 1
    assert len(READ) + 1 == len(bundled())


@pytest.mark.parametrize("spec", NAMED, ids=[spec.id for spec in NAMED])
def test_every_source_is_whole(spec: SourceSpec) -> None:
    """Each has name, language, country, what it is for, its licence, a pack, and an interval kind to its server."""
    assert spec.name
    assert spec.language in LANGUAGES
    assert spec.country
    assert spec.note
    assert spec.licence
    assert spec.all_packs - {spec.language}
    assert spec.interval.total_seconds() >= 600
    assert read_spec(spec.document()) == spec


def test_thirty_issuers_speak_for_themselves() -> None:
    """The issuers that matter most have an official source, and the first among them one that is switched on."""
    official = [spec for spec in NAMED if spec.source_kind is SourceKind.OFFICIAL]
    assert len({spec.country for spec in official}) >= 30
    switched_on = {spec.country for spec in official if spec.enabled}
    assert {"US", "EU", "GB", "UN", "CN", "JP", "KR", "CA", "AU", "IN", "TW", "UA", "NZ", "FR", "DE"} <= switched_on


def test_every_official_list_of_sanctions_is_compared() -> None:
    """The lists of the United States, the European Union, the United Nations and the United Kingdom are watched."""
    lists = {spec.country for spec in NAMED if spec.type is SourceType.SANCTIONS_LIST and spec.enabled}
    assert lists == {"US", "EU", "UN", "GB"}


def test_no_host_is_asked_more_than_it_can_be_asked_politely() -> None:
    """All enabled sources of one host fit into its shortest interval with ten seconds between two."""
    enabled = [spec for spec in READ if spec.enabled]
    for host, count in Counter(host_of(spec.url) for spec in enabled).items():
        shortest = min(spec.interval.total_seconds() for spec in enabled if host_of(spec.url) == host)
        assert count * 12 < shortest, host
