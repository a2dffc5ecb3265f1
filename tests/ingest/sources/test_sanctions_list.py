"""Sanctions lists: four formats, and what changed from one version to the next."""

import pytest

from services.ingest.sources.reader import ChangedShape, Fetched
from services.ingest.sources.sanctions_formats import read_list
from services.ingest.sources.sanctions_list import changes, pack, unpack
from services.ingest.spec import read_spec
from services.runtime.failure import Transient
from tests.ingest.site import Site, reply
from tests.ingest.sources.conftest import Read
from tests.ingest.sources.stages import recorded

OFAC = "The Office of Foreign Assets Control of the United States"
OVER_UKRAINE = "Russia's actions against Ukraine (UKR)"
SPEC = read_spec({"id": "list", "type": "sanctions-list", "url": "https://list.example/x.xml"})


@pytest.mark.parametrize(
    ("name", "date", "first"),
    [
        (
            "ofac",
            "11/24/2026",
            ("900001", "NORDSTERN METALS FZE", "entity", ("RUSSIA-EO14024",), ("United Arab Emirates",)),
        ),
        (
            "eu",
            "2026-11-24T09:30:00.000+01:00",
            (
                "9001",
                "Nordstern Metals FZE",
                "enterprise",
                ("Russia's actions against Ukraine (UKR)",),
                ("UNITED ARAB EMIRATES",),
            ),
        ),
        (
            "un",
            "2026-11-24T00:00:01.123-05:00",
            ("6900001", "ERIC EXAMPLE", "individual", ("DRC",), ("Democratic Republic of the Congo", "Uganda")),
        ),
        (
            "uk",
            "24/11/2026",
            (
                "RUS9001",
                "NORDSTERN METALS FZE",
                "entity",
                ("The Russia (Sanctions) Regulations 2019",),
                ("United Arab Emirates",),
            ),
        ),
    ],
)
def test_every_format_is_read(name: str, date: str, first: tuple[object, ...]) -> None:
    """Name, kind, regime and countries of an entry, whichever keeper wrote it; an unknown country is none."""
    version = read_list(recorded(f"{name}.xml"))
    entry = next(iter(version.entries.values()))
    assert (version.date, (entry.id, entry.name, entry.kind, entry.programmes, entry.countries)) == (date, first)
    assert all(one.name and one.programmes and one.countries for one in version.entries.values())
    assert unpack(pack(version.entries)) == version.entries


async def turn(read: Read, site: Site, body: bytes, before: Fetched | None) -> Fetched:
    """Publish a version and read it, with what the reading before kept."""
    site.pages["/list.xml"] = reply(200, body)
    validators = before.validators if before else {}
    memory = before.memory if before else None
    return await read(validators, memory=memory, type="sanctions-list", url=site.url("/list.xml"))


async def test_the_first_version_is_no_news_the_next_is(site: Site, read: Read) -> None:
    """Names that are added and removed become one notice for each regime, dated as the list is."""
    whole = recorded("ofac.xml")
    without = whole.replace(b"900001", b"900009").replace(b"NORDSTERN METALS FZE", b"OLD NAME LLC")
    first = await turn(read, site, without, None)
    assert (first.items, first.listed) == ((), 3)
    second = await turn(read, site, whole, first)
    assert [one["title"] for one in second.items] == [
        f"{OFAC} adds NORDSTERN METALS FZE to its sanctions list under RUSSIA-EO14024",
        f"{OFAC} removes OLD NAME LLC from its sanctions list under RUSSIA-EO14024",
    ]
    assert second.items[0]["text"].splitlines()[1] == "NORDSTERN METALS FZE (entity, United Arab Emirates)"
    assert second.items[0]["published_at"] == "2026-11-24T00:00:00+00:00"
    third = await turn(read, site, whole, second)
    assert (third.items, third.unchanged) == ((), True)


def test_the_same_change_has_the_same_id() -> None:
    """A comparison made again after a crash gives the articles of the first time, whatever the order in the file."""
    version = read_list(recorded("uk.xml"))
    once = changes(SPEC, {}, version)
    again = changes(SPEC, {}, read_list(recorded("uk.xml")))
    assert [one["id"] for one in once] == [one["id"] for one in again]
    assert len({one["id"] for one in once}) == 2
    assert once[0]["published_at"] == "2026-11-24T00:00:00+00:00"


def test_every_name_of_a_long_list_stands_in_an_article() -> None:
    """A title names three and says how many more there are; a text holds three hundred, the next the rest."""
    entry = next(iter(read_list(recorded("eu.xml")).entries.values()))
    version = read_list(recorded("eu.xml"))
    version.entries.clear()
    version.entries.update({str(n): type(entry)(str(n), f"Name {n}", "person", ("UKR",), ()) for n in range(305)})
    first, rest = changes(SPEC, {}, version)
    assert "adds Name 0, Name 1, Name 2 and 297 more to its" in first["title"]
    named = [line.split(" (")[0] for one in (first, rest) for line in one["text"].splitlines()[1:]]
    assert named == [f"Name {n}" for n in range(305)]
    assert first["id"] != rest["id"]


async def test_half_a_list_is_a_broken_file_not_news(site: Site, read: Read) -> None:
    """A version from which most entries are gone is refused, and the last whole one still stands."""
    first = await turn(read, site, recorded("ofac.xml"), None)
    start = recorded("ofac.xml").index(b"<sdnEntry>", recorded("ofac.xml").index(b"</sdnEntry>"))
    half = recorded("ofac.xml")[:start] + b"</sdnList>"
    with pytest.raises(ChangedShape, match="2 of 3 entries are gone at once"):
        await turn(read, site, half, first)
    with pytest.raises(Transient, match="breaks off after"):
        await turn(read, site, half.removesuffix(b"</sdnList>"), first)
    assert (await turn(read, site, recorded("ofac.xml"), first)).unchanged


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<html><body>maintenance</body></html>", "<html> is no sanctions list"),
        (b"<sdnList></sdnList>", "no entries found"),
        (b"no xml", "not XML"),
        (
            b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><sdnList><sdnEntry>&x;</sdnEntry></sdnList>",
            "entries",
        ),
    ],
)
def test_another_document_is_said(body: bytes, says: str) -> None:
    """What is no list is refused in one line; no file of ours is read for it."""
    with pytest.raises(ChangedShape, match=says):
        read_list(body)
