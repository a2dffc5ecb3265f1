"""Lists of feeds in and out."""

import pytest

from services.ingest.catalogue import bundled
from services.ingest.opml import OpmlError, read_opml, write_opml
from services.ingest.spec import SourceType

LIST = b"""<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Mine</title></head><body>
<outline text="Energy &amp; Oil">
<outline type="rss" text="One" title="One" xmlUrl="https://a.example/rss" language="ja"/>
<outline text="Again" xmlUrl="https://a.example/rss?utm_source=x"/></outline>
<outline text="Two" xmlUrl="https://a.example/rss.xml"/><outline text="Broken" xmlUrl="javascript:alert(1)"/>
<outline text="Odd" xmlUrl="https://b.example/" language="klingon please"/>
</body></opml>"""


def test_a_readers_list_becomes_sources() -> None:
    """Each feed once with its folder as a pack and an id of its own; what is none is named."""
    specs, problems = read_opml(LIST)
    assert [(one.id, one.name, one.packs, one.language) for one in specs] == [
        ("a-example", "One", ("energy-oil",), "ja"),
        ("a-example-2", "Two", (), None),
    ]
    assert [problem.split(":")[0] for problem in problems] == ["'Broken'", "'Odd'"]


def test_the_catalogue_goes_out_and_comes_back() -> None:
    """Every feed of the catalogue survives the way through OPML with address, name and language."""
    feeds = [spec for spec in bundled().values() if spec.type is SourceType.FEED]
    specs, problems = read_opml(write_opml(bundled().values(), "Chokepoint"))
    assert problems == []
    assert {(one.url, one.name, one.language) for one in specs} == {(one.url, one.name, one.language) for one in feeds}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no xml",
        b"<rss/>",
        b"<opml><body><outline",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><opml><body>&b;</body></opml>",
    ],
)
def test_what_is_no_list_is_said(body: bytes) -> None:
    """Anything else is refused in one line."""
    with pytest.raises(OpmlError) as caught:
        read_opml(body)
    assert "\n" not in str(caught.value)
