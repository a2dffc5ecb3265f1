"""Sources as people write them."""

import pytest

from schemas.article import SourceKind
from services.ingest.spec import NotASource, read_spec

FEED = {"kind": "source", "id": "example-feed", "type": "feed", "url": "https://news.example/rss.xml", "every": "10m"}


def test_the_contracts_example_is_a_source() -> None:
    """The document in the contract is read, and comes back as the same source."""
    spec = read_spec(FEED)
    assert (spec.interval.total_seconds(), spec.enabled, spec.source.name) == (600, True, "example-feed")
    assert read_spec(spec.document()) == spec


def test_kind_marks_the_document_or_names_the_speaker() -> None:
    """`kind: source` is the mark of a document; any other kind says who speaks, as does `source_kind`."""
    assert read_spec({**FEED, "kind": "official"}).source_kind is SourceKind.OFFICIAL
    assert read_spec({**FEED, "source_kind": "company"}).source_kind is SourceKind.COMPANY


@pytest.mark.parametrize(
    ("written", "means"), [("600", None), (600, "10m"), ("600s", "10m"), ("2 h", "2h"), ("1d", "1d"), (90, "90s")]
)
def test_intervals(written: object, means: str | None) -> None:
    """An interval is a number with a unit, or seconds; it is kept in its shortest form."""
    if means is None:
        with pytest.raises(NotASource, match="every"):
            read_spec({**FEED, "every": written})
    else:
        assert read_spec({**FEED, "every": written}).every == means


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"url": None}, "url is missing"),
        ({"url": "ftp://a.example/x"}, "url:"),
        ({"id": "No Spaces"}, "id"),
        ({"type": "telex"}, "type"),
        ({"every": "often"}, "every: 'often' is not an interval"),
        ({"every": "1s"}, "too short"),
        ({"every": True}, "every"),
        ({"language": "klingon please"}, "language"),
        ({"country": "Deutschland, ja"}, "country"),
        ({"evry": "10m"}, "evry: not a field of a source"),
        ({"type": "folder"}, "path is missing"),
        ({"type": "folder", "path": "../etc"}, "leads out of the inbox"),
        ({"type": "file", "path": "/etc/passwd"}, "leads out of the inbox"),
        ({"type": "file", "path": "a/..\\b"}, "leads out of the inbox"),
        ({"kind": "blog"}, "source_kind"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(change: dict[str, object], says: str) -> None:
    """Each mistake is named with its field in one line."""
    with pytest.raises(NotASource) as caught:
        read_spec({**FEED, **change})
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_list_is_no_source() -> None:
    """Anything but a mapping is refused."""
    with pytest.raises(NotASource, match="mapping"):
        read_spec([FEED])
